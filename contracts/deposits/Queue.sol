// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IDeposits} from "../interfaces/IDeposits.sol";

/// @title A queue of amounts that become available in the order of their times
/// @notice Entries come with times that never fall, so whatever is available stands in front.
library Queue {
    /// @notice The entries from `first` on, up to the one before `next`.
    struct Entries {
        uint128 first;
        uint128 next;
        mapping(uint256 index => IDeposits.Cooling) entry;
    }

    /// @notice Adds an amount at the end.
    function push(Entries storage queue, uint256 amount, uint256 availableAt) internal {
        queue.entry[queue.next++] = IDeposits.Cooling(amount, availableAt);
    }

    /// @notice Removes what is available at `time`, looking at `limit` entries at most.
    /// @return amount The sum of what was removed.
    function pop(Entries storage queue, uint256 time, uint256 limit) internal returns (uint256 amount) {
        (uint128 first, uint128 next) = (queue.first, queue.next);
        uint128 from = first;
        for (; first < next && limit > 0 && queue.entry[first].availableAt <= time; ++first) {
            amount += queue.entry[first].amount;
            delete queue.entry[first];
            --limit;
        }
        if (first != from) queue.first = first;
    }

    /// @notice All entries, oldest first.
    function list(Entries storage queue) internal view returns (IDeposits.Cooling[] memory entries) {
        (uint256 first, uint256 next) = (queue.first, queue.next);
        entries = new IDeposits.Cooling[](next - first);
        for (uint256 i = first; i < next; ++i) entries[i - first] = queue.entry[i];
    }
}
