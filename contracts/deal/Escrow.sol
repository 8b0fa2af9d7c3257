// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IDeal} from "../interfaces/IDeal.sol";
import {Seats} from "./Seats.sol";

/// @title A Deal's payments
/// @notice Every token is in exactly one place: the customer's funds or a worker's earnings. What
/// is reserved for fragments is a part of the funds and is computed, not stored.
library Escrow {
    /// @notice The customer's funds, reserved or not, and what each worker has earned.
    struct Book {
        uint256 funds;
        mapping(address worker => uint256) earnings;
    }

    /// @notice Reverts unless `needed` of the funds is free of reservations.
    function check(Book storage book, uint256 reserved, uint256 needed) internal view returns (uint256 available) {
        // Never below: reservations are made against unreserved funds only, and payments take what
        // was reserved for them.
        available = book.funds - reserved;
        if (available < needed) revert IDeal.InsufficientFunds(available, needed);
    }

    /// @notice Takes unreserved funds out.
    function spend(Book storage book, uint256 reserved, uint256 amount) internal {
        check(book, reserved, amount);
        book.funds -= amount;
    }

    /// @notice Divides the price of a confirmed fragment equally among the backers. Shares are
    /// rounded down; the remainder, less than one unit per backer, stays the customer's.
    /// @param workerAt Who gets the share of each seat.
    /// @param backers Bitmap of seats, not empty.
    function pay(
        Book storage book,
        mapping(uint256 seat => address) storage workerAt,
        uint256 price,
        uint256 backers
    ) internal returns (uint256 share) {
        uint256 n = Seats.count(backers);
        share = price / n;
        if (share == 0) return 0;
        book.funds -= share * n;
        for (uint256 seat; backers >> seat != 0; ++seat) {
            if (Seats.has(backers, seat)) book.earnings[workerAt[seat]] += share;
        }
    }

    /// @notice Empties a worker's earnings.
    function collect(Book storage book, address worker) internal returns (uint256 amount) {
        amount = book.earnings[worker];
        delete book.earnings[worker];
    }
}
