// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @title Arithmetic of one family of numeric instructions
/// @notice Pure contracts beside the step verifier, which reaches them by static call; that keeps
/// each of them small.
interface IAlu {
    /// @notice Computes an instruction of at most three operands, each at most 128 bits wide.
    /// Total: never reverts.
    /// @param opcode Number of the instruction, see `verifier/instructions/table.ts`.
    /// @param x First operand; bits above the width that the instruction reads are ignored.
    /// @param y Second operand, likewise; ignored by an instruction of one operand.
    /// @param z Third operand, likewise; for an instruction that has an immediate, the immediate.
    /// None has both.
    /// @return value The result in its canonical form, zero after a trap.
    /// @return trap Zero, or why there is no result (a code of `Trap`).
    function alu(uint256 opcode, uint256 x, uint256 y, uint256 z) external pure returns (uint256 value, uint256 trap);
}
