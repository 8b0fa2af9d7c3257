// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Seats} from "../deal/Seats.sol";
import {IClusterDeal} from "../interfaces/IClusterDeal.sol";

/// @title The workers of a cluster, from their keys to the release of their deposits
/// @notice A worker names its key, locks its deposit and takes a seat; it keeps the seat's number
/// until its deposit is gone, also when the seat is another's by then.
library Members {
    /// @notice A worker with a locked deposit. It takes part in eras from `from` to before `to`, as
    /// far as they have begun; `to` is set when it gives up its seat.
    struct Member {
        bool locked;
        bool seated;
        uint8 seat;
        uint16 from;
        uint16 to;
    }

    /// @notice Who sits where, votes with what key, and has a deposit locked.
    struct Table {
        Seats.Table seats;
        mapping(address worker => address) keyOf;
        mapping(address key => address) workerOf;
        mapping(address worker => Member) members;
    }

    /// @notice Names a worker's key, which no other worker has.
    function enlist(Table storage self, address worker, address key) internal {
        if (self.members[worker].locked) revert IClusterDeal.KeyFixed(worker);
        address holder = self.workerOf[key];
        if (holder != address(0) && holder != worker) revert IClusterDeal.KeyTaken(key);
        delete self.workerOf[self.keyOf[worker]];
        self.keyOf[worker] = key;
        self.workerOf[key] = worker;
    }

    /// @notice Gives a worker whose deposit was locked the lowest free seat.
    /// @param eras How many eras have begun.
    function admit(Table storage self, address worker, uint256 size, uint16 eras) internal returns (uint256 seat) {
        if (self.keyOf[worker] == address(0)) revert IClusterDeal.KeyFixed(worker);
        seat = Seats.take(self.seats, worker, size);
        // 16 seats.
        self.members[worker] = Member({locked: true, seated: true, seat: uint8(seat), from: eras, to: 0});
    }

    /// @notice Whether a worker has its deposit locked.
    function isLocked(Table storage self, address worker) internal view returns (bool) {
        return self.members[worker].locked;
    }

    /// @notice Frees a taken seat. The worker's deposit stays locked.
    /// @param eras How many eras have begun.
    function vacate(Table storage self, uint256 seat, uint16 eras) internal returns (address worker) {
        worker = Seats.vacate(self.seats, seat);
        Member storage member = self.members[worker];
        member.seated = false;
        member.to = eras;
    }

    /// @notice A worker that has given up its seat, but not got its deposit back.
    function leaver(Table storage self, address worker) internal view returns (Member storage member) {
        member = self.members[worker];
        if (!member.locked || member.seated) revert IClusterDeal.NotLeaving(worker);
    }

    /// @notice Forgets a worker without a seat, whose deposit is gone.
    function remove(Table storage self, address worker) internal {
        delete self.members[worker];
        delete self.workerOf[self.keyOf[worker]];
        delete self.keyOf[worker];
    }
}
