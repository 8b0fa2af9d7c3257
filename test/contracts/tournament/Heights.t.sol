// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ITournament} from "../../../contracts/interfaces/ITournament.sol";
import {Heights, packed} from "../../../contracts/tournament/Heights.sol";
import {MAX_HEIGHT, MAX_LEVELS, MOVE_LEVELS} from "../../../contracts/tournament/Levels.sol";
import {VM, demand} from "../../support/Vm.sol";

contract HeightsTest {
    function pack(uint8[] memory list) external pure returns (Heights) {
        return packed(list);
    }

    /// @dev The heights of a dispute are found at their levels, and nothing below.
    function testFuzz_everyHeightIsFoundAtItsLevel(uint8[MAX_LEVELS] calldata seeds, uint256 count) external view {
        uint8[] memory list = new uint8[](1 + (count % MAX_LEVELS));
        uint256 left = MAX_HEIGHT / MOVE_LEVELS - list.length;
        for (uint256 level; level < list.length; ++level) {
            uint256 more = seeds[level] % (left + 1);
            left -= more;
            list[level] = uint8((1 + more) * MOVE_LEVELS);
        }
        Heights heights = this.pack(list);
        demand(heights.count() == list.length, "count");
        for (uint256 level; level < list.length; ++level) {
            demand(heights.ofLevel(level) == list[level], "height");
            demand(heights.hasLevelBelow(level) == (level + 1 < list.length), "a level below");
        }
        for (uint256 level = list.length; level < 256; ++level) demand(heights.ofLevel(level) == 0, "no level");
    }

    /// @dev Any other list is refused. Half of them have multiples of what a move descends, so that
    /// the sum decides.
    function testFuzz_onlyHeightsOfADisputeArePacked(uint8[] memory list, uint8 length, bool even) external view {
        length %= uint8(MAX_LEVELS + 2);
        VM.assume(list.length >= length);
        // Safe: the list only becomes shorter.
        assembly ("memory-safe") {
            mstore(list, length)
        }
        for (uint256 level; even && level < length; ++level) list[level] = (list[level] % 12) * MOVE_LEVELS;
        bytes4 expected = _fault(list);
        try this.pack(list) {
            demand(expected == 0, "packed");
        } catch (bytes memory reason) {
            demand(bytes4(reason) == expected, "refused for another reason");
        }
    }

    function _fault(uint8[] memory list) private pure returns (bytes4) {
        if (list.length == 0 || list.length > MAX_LEVELS) return ITournament.LevelsWrong.selector;
        uint256 total;
        for (uint256 level; level < list.length; ++level) {
            if (list[level] == 0 || list[level] % MOVE_LEVELS != 0) return ITournament.HeightWrong.selector;
            total += list[level];
        }
        return total > MAX_HEIGHT ? ITournament.HeightsTooTall.selector : bytes4(0);
    }
}
