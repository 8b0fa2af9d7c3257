// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {History} from "../../../contracts/cluster/History.sol";
import {HistoryRoot} from "../../../contracts/types/HistoryRoot.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";

/// @title Lets tests call the library
contract HistoryDoor {
    function leaf(
        bytes32 inputRoot,
        uint64 inputLength,
        uint64 steps,
        StateRoot stateRoot
    ) external pure returns (bytes32) {
        return History.leaf(inputRoot, inputLength, steps, stateRoot);
    }

    function appHash(
        StateRoot stateRoot,
        HistoryRoot historyRoot,
        uint64 count,
        uint64 steps
    ) external pure returns (bytes32) {
        return History.appHash(stateRoot, historyRoot, count, steps);
    }

    function root(
        bytes32 leaf_,
        uint256 index,
        uint256 count,
        bytes32[] calldata siblings
    ) external pure returns (HistoryRoot) {
        return History.root(leaf_, index, count, siblings);
    }

    function append(
        HistoryRoot root_,
        uint256 count,
        bytes32 leaf_,
        bytes32[] calldata siblings
    ) external pure returns (HistoryRoot) {
        return History.append(root_, count, leaf_, siblings);
    }

    function before(uint256 index, uint256 count, bytes32[] calldata siblings) external pure returns (HistoryRoot) {
        return History.before(index, count, siblings);
    }

    function empty() external pure returns (HistoryRoot) {
        return History.empty();
    }
}
