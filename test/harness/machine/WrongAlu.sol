// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IAlu} from "../../../contracts/interfaces/IAlu.sol";

/// @title Arithmetic that is wrong for one opcode
/// @notice For tests that have to notice it: the lowest bit of the value is the other one. It
/// answers like an {IAlu} but is no pure one, for it asks another contract.
contract WrongAlu {
    /// @notice The arithmetic that it is otherwise.
    IAlu public immutable right;

    /// @notice The opcode for which it is wrong.
    uint256 public immutable wrongOp;

    /// @param right_ Correct arithmetic.
    /// @param wrongOp_ The opcode for which its values are changed.
    constructor(IAlu right_, uint256 wrongOp_) {
        right = right_;
        wrongOp = wrongOp_;
    }

    /// @notice As {IAlu-alu}, but for the wrong opcode.
    /// @param op Number of the instruction.
    /// @param x First operand.
    /// @param y Second operand.
    /// @param z Third operand, or the immediate.
    /// @return value The result.
    /// @return trap Zero, or why there is no result.
    function alu(uint256 op, uint256 x, uint256 y, uint256 z) external view returns (uint256 value, uint256 trap) {
        (value, trap) = right.alu(op, x, y, z);
        if (op == wrongOp) value ^= 1;
    }
}
