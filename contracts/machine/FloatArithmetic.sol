// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Format, leadingZeros} from "./FloatFormat.sol";

/// @title add sub mul div sqrt min max of floats (WebAssembly core specification, section 4.3.3)
/// @notice Every operation computes the exact result, or one that rounds as the exact one does, and
/// rounds once. Operands are truncated; a NaN is the canonical one.
/// @dev Unchecked: significands have at most 53 bits and exponents are from -1074 to 971, so that
/// no sum, product or shift below comes near the ends of its type.
library FloatArithmetic {
    /// @dev Distance of exponents beyond which a sum rounds to its larger operand: the smaller is
    /// less than a quarter of the last bit of any number beside it.
    int256 private constant FAR = 60;

    /// @dev Bits by which a dividend is extended: a quotient has 57 bits or more, and rounding
    /// drops at least two of them.
    uint256 private constant QUOTIENT_BITS = 110;

    /// @dev Bits by which a radicand is extended, or one more: a root has 57 bits or more.
    uint256 private constant ROOT_BITS = 112;

    /// @notice x + y.
    function add(Format f, uint256 x, uint256 y) internal pure returns (uint256) {
        uint256 left = f.magnitudeOf(x);
        uint256 right = f.magnitudeOf(y);
        uint256 infinity = f.infinity();
        if (left >= infinity || right >= infinity) {
            if (left > infinity || right > infinity) return f.canonicalNaN();
            // Infinities of both signs have no sum.
            if (left == right) return x == y ? x : f.canonicalNaN();
            return left == infinity ? x : y;
        }
        if (left < right) (x, y, left, right) = (y, x, right, left);
        uint256 sign = f.signOf(x);
        bool same = sign == f.signOf(y);
        (int256 exponent, uint256 larger) = f.unpack(left);
        (int256 low, uint256 smaller) = f.unpack(right);
        unchecked {
            int256 distance = exponent - low;
            if (distance > FAR) return x;
            larger <<= uint256(distance);
            uint256 sum = same ? larger + smaller : larger - smaller;
            // What cancels is positive.
            if (sum == 0 && !same) return 0;
            return f.round(sign, exponent - distance, sum);
        }
    }

    /// @notice x - y.
    function sub(Format f, uint256 x, uint256 y) internal pure returns (uint256) {
        return add(f, x, y ^ f.signMask());
    }

    /// @notice x * y.
    function mul(Format f, uint256 x, uint256 y) internal pure returns (uint256) {
        uint256 left = f.magnitudeOf(x);
        uint256 right = f.magnitudeOf(y);
        uint256 infinity = f.infinity();
        uint256 sign = f.signOf(x ^ y);
        if (left >= infinity || right >= infinity) {
            bool none = left > infinity || right > infinity || left == 0 || right == 0;
            return none ? f.canonicalNaN() : sign | infinity;
        }
        (int256 exponent, uint256 significand) = f.unpack(left);
        (int256 other, uint256 factor) = f.unpack(right);
        unchecked {
            return f.round(sign, exponent + other, significand * factor);
        }
    }

    /// @notice x / y.
    function div(Format f, uint256 x, uint256 y) internal pure returns (uint256) {
        uint256 left = f.magnitudeOf(x);
        uint256 right = f.magnitudeOf(y);
        uint256 infinity = f.infinity();
        uint256 sign = f.signOf(x ^ y);
        if (left >= infinity || right >= infinity) {
            if (left > infinity || right > infinity || left == right) return f.canonicalNaN();
            return left == infinity ? sign | infinity : sign;
        }
        if (right == 0) return left == 0 ? f.canonicalNaN() : sign | infinity;
        (int256 exponent, uint256 dividend) = f.unpack(left);
        (int256 other, uint256 divisor) = f.unpack(right);
        // The divisor is not zero. A remainder sets bit 0.
        unchecked {
            dividend <<= QUOTIENT_BITS;
            uint256 quotient = dividend / divisor;
            if (quotient * divisor != dividend) quotient |= 1;
            return f.round(sign, exponent - other - int256(QUOTIENT_BITS), quotient);
        }
    }

    /// @notice The square root of x.
    function sqrt(Format f, uint256 x) internal pure returns (uint256) {
        uint256 magnitude = f.magnitudeOf(x);
        if (magnitude == 0) return x;
        if (magnitude != x || magnitude > f.infinity()) return f.canonicalNaN();
        if (magnitude == f.infinity()) return x;
        (int256 exponent, uint256 significand) = f.unpack(magnitude);
        unchecked {
            // The exponent becomes even. A root that is not exact sets bit 0.
            uint256 bits = ROOT_BITS + (uint256(exponent) & 1);
            significand <<= bits;
            uint256 root = integerRoot(significand);
            if (root * root != significand) root |= 1;
            return f.round(0, (exponent - int256(bits)) / 2, root);
        }
    }

    /// @notice The smaller operand; -0 is smaller than 0.
    function min(Format f, uint256 x, uint256 y) internal pure returns (uint256) {
        if (eitherIsNaN(f, x, y)) return f.canonicalNaN();
        return position(f, x) < position(f, y) ? x : y;
    }

    /// @notice The greater operand; 0 is greater than -0.
    function max(Format f, uint256 x, uint256 y) internal pure returns (uint256) {
        if (eitherIsNaN(f, x, y)) return f.canonicalNaN();
        return position(f, x) > position(f, y) ? x : y;
    }

    function eitherIsNaN(Format f, uint256 x, uint256 y) private pure returns (bool) {
        uint256 infinity = f.infinity();
        return f.magnitudeOf(x) > infinity || f.magnitudeOf(y) > infinity;
    }

    /// @dev Where a float stands in the order of all of them; -0 stands before 0.
    function position(Format f, uint256 x) private pure returns (int256) {
        int256 magnitude = int256(f.magnitudeOf(x));
        return f.signOf(x) == 0 ? magnitude : ~magnitude;
    }

    /// @dev The integer part of the square root of x, from 1 to 2^168. Newton's method from a power
    /// of two that is at most twice the root: the relative error goes 1, 1/4, 1/40, 2^-11, 2^-24,
    /// 2^-49, below 2^-98, and never below zero.
    function integerRoot(uint256 x) private pure returns (uint256 root) {
        // No estimate is zero, and none has more than 86 bits.
        unchecked {
            root = 1 << ((257 - leadingZeros(x)) >> 1);
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            // What is left is an excess below one.
            if (root * root > x) --root;
        }
    }
}
