// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Seats} from "../deal/Seats.sol";
import {IClusterDeal} from "../interfaces/IClusterDeal.sol";

/// @title The eras of a cluster
/// @notice An era is a fixed set of workers and one chain of theirs. Eras are numbered from zero;
/// the next begins when the one before is over and every seat is taken.
library Eras {
    /// @notice An era's workers and the addresses of their consensus keys, by seat. It ends at
    /// `end`, or has not ended (zero).
    struct Era {
        uint40 start;
        uint40 end;
        mapping(uint256 seat => address) workerAt;
        mapping(uint256 seat => address) keyAt;
    }

    /// @notice `count` eras have begun. `latest` is when a claim was made last, or the last era
    /// began.
    struct Book {
        uint16 count;
        uint40 latest;
        mapping(uint256 number => Era) eras;
    }

    /// @notice The last era that has begun.
    function current(Book storage self) internal view returns (Era storage) {
        if (self.count == 0) revert IClusterDeal.NoEra();
        return self.eras[self.count - 1];
    }

    /// @notice Whether an era is under way, which may have its end ahead.
    function running(Book storage self) internal view returns (bool) {
        if (self.count == 0) return false;
        uint256 end = self.eras[self.count - 1].end;
        return end == 0 || block.timestamp < end;
    }

    /// @notice The era that claims are taken for.
    /// @param grace Seconds after its end in which they are.
    function claimable(Book storage self, uint256 grace) internal view returns (Era storage era) {
        era = current(self);
        if (isOver(era, grace)) revert IClusterDeal.EraOver(self.count - 1);
    }

    /// @notice Whether an era has ended, and the time for its claims too.
    function isOver(Era storage era, uint256 grace) internal view returns (bool) {
        return era.end != 0 && block.timestamp >= era.end + grace;
    }

    /// @notice The workers of an era, by seat.
    function workers(Era storage era, uint256 size) internal view returns (address[] memory list) {
        list = new address[](size);
        for (uint256 seat; seat < size; ++seat) list[seat] = era.workerAt[seat];
    }

    /// @notice The addresses of the workers' keys, by seat.
    function keys(Era storage era, uint256 size) internal view returns (address[] memory list) {
        list = new address[](size);
        for (uint256 seat; seat < size; ++seat) list[seat] = era.keyAt[seat];
    }

    /// @notice Seconds that a claim covers: from the header before, or the era's start, to its own
    /// header, or the era's end. At most what fits into 24 bits, half a year.
    /// @param before Time of the header before.
    /// @param time Of its own.
    function coverage(Era storage era, uint256 before, uint256 time) internal view returns (uint256 covered) {
        uint256 from = before > era.start ? before : era.start;
        uint256 to = era.end != 0 && era.end < time ? era.end : time;
        if (to <= from) return 0;
        covered = to - from;
        if (covered > type(uint24).max) covered = type(uint24).max;
    }

    /// @notice Begins the next era with whoever sits on the seats.
    /// @param keyOf Address of each worker's consensus key.
    /// @param size How many seats there are.
    function begin(
        Book storage self,
        Seats.Table storage seats,
        mapping(address worker => address) storage keyOf,
        uint256 size,
        uint256 grace
    ) internal returns (uint16 number) {
        number = self.count;
        if (number != 0 && !isOver(self.eras[number - 1], grace)) revert IClusterDeal.EraUnderWay(number - 1);
        Era storage era = self.eras[number];
        for (uint256 seat; seat < size; ++seat) {
            address worker = seats.workerAt[seat];
            if (worker == address(0)) revert IClusterDeal.SeatFree(seat);
            era.workerAt[seat] = worker;
            era.keyAt[seat] = keyOf[worker];
        }
        era.start = uint40(block.timestamp); // some 34,000 years of seconds
        self.latest = era.start;
        ++self.count;
    }

    /// @notice Ends the era that is under way, if one is, at a time that is not past.
    /// @return ended Whether that was earlier than it would have ended.
    function endAt(Book storage self, uint256 time) internal returns (bool ended) {
        if (!running(self)) return false;
        Era storage era = self.eras[self.count - 1];
        ended = era.end == 0 || time < era.end;
        if (ended) era.end = uint40(time); // some 34,000 years of seconds
    }
}
