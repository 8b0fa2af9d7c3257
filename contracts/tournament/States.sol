// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {StateRoot} from "../types/StateRoot.sol";
import {Node} from "./Names.sol";
import {Duration, Instant} from "./Time.sol";

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
/// @param leafOne Inner tournaments: the last state that the first side of the match above stands
/// for.
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

/// @notice A commitment to a root tournament that its owner has paid for and not shown yet.
/// @param number Its place among all announcements, from 1. Zero: there is none.
/// @param time When it was made.
struct Announcement {
    uint40 number;
    Instant time;
}

/// @notice A commitment in a tournament.
/// @param owner Who joined with it; in a root tournament, who announced it first.
/// @param clock What was left when it joined, or when its last match ended; in a match the match
/// keeps the clock.
/// @param status See {Status}.
/// @param number Place of the owner's announcement; zero in inner tournaments.
/// @param finalState Its last leaf.
struct CommitmentState {
    address owner;
    Duration clock;
    Status status;
    uint40 number;
    StateRoot finalState;
}

/// @notice A match: two words of storage.
/// @param nodes Hash of the mover's node and the other side's, both of height `height`, at the
/// place where they first differ.
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
