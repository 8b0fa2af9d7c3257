// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IAlu} from "../interfaces/IAlu.sol";
import {Shape, Trap} from "./Opcodes.sol";

/// @title Integer arithmetic (WebAssembly core specification, section 4.3.2)
/// @notice The twin of `verifier/machine/integers.ts`.
contract Integers is IAlu {
    // First opcodes of the groups, for 32 and 64 bits, in the order of the specification's binary
    // format.
    uint256 private constant EQZ_32 = 0x45;
    uint256 private constant COMPARE_32 = 0x46;
    uint256 private constant EQZ_64 = 0x50;
    uint256 private constant COMPARE_64 = 0x51;
    uint256 private constant COUNT_32 = 0x67;
    uint256 private constant ARITHMETIC_32 = 0x6a;
    uint256 private constant COUNT_64 = 0x79;
    uint256 private constant ARITHMETIC_64 = 0x7c;
    uint256 private constant WRAP = 0xa7;
    uint256 private constant EXTEND_32_U = 0xad;
    uint256 private constant EXTEND_8_TO_32 = 0xc0;
    uint256 private constant EXTEND_16_TO_32 = 0xc1;
    uint256 private constant EXTEND_8_TO_64 = 0xc2;
    uint256 private constant EXTEND_16_TO_64 = 0xc3;

    /// @inheritdoc IAlu
    function alu(uint256 opcode, uint256 x, uint256 y, uint256) external pure returns (uint256 value, uint256 trap) {
        if ((Shape.INTEGER >> opcode) & 1 == 0) return (0, Trap.INVALID_INSTRUCTION);
        uint256 bits = (Shape.WIDE >> opcode) & 1 != 0 ? 64 : 32;
        x = _truncate(x, bits);
        y = _truncate(y, bits);
        if (opcode == EQZ_32 || opcode == EQZ_64) return (_truth(x == 0), 0);
        // Differences of an opcode and the first of its group.
        unchecked {
            if (opcode < EQZ_64) return (_compare(opcode - COMPARE_32, x, y, bits), 0);
            if (opcode < COUNT_32) return (_compare(opcode - COMPARE_64, x, y, bits), 0);
            if (opcode < ARITHMETIC_32) return (_count(opcode - COUNT_32, x, bits), 0);
            if (opcode < COUNT_64) return _arithmetic(opcode - ARITHMETIC_32, x, y, bits);
            if (opcode < ARITHMETIC_64) return (_count(opcode - COUNT_64, x, bits), 0);
            if (opcode < WRAP) return _arithmetic(opcode - ARITHMETIC_64, x, y, bits);
        }
        return (_convert(opcode, x), 0);
    }

    /// @dev eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u. Unsigned operands are below 2^64, so
    /// they compare as signed ones.
    function _compare(uint256 kind, uint256 x, uint256 y, uint256 bits) private pure returns (uint256) {
        if (kind == 0) return _truth(x == y);
        if (kind == 1) return _truth(x != y);
        bool isSigned = kind & 1 == 0;
        int256 left = isSigned ? _signed(x, bits) : int256(x);
        int256 right = isSigned ? _signed(y, bits) : int256(y);
        if (kind < 4) return _truth(left < right);
        if (kind < 6) return _truth(left > right);
        if (kind < 8) return _truth(left <= right);
        return _truth(left >= right);
    }

    /// @dev clz ctz popcnt.
    function _count(uint256 kind, uint256 x, uint256 bits) private pure returns (uint256) {
        if (kind == 2) return _ones(x);
        // A truncated number has at least 256 - bits leading zeros; one that is not zero, at most
        // 255.
        unchecked {
            if (kind == 0) return _leadingZeros(x) - (256 - bits);
            return x == 0 ? bits : 255 - _leadingZeros(x & (0 - x));
        }
    }

    /// @dev add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr.
    function _arithmetic(
        uint256 kind,
        uint256 x,
        uint256 y,
        uint256 bits
    ) private pure returns (uint256 value, uint256 trap) {
        if (kind >= 3 && kind <= 6) return _divide(kind, x, y, bits);
        // Modulo 2^256, which is then taken modulo 2^bits; products of 64 bits have 128. A rotation
        // by zero shifts x out.
        unchecked {
            uint256 shift = y & (bits - 1);
            if (kind == 0) value = x + y;
            else if (kind == 1) value = x - y;
            else if (kind == 2) value = x * y;
            else if (kind == 7) value = x & y;
            else if (kind == 8) value = x | y;
            else if (kind == 9) value = x ^ y;
            else if (kind == 10) value = x << shift;
            else if (kind == 11) value = uint256(_signed(x, bits) >> shift);
            else if (kind == 12) value = x >> shift;
            else if (kind == 13) value = (x << shift) | (x >> (bits - shift));
            else value = (x >> shift) | (x << (bits - shift));
        }
        return (_truncate(value, bits), 0);
    }

    /// @dev div_s div_u rem_s rem_u are 3 to 6.
    function _divide(
        uint256 kind,
        uint256 x,
        uint256 y,
        uint256 bits
    ) private pure returns (uint256 value, uint256 trap) {
        if (y == 0) return (0, Trap.DIVIDE_BY_ZERO);
        // The divisor is not zero, and no number of 64 bits is the least of 256.
        unchecked {
            if (kind == 4) return (x / y, 0);
            if (kind == 6) return (x % y, 0);
            (int256 left, int256 right) = (_signed(x, bits), _signed(y, bits));
            if (kind == 5) return (_truncate(uint256(left % right), bits), 0);
            if (right == -1 && x == 1 << (bits - 1)) return (0, Trap.INTEGER_OVERFLOW);
            return (_truncate(uint256(left / right), bits), 0);
        }
    }

    /// @dev wrap and the sign extensions.
    function _convert(uint256 opcode, uint256 x) private pure returns (uint256) {
        if (opcode == WRAP) return _truncate(x, 32);
        if (opcode == EXTEND_32_U) return x;
        if (opcode == EXTEND_8_TO_32) return _truncate(uint256(_signed(x, 8)), 32);
        if (opcode == EXTEND_16_TO_32) return _truncate(uint256(_signed(x, 16)), 32);
        if (opcode == EXTEND_8_TO_64) return _truncate(uint256(_signed(x, 8)), 64);
        if (opcode == EXTEND_16_TO_64) return _truncate(uint256(_signed(x, 16)), 64);
        return _truncate(uint256(_signed(x, 32)), 64);
    }

    function _truth(bool holds) private pure returns (uint256) {
        return holds ? 1 : 0;
    }

    function _truncate(uint256 x, uint256 bits) private pure returns (uint256) {
        // Bits are 32 or 64.
        unchecked {
            return x & ((1 << bits) - 1);
        }
    }

    /// @dev The lowest `bits` (a multiple of 8) as a number in two's complement.
    function _signed(uint256 x, uint256 bits) private pure returns (int256 value) {
        // Arithmetic on values only.
        assembly ("memory-safe") {
            value := signextend(sub(shr(3, bits), 1), x)
        }
    }

    function _leadingZeros(uint256 x) private pure returns (uint256 zeros) {
        // Arithmetic on values only (EIP-7939).
        assembly ("memory-safe") {
            zeros := clz(x)
        }
    }

    /// @dev Bits that are set among the lowest 64: in pairs, nibbles, bytes, then the sum of the
    /// bytes.
    function _ones(uint256 x) private pure returns (uint256) {
        // No sum leaves its field, and the product is below 2^128.
        unchecked {
            x -= (x >> 1) & 0x5555555555555555;
            x = (x & 0x3333333333333333) + ((x >> 2) & 0x3333333333333333);
            x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f;
            return ((x * 0x0101010101010101) >> 56) & 0xff;
        }
    }
}
