// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @notice Root of the history of a cluster's blocks (docs/cluster.md, "History"). A type of its
/// own, so that no state, no leaf and no other hash passes for one.
type HistoryRoot is bytes32;

using {equals as ==, differs as !=} for HistoryRoot global;

/// @notice Whether two roots are those of the same history.
function equals(HistoryRoot a, HistoryRoot b) pure returns (bool) {
    return HistoryRoot.unwrap(a) == HistoryRoot.unwrap(b);
}

/// @notice Whether two roots are those of different histories.
function differs(HistoryRoot a, HistoryRoot b) pure returns (bool) {
    return HistoryRoot.unwrap(a) != HistoryRoot.unwrap(b);
}
