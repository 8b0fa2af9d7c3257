// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IDeal} from "../interfaces/IDeal.sol";

/// @title The seats of a Deal's workers
/// @notice At most 16, so that a bitmap of seats names the backers of a claim.
library Seats {
    /// @notice Who sits where. `seatPlusOne` is zero for an address without a seat.
    struct Table {
        mapping(uint256 seat => address) workerAt;
        mapping(address worker => uint256) seatPlusOne;
    }

    /// @notice The most seats of a Deal.
    uint256 internal constant GREATEST = 16;

    /// @notice Gives `worker` the lowest free seat of `limit`.
    function take(Table storage table, address worker, uint256 limit) internal returns (uint256 seat) {
        if (table.seatPlusOne[worker] != 0) revert IDeal.AlreadyWorker(worker);
        while (seat < limit && table.workerAt[seat] != address(0)) ++seat;
        if (seat >= limit) revert IDeal.NoSeat(limit);
        table.workerAt[seat] = worker;
        table.seatPlusOne[worker] = seat + 1;
    }

    /// @notice The seat of `worker`; reverts if it has none.
    function find(Table storage table, address worker) internal view returns (uint256) {
        uint256 seatPlusOne = table.seatPlusOne[worker];
        if (seatPlusOne == 0) revert IDeal.NotWorker(worker);
        return seatPlusOne - 1;
    }

    /// @notice Frees a taken seat.
    function vacate(Table storage table, uint256 seat) internal returns (address worker) {
        worker = table.workerAt[seat];
        delete table.workerAt[seat];
        delete table.seatPlusOne[worker];
    }

    /// @notice The number of seats in a bitmap.
    function count(uint256 seats) internal pure returns (uint256 n) {
        for (; seats != 0; seats &= seats - 1) ++n;
    }

    /// @notice Whether a bitmap has a seat.
    function has(uint256 seats, uint256 seat) internal pure returns (bool) {
        return (seats >> seat) & 1 == 1;
    }
}
