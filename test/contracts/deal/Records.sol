// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @dev What a record of {recordOfSeed} has left of the budget.
function leftOfSeed(uint256 seed) pure returns (uint256) {
    return 300 * (seed % 4);
}

/// @dev One of four records of the toy program. Half of what is left is a transaction's fuel, and
/// the rest put aside.
function recordOfSeed(uint256 seed, uint8 status) pure returns (bytes memory) {
    uint256 half = leftOfSeed(seed) / 2;
    bytes32 registers = bytes32((uint256(status) << 248) | (half << 64) | half);
    return abi.encode(bytes32("code"), bytes32("header"), seed % 4, 0, 0, 0, registers, 0, 0);
}
