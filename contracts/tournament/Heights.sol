// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ITournament} from "../interfaces/ITournament.sol";
import {MAX_HEIGHT, MAX_LEVELS, MOVE_LEVELS} from "./Levels.sol";

/// @notice Height of the commitments' trees at each level, a byte each: level 0 is the lowest byte,
/// and bytes of levels that there are not are zero. MAX_LEVELS of them fit.
type Heights is uint32;

using {count, hasLevelBelow, ofLevel} for Heights global;

/// @notice Heights by level, if a dispute can have them.
function packed(uint8[] memory list) pure returns (Heights) {
    if (list.length == 0 || list.length > MAX_LEVELS) revert ITournament.LevelsWrong(list.length, MAX_LEVELS);
    uint256 word;
    uint256 total;
    for (uint256 level; level < list.length; ++level) {
        uint256 height = list[level];
        if (height == 0 || height % MOVE_LEVELS != 0) revert ITournament.HeightWrong(level, height, MOVE_LEVELS);
        total += height;
        word |= height << (8 * level);
    }
    if (total > MAX_HEIGHT) revert ITournament.HeightsTooTall(total, MAX_HEIGHT);
    return Heights.wrap(uint32(word));
}

/// @notice The height at a level; zero if there is no such level.
function ofLevel(Heights heights, uint256 level) pure returns (uint8) {
    // Levels are small numbers, and what is shifted out is zero.
    unchecked {
        return uint8(Heights.unwrap(heights) >> (8 * level));
    }
}

/// @notice Whether a match at a level ends in an inner tournament, and not in a step.
function hasLevelBelow(Heights heights, uint256 level) pure returns (bool) {
    // Levels are small numbers.
    unchecked {
        return ofLevel(heights, level + 1) != 0;
    }
}

/// @notice How many levels there are.
function count(Heights heights) pure returns (uint256 levels) {
    while (ofLevel(heights, levels) != 0) ++levels;
}
