// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Format} from "./FloatFormat.sol";

/// @title eq ne lt gt le ge of floats (WebAssembly core specification, section 4.3.3)
library FloatCompare {
    uint256 private constant NE = 1;

    /// @notice 1 if a relation holds, else 0. A NaN is in no relation but `ne`; -0 equals 0.
    /// @param kind eq ne lt gt le ge are 0 to 5.
    function compare(Format f, uint256 kind, uint256 x, uint256 y) internal pure returns (uint256) {
        uint256 infinity = f.infinity();
        bool holds = kind == NE;
        if (f.magnitudeOf(x) <= infinity && f.magnitudeOf(y) <= infinity) {
            int256 left = position(f, x);
            int256 right = position(f, y);
            if (kind == 0) holds = left == right;
            else if (kind == NE) holds = left != right;
            else if (kind == 2) holds = left < right;
            else if (kind == 3) holds = left > right;
            else if (kind == 4) holds = left <= right;
            else holds = left >= right;
        }
        return holds ? 1 : 0;
    }

    /// @dev Where a float that is no NaN stands in the order of all of them; both zeros stand at 0.
    function position(Format f, uint256 x) private pure returns (int256) {
        int256 magnitude = int256(f.magnitudeOf(x));
        // A magnitude has at most 63 bits.
        unchecked {
            return f.signOf(x) == 0 ? magnitude : -magnitude;
        }
    }
}
