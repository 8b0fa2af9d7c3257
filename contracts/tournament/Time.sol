// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @notice Seconds since the epoch, from `block.timestamp`.
type Instant is uint48;

/// @notice A number of seconds.
type Duration is uint48;

using {isBefore, plus, since} for Instant global;
using {shorter as <, minus as -, sum as +} for Duration global;

/// @notice The present.
function present() view returns (Instant) {
    return Instant.wrap(uint48(block.timestamp));
}

/// @notice Whether `a` is earlier than `b`.
function isBefore(Instant a, Instant b) pure returns (bool) {
    return Instant.unwrap(a) < Instant.unwrap(b);
}

/// @notice The instant `b` after `a`.
function plus(Instant a, Duration b) pure returns (Instant) {
    return Instant.wrap(Instant.unwrap(a) + Duration.unwrap(b));
}

/// @notice Seconds from `b` to `a`.
function since(Instant a, Instant b) pure returns (Duration) {
    return Duration.wrap(Instant.unwrap(a) - Instant.unwrap(b));
}

/// @notice Whether `a` is shorter than `b`.
function shorter(Duration a, Duration b) pure returns (bool) {
    return Duration.unwrap(a) < Duration.unwrap(b);
}

/// @notice What is left of `a` without `b`.
function minus(Duration a, Duration b) pure returns (Duration) {
    return Duration.wrap(Duration.unwrap(a) - Duration.unwrap(b));
}

/// @notice Both together.
function sum(Duration a, Duration b) pure returns (Duration) {
    return Duration.wrap(Duration.unwrap(a) + Duration.unwrap(b));
}
