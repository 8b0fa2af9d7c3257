// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @notice A binary format of IEEE 754, by its parameters: the bits of positive infinity in the
/// lowest 64 bits, the number of fraction bits at bit 64, and at bit 72 how far below zero the
/// exponent of its least positive number lies.
///
/// A float is a number of 32 or 64 bits; its magnitude is what is left without the sign. A finite
/// one is significand * 2^exponent, which {Format-unpack} takes apart and {Format-round} puts
/// together.
type Format is uint256;

/// @dev 23 fraction bits; the least positive number is 2^-149.
Format constant F32 = Format.wrap(0x7f80_0000 | (23 << 64) | (149 << 72));

/// @dev 52 fraction bits; the least positive number is 2^-1074.
Format constant F64 = Format.wrap(0x7ff0_0000_0000_0000 | (52 << 64) | (1074 << 72));

using {
    infinity,
    canonicalNaN,
    fractionBits,
    leastExponent,
    signMask,
    truncate,
    signOf,
    magnitudeOf,
    unpack,
    round
} for Format global;

/// @notice Positive infinity. Every greater magnitude is a NaN, every smaller one is finite.
function infinity(Format f) pure returns (uint256) {
    return Format.unwrap(f) & type(uint64).max;
}

/// @notice The one NaN that arithmetic gives: positive, with only the highest fraction bit set.
function canonicalNaN(Format f) pure returns (uint256) {
    uint256 greatest = f.infinity();
    // The exponent has all bits set; one further down adds the highest fraction bit.
    return greatest | (greatest >> 1);
}

/// @notice Bits of the fraction.
function fractionBits(Format f) pure returns (uint256) {
    return (Format.unwrap(f) >> 64) & 0xff;
}

/// @notice Exponent of the least positive number, and of all subnormal ones.
function leastExponent(Format f) pure returns (int256) {
    // A number of 16 bits.
    unchecked {
        return -int256(Format.unwrap(f) >> 72);
    }
}

/// @notice The sign bit.
function signMask(Format f) pure returns (uint256) {
    // At most 2^63: the exponent has all bits set, so that its lowest bit carries into the sign.
    unchecked {
        return f.infinity() + (1 << f.fractionBits());
    }
}

/// @notice The lowest bits of x, as many as a float has.
function truncate(Format f, uint256 x) pure returns (uint256) {
    // Twice the sign bit is at most 2^64.
    unchecked {
        return x & (2 * f.signMask() - 1);
    }
}

/// @notice The sign bit of a float, in its place.
function signOf(Format f, uint256 x) pure returns (uint256) {
    return x & f.signMask();
}

/// @notice A float without its sign.
function magnitudeOf(Format f, uint256 x) pure returns (uint256) {
    // The sign bit is not zero.
    unchecked {
        return x & (f.signMask() - 1);
    }
}

/// @notice Takes a finite magnitude apart. Infinity becomes a number beyond all finite ones.
/// @return exponent From -1074 to 972.
/// @return significand Below 2^53; at least 2^{fractionBits} unless the number is zero or
/// subnormal.
function unpack(Format f, uint256 magnitude) pure returns (int256 exponent, uint256 significand) {
    uint256 digits = f.fractionBits();
    uint256 biased = magnitude >> digits;
    exponent = f.leastExponent();
    // Subnormal numbers have the exponent of the least normal ones, but no hidden bit. Nothing here
    // has more than 64 bits.
    unchecked {
        significand = magnitude & ((1 << digits) - 1);
        if (biased == 0) return (exponent, significand);
        return (exponent + int256(biased) - 1, significand | (1 << digits));
    }
}

/// @notice The float nearest to significand * 2^exponent, of two equally near ones the even one.
/// @param sign The sign bit, in its place.
/// @param exponent Far from the ends of its type.
/// @param significand Below 2^254. A bit 0 that stands for everything below it may be set if at
/// least two bits are lost.
function round(Format f, uint256 sign, int256 exponent, uint256 significand) pure returns (uint256) {
    if (significand == 0) return sign;
    uint256 digits = f.fractionBits();
    uint256 greatest = f.infinity();
    uint256 magnitude;
    // Exponents and counts of bits are small, and `rounded` has at most digits + 2 bits. The
    // exponents are those of the lowest bit that is kept: the length gives `kept`, the format does
    // not go below `least`.
    unchecked {
        int256 least = f.leastExponent();
        int256 kept = exponent + int256(255 - digits) - int256(leadingZeros(significand));
        if (kept < least) kept = least;
        int256 lost = kept - exponent;
        uint256 rounded;
        if (lost <= 0) {
            rounded = significand << uint256(-lost);
        } else {
            // Adding just less than a half, or a half if the result would be odd, carries when it
            // is to be rounded up. A shift by 256 bits or more gives zero, as it should.
            uint256 shift = uint256(lost);
            rounded = (significand + (1 << (shift - 1)) - 1 + ((significand >> shift) & 1)) >> shift;
        }
        // The hidden bit, or a carry out of the fraction, adds one to the biased exponent.
        magnitude = (uint256(kept - least) << digits) + rounded;
    }
    return sign | (magnitude < greatest ? magnitude : greatest);
}

/// @notice Zero bits above the highest that is set, 256 for zero.
function leadingZeros(uint256 x) pure returns (uint256 zeros) {
    // Arithmetic on values only (EIP-7939).
    assembly ("memory-safe") {
        zeros := clz(x)
    }
}
