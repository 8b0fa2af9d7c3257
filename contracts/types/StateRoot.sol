// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @notice Root of a machine state: keccak256 of its packed record. A type of its own, so that no
/// node of a tree, no id and no other hash passes for one.
type StateRoot is bytes32;

using {equals as ==, differs as !=} for StateRoot global;

/// @notice Whether two roots are those of the same state.
function equals(StateRoot a, StateRoot b) pure returns (bool) {
    return StateRoot.unwrap(a) == StateRoot.unwrap(b);
}

/// @notice Whether two roots are those of different states.
function differs(StateRoot a, StateRoot b) pure returns (bool) {
    return StateRoot.unwrap(a) != StateRoot.unwrap(b);
}
