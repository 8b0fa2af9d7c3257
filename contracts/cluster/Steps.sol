// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {PackedRecord} from "../deal/PackedRecord.sol";

/// @title Steps that blocks took, by the records after them
library Steps {
    using PackedRecord for bytes;

    /// @notice Steps of all blocks up to one with that record after it. Not possible if the record
    /// has more left than a block begins with, or there are more than 64 bits of them.
    /// @param before Of the blocks before it.
    function sum(
        uint64 before,
        uint64 budget,
        bytes calldata record
    ) internal pure returns (bool possible, uint64 steps) {
        uint256 left = record.stepsLeft();
        if (left > budget || uint256(before) + budget - left > type(uint64).max) return (false, before);
        return (true, uint64(before + budget - left)); // fits, as was checked
    }
}
