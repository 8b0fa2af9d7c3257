// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {StateRoot} from "../types/StateRoot.sol";

/// @dev Hash of a node of a commitment's binary tree; a commitment is named by its root node.
type Node is bytes32;

/// @dev Name of a tournament. An inner tournament has the name of the match that it decides.
type TournamentId is bytes32;

/// @dev Name of a match: hash of its tournament and its two commitments.
type MatchId is bytes32;

/// @dev Seconds since the epoch, from `block.timestamp`.
type Instant is uint48;

/// @dev A number of seconds.
type Duration is uint48;

using {sameNode as ==} for Node global;
using {isBefore, plus, since} for Instant global;
using {shorter as <, minus as -, sum as +} for Duration global;

/// @dev The commitment that is absent: nobody waits, nobody won.
Node constant NOBODY = Node.wrap(0);

/// @dev The two commitments of a match, in order of arrival; `None` where neither is meant.
enum Side {
    None,
    One,
    Two
}

/// @dev What a commitment is in its tournament. One that is out never comes back.
enum Status {
    None,
    Alive,
    Out
}

/// @dev What a match waits for: its mover's clock runs, or its inner tournament, or nothing.
enum Phase {
    None,
    Playing,
    Inner,
    Done
}

/// @dev A tournament: all different commitments about the run from `initial`.
struct TournamentState {
    /// The state before the first leaf.
    StateRoot initial;
    /// Inner tournaments: the last states that the two sides of the match above stand for.
    StateRoot leafOne;
    StateRoot leafTwo;
    /// The commitment that has no opponent yet, and in the end the winner.
    Node waiting;
    uint8 level;
    /// Commitments may join before this instant. Zero: there is no such tournament.
    Instant closes;
    /// Matches that are not done.
    uint32 live;
    /// The winner's bond has been credited.
    bool collected;
}

/// @dev A commitment in a tournament.
struct CommitmentState {
    address owner;
    /// What was left when it joined, or when its last match ended; in a match the match keeps the clock.
    Duration clock;
    Status status;
    /// Its last leaf.
    StateRoot finalState;
}

/// @dev A match: two words of storage.
struct MatchState {
    /// Hash of the mover's node and the other side's, both of height `height`, at the place where they first differ.
    bytes32 nodes;
    /// Number of the node from the left among those of its height.
    uint64 pos;
    uint8 height;
    /// Who moves.
    Side turn;
    Phase phase;
    Duration clockOne;
    Duration clockTwo;
    /// When the mover's clock began to run.
    Instant since;
}

/// @dev The present.
function present() view returns (Instant) {
    return Instant.wrap(uint48(block.timestamp));
}

function sameNode(Node a, Node b) pure returns (bool) {
    return Node.unwrap(a) == Node.unwrap(b);
}

function isBefore(Instant a, Instant b) pure returns (bool) {
    return Instant.unwrap(a) < Instant.unwrap(b);
}

function plus(Instant a, Duration b) pure returns (Instant) {
    return Instant.wrap(Instant.unwrap(a) + Duration.unwrap(b));
}

/// @dev Seconds from `b` to `a`.
function since(Instant a, Instant b) pure returns (Duration) {
    return Duration.wrap(Instant.unwrap(a) - Instant.unwrap(b));
}

function shorter(Duration a, Duration b) pure returns (bool) {
    return Duration.unwrap(a) < Duration.unwrap(b);
}

function minus(Duration a, Duration b) pure returns (Duration) {
    return Duration.wrap(Duration.unwrap(a) - Duration.unwrap(b));
}

function sum(Duration a, Duration b) pure returns (Duration) {
    return Duration.wrap(Duration.unwrap(a) + Duration.unwrap(b));
}
