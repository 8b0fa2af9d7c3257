// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {F32, F64, Format} from "./FloatFormat.sol";
import {Trap} from "./Opcodes.sol";

/// @title Conversions between floats and integers, and between floats (WebAssembly core
/// specification, section 4.3.4)
library FloatConversion {
    /// @notice Truncates a float to an integer in two's complement.
    /// @param bits Width of the integer, 32 or 64.
    /// @param isSigned Whether the integer has a sign.
    /// @param saturating Whether what is out of range becomes the nearest integer, and a NaN zero,
    /// instead of a trap.
    function toInteger(
        Format f,
        uint256 x,
        uint256 bits,
        bool isSigned,
        bool saturating
    ) internal pure returns (uint256 value, uint256 trap) {
        uint256 magnitude = f.magnitudeOf(x);
        if (magnitude > f.infinity()) return (0, saturating ? 0 : Trap.INVALID_CONVERSION);
        bool negative = magnitude != x;
        uint256 whole = integerPart(f, magnitude);
        // Of integers of at most 64 bits and the integer part of a float, which is not near 2^256.
        unchecked {
            uint256 most = limit(bits, isSigned, negative);
            if (whole > most) {
                if (!saturating) return (0, Trap.INTEGER_OVERFLOW);
                whole = most;
            }
            if (negative) whole = 0 - whole;
            return (whole & ((1 << bits) - 1), 0);
        }
    }

    /// @notice The float nearest to an integer.
    /// @param bits Width of the integer, 32 or 64.
    /// @param isSigned Whether the integer has a sign.
    function fromInteger(Format f, uint256 x, uint256 bits, bool isSigned) internal pure returns (uint256) {
        // Of an integer of at most 64 bits.
        unchecked {
            x &= (1 << bits) - 1;
            if (isSigned && x >> (bits - 1) != 0) return f.round(f.signMask(), 0, (1 << bits) - x);
            return f.round(0, 0, x);
        }
    }

    /// @notice The f32 nearest to an f64.
    function demote(uint256 x) internal pure returns (uint256) {
        return change(F64, F32, x);
    }

    /// @notice The f64 that equals an f32.
    function promote(uint256 x) internal pure returns (uint256) {
        return change(F32, F64, x);
    }

    function change(Format from, Format to, uint256 x) private pure returns (uint256) {
        x = from.truncate(x);
        uint256 magnitude = from.magnitudeOf(x);
        if (magnitude > from.infinity()) return to.canonicalNaN();
        uint256 sign = magnitude == x ? 0 : to.signMask();
        if (magnitude == from.infinity()) return sign | to.infinity();
        (int256 exponent, uint256 significand) = from.unpack(magnitude);
        return to.round(sign, exponent, significand);
    }

    /// @dev Infinity gives something beyond 2^64.
    function integerPart(Format f, uint256 magnitude) private pure returns (uint256) {
        (int256 exponent, uint256 significand) = f.unpack(magnitude);
        // The exponent is from -1074 to 972. A shift by 128 leaves any number above 2^128, and a
        // significand that is shifted out is zero.
        unchecked {
            if (exponent < 0) return significand >> uint256(-exponent);
            return significand << (exponent < 128 ? uint256(exponent) : 128);
        }
    }

    /// @dev The greatest magnitude of an integer of this sign.
    function limit(uint256 bits, bool isSigned, bool negative) private pure returns (uint256) {
        // Bits are 32 or 64.
        unchecked {
            if (!isSigned) return negative ? 0 : (1 << bits) - 1;
            return negative ? 1 << (bits - 1) : (1 << (bits - 1)) - 1;
        }
    }
}
