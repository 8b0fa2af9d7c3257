// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IDeal} from "../interfaces/IDeal.sol";
import {StateRoot} from "../types/StateRoot.sol";

/// @title What a Deal reads in a machine's packed record
/// @notice 288 bytes, nine words: code root, header, stack, memory and cells roots, saved,
/// registers, sizes, lengths. The status is the most significant byte of the registers;
/// docs/machine.md has the rest.
library PackedRecord {
    /// @notice Bytes of a record.
    uint256 internal constant SIZE = 288;

    /// @dev Where the word `registers` begins, and so the status byte; fuel and reserve are its
    /// last 16 bytes.
    uint256 private constant STATUS_OFFSET = 192;
    uint256 private constant LEFT_OFFSET = 208;
    uint8 private constant RUNNING = 0;
    uint8 private constant YIELDED = 1;

    /// @notice Reverts unless the record has the right length.
    function check(bytes calldata record) internal pure {
        if (record.length != SIZE) revert IDeal.WrongRecordLength(record.length);
    }

    /// @notice The state root.
    function root(bytes calldata record) internal pure returns (StateRoot) {
        return StateRoot.wrap(keccak256(record));
    }

    /// @notice The code root.
    function codeRoot(bytes calldata record) internal pure returns (bytes32) {
        return bytes32(record[0:32]);
    }

    /// @notice The header: version, depths, region bits and slot limit.
    function header(bytes calldata record) internal pure returns (bytes32) {
        return bytes32(record[32:64]);
    }

    /// @notice How many steps the machine may still take: its fuel, and what an open transaction
    /// has put aside.
    function stepsLeft(bytes calldata record) internal pure returns (uint256) {
        uint256 left = uint128(bytes16(record[LEFT_OFFSET:LEFT_OFFSET + 16]));
        return (left >> 64) + uint64(left);
    }

    /// @notice Whether the machine has stopped, in any way.
    function halted(bytes calldata record) internal pure returns (bool) {
        return uint8(record[STATUS_OFFSET]) != RUNNING;
    }

    /// @notice Whether the machine waits for the next fragment.
    function yielded(bytes calldata record) internal pure returns (bool) {
        return uint8(record[STATUS_OFFSET]) == YIELDED;
    }
}
