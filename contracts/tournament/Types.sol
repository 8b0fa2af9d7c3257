// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {StateRoot} from "../types/StateRoot.sol";

/// @notice Hash of a node of a commitment's binary tree; a commitment is named by its root node.
type Node is bytes32;

/// @notice Name of a tournament. An inner tournament has the name of the match that it decides.
type TournamentId is bytes32;

/// @notice Name of a match: hash of its tournament and its two commitments.
type MatchId is bytes32;

/// @notice Seconds since the epoch, from `block.timestamp`.
type Instant is uint48;

/// @notice A number of seconds.
type Duration is uint48;

using {sameNode as ==, otherNode as !=} for Node global;
using {isBefore, plus, since} for Instant global;
using {shorter as <, minus as -, sum as +} for Duration global;

/// @dev The commitment that is absent: nobody waits, nobody won.
Node constant NOBODY = Node.wrap(0);

/// @notice The two commitments of a match, in order of arrival; `None` where neither is meant.
enum Side {
    None,
    One,
    Two
}

/// @notice What a commitment is in its tournament. One that is out never comes back.
enum Status {
    None,
    Alive,
    Out
}

/// @notice What a match waits for: its mover's clock runs, or its inner tournament, or nothing.
enum Phase {
    None,
    Playing,
    Inner,
    Done
}

/// @notice A tournament: all different commitments about the run from `initial`.
/// @param initial The state before the first leaf.
/// @param leafOne Inner tournaments: the last state that the first side of the match above stands for.
/// @param leafTwo Inner tournaments: the last state that its second side stands for.
/// @param waiting The commitment that has no opponent yet, and in the end the winner.
/// @param level Its level: 0 for a root tournament.
/// @param closes Commitments may join before this instant. Zero: there is no such tournament.
/// @param live Matches that are not done.
/// @param collected Whether the winner's bond has been credited.
struct TournamentState {
    StateRoot initial;
    StateRoot leafOne;
    StateRoot leafTwo;
    Node waiting;
    uint8 level;
    Instant closes;
    uint32 live;
    bool collected;
}

/// @notice A commitment in a tournament.
/// @param owner Who joined with it.
/// @param clock What was left when it joined, or when its last match ended; in a match the match keeps the clock.
/// @param status See {Status}.
/// @param finalState Its last leaf.
struct CommitmentState {
    address owner;
    Duration clock;
    Status status;
    StateRoot finalState;
}

/// @notice A match: two words of storage.
/// @param nodes Hash of the mover's node and the other side's, both of height `height`, at the place where they first
/// differ.
/// @param pos Number of the node from the left among those of its height.
/// @param height Height of the two nodes.
/// @param turn Who moves.
/// @param phase See {Phase}.
/// @param clockOne Clock of the first side.
/// @param clockTwo Clock of the second side.
/// @param since When the mover's clock began to run.
struct MatchState {
    bytes32 nodes;
    uint64 pos;
    uint8 height;
    Side turn;
    Phase phase;
    Duration clockOne;
    Duration clockTwo;
    Instant since;
}

/// @notice The present.
function present() view returns (Instant) {
    return Instant.wrap(uint48(block.timestamp));
}

/// @notice Whether two nodes are the same.
function sameNode(Node a, Node b) pure returns (bool) {
    return Node.unwrap(a) == Node.unwrap(b);
}

/// @notice Whether two nodes differ.
function otherNode(Node a, Node b) pure returns (bool) {
    return Node.unwrap(a) != Node.unwrap(b);
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
