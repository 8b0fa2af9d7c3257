// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Format} from "./FloatFormat.sol";

/// @title ceil floor trunc nearest (WebAssembly core specification, section 4.3.3): floats that are
/// integers
/// @notice A result of zero keeps the sign of its operand; a NaN is the canonical one.
library FloatRounding {
    uint256 private constant CEIL = 0;
    uint256 private constant FLOOR = 1;
    uint256 private constant NEAREST = 3;

    /// @notice Rounds to an integer.
    /// @param kind ceil floor trunc nearest are 0 to 3.
    function roundToInteger(Format f, uint256 kind, uint256 x) internal pure returns (uint256) {
        uint256 magnitude = f.magnitudeOf(x);
        if (magnitude > f.infinity()) return f.canonicalNaN();
        (int256 exponent, uint256 significand) = f.unpack(magnitude);
        if (exponent >= 0) return x;
        uint256 sign = f.signOf(x);
        // The exponent is -1074 or above. Shifts by 256 bits or more give zero, as they should.
        unchecked {
            uint256 shift = uint256(-exponent);
            uint256 whole = significand >> shift;
            if (kind == NEAREST) {
                // As in {Format-round}.
                whole = (significand + (1 << (shift - 1)) - 1 + (whole & 1)) >> shift;
            } else if (kind == (sign == 0 ? CEIL : FLOOR) && whole << shift != significand) {
                // Away from zero.
                ++whole;
            }
            return f.round(sign, 0, whole);
        }
    }
}
