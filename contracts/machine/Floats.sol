// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IAlu} from "../interfaces/IAlu.sol";
import {FloatArithmetic} from "./FloatArithmetic.sol";
import {FloatCompare} from "./FloatCompare.sol";
import {FloatConversion} from "./FloatConversion.sol";
import {F32, F64, Format} from "./FloatFormat.sol";
import {FloatRounding} from "./FloatRounding.sol";
import {Shape, Trap} from "./Opcodes.sol";

/// @title Floating-point arithmetic (WebAssembly core specification, sections 4.3.3 and 4.3.4; IEEE
/// 754-2019)
/// @notice The twin of `verifier/machine/floats.ts`. Rounds to nearest, ties to even. Arithmetic,
/// rounding to integers, promote and demote give the canonical NaN; abs, neg, copysign and
/// reinterpret move bits.
contract Floats is IAlu {
    // First opcodes of the groups, in the order of the specification's binary format.
    uint256 private constant COMPARE_32 = 0x5b;
    uint256 private constant COMPARE_64 = 0x61;
    uint256 private constant ARITHMETIC_32 = 0x8b;
    uint256 private constant ARITHMETIC_64 = 0x99;
    uint256 private constant TRUNC_TO_32 = 0xa8;
    uint256 private constant TRUNC_TO_64 = 0xae;
    uint256 private constant CONVERT_TO_32 = 0xb2;
    uint256 private constant DEMOTE = 0xb6;
    uint256 private constant CONVERT_TO_64 = 0xb7;
    uint256 private constant PROMOTE = 0xbb;

    // Members of the group of arithmetic, by their distance from its first.
    uint256 private constant ABS = 0;
    uint256 private constant NEG = 1;
    uint256 private constant CEIL = 2;
    uint256 private constant SQRT = 6;
    uint256 private constant ADD = 7;
    uint256 private constant SUB = 8;
    uint256 private constant MUL = 9;
    uint256 private constant DIV = 10;
    uint256 private constant MIN = 11;
    uint256 private constant MAX = 12;

    /// @inheritdoc IAlu
    function alu(uint256 opcode, uint256 x, uint256 y, uint256) external pure returns (uint256 value, uint256 trap) {
        // Differences of an opcode and the first of its group. An opcode below the saturating ones
        // wraps to a large one.
        unchecked {
            uint256 saturating = opcode - Shape.SATURATING_FIRST;
            if (saturating <= Shape.SATURATING_LAST - Shape.SATURATING_FIRST)
                return _truncateToInteger(saturating, x, true);
            if ((Shape.FLOAT >> opcode) & 1 == 0) return (0, Trap.INVALID_INSTRUCTION);
            if (opcode < COMPARE_64) return (_compare(F32, opcode - COMPARE_32, x, y), 0);
            if (opcode < ARITHMETIC_32) return (_compare(F64, opcode - COMPARE_64, x, y), 0);
            if (opcode < ARITHMETIC_64) return (_arithmetic(F32, opcode - ARITHMETIC_32, x, y), 0);
            if (opcode < TRUNC_TO_32) return (_arithmetic(F64, opcode - ARITHMETIC_64, x, y), 0);
            if (opcode < TRUNC_TO_64) return _truncateToInteger(opcode - TRUNC_TO_32, x, false);
            // As numbered by the saturating ones: those of 64 bits are the second four.
            if (opcode < CONVERT_TO_32) return _truncateToInteger(opcode - TRUNC_TO_64 + 4, x, false);
            if (opcode < DEMOTE) return (_convert(F32, opcode - CONVERT_TO_32, x), 0);
            if (opcode == DEMOTE) return (FloatConversion.demote(x), 0);
            if (opcode < PROMOTE) return (_convert(F64, opcode - CONVERT_TO_64, x), 0);
            if (opcode == PROMOTE) return (FloatConversion.promote(x), 0);
            // The reinterpretations: of 32 bits and of 64 bits in turn.
            return (opcode & 1 == 0 ? F32.truncate(x) : F64.truncate(x), 0);
        }
    }

    /// @dev eq ne lt gt le ge.
    function _compare(Format f, uint256 kind, uint256 x, uint256 y) private pure returns (uint256) {
        return FloatCompare.compare(f, kind, f.truncate(x), f.truncate(y));
    }

    /// @dev abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign.
    function _arithmetic(Format f, uint256 kind, uint256 x, uint256 y) private pure returns (uint256) {
        x = f.truncate(x);
        y = f.truncate(y);
        if (kind == ADD) return FloatArithmetic.add(f, x, y);
        if (kind == SUB) return FloatArithmetic.sub(f, x, y);
        if (kind == MUL) return FloatArithmetic.mul(f, x, y);
        if (kind == DIV) return FloatArithmetic.div(f, x, y);
        if (kind == MIN) return FloatArithmetic.min(f, x, y);
        if (kind == MAX) return FloatArithmetic.max(f, x, y);
        if (kind == ABS) return f.magnitudeOf(x);
        if (kind == NEG) return x ^ f.signMask();
        if (kind == SQRT) return FloatArithmetic.sqrt(f, x);
        // The kind is at least CEIL.
        unchecked {
            if (kind < SQRT) return FloatRounding.roundToInteger(f, kind - CEIL, x);
        }
        return f.magnitudeOf(x) | f.signOf(y);
    }

    /// @param kind Bit 0: without sign, bit 1: from an f64, bit 2: to 64 bits.
    function _truncateToInteger(
        uint256 kind,
        uint256 x,
        bool saturating
    ) private pure returns (uint256 value, uint256 trap) {
        Format f = kind & 2 == 0 ? F32 : F64;
        return FloatConversion.toInteger(f, f.truncate(x), kind & 4 == 0 ? 32 : 64, kind & 1 == 0, saturating);
    }

    /// @param kind Bit 0: without sign, bit 1: from 64 bits.
    function _convert(Format f, uint256 kind, uint256 x) private pure returns (uint256) {
        return FloatConversion.fromInteger(f, x, kind & 2 == 0 ? 32 : 64, kind & 1 == 0);
    }
}
