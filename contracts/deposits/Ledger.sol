// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IDeposits} from "../interfaces/IDeposits.sol";
import {Penalty} from "./Penalty.sol";
import {Queue} from "./Queue.sol";

/// @title The ledger of one token
/// @notice The sum of all free balances, locks, queue entries and `burned` changes in `credit` and
/// `debit` only.
library Ledger {
    using Queue for Queue.Entries;

    /// @notice Where the tokens are: free, locked for a holder, cooling off, or burned.
    struct Book {
        mapping(address account => uint256) free;
        mapping(address account => mapping(address holder => uint256)) locks;
        mapping(address account => Queue.Entries) cooling;
        uint256 burned;
    }

    /// @notice Adds to a free balance what came in.
    function credit(Book storage book, address account, uint256 amount) internal {
        book.free[account] += amount;
    }

    /// @notice Takes from a free balance what goes out.
    /// @param token Only for the error.
    function debit(Book storage book, address token, address account, uint256 amount) internal {
        uint256 available = book.free[account];
        if (available < amount) revert IDeposits.NotEnoughFree(token, account, available, amount);
        // No underflow: the line above.
        unchecked {
            book.free[account] = available - amount;
        }
    }

    /// @notice Free to locked.
    /// @param token Only for the errors.
    function lock(Book storage book, address token, address account, address holder, uint256 amount) internal {
        if (amount == 0) revert IDeposits.EmptyLock();
        if (book.locks[account][holder] != 0) revert IDeposits.AlreadyLocked(token, account, holder);
        debit(book, token, account, amount);
        book.locks[account][holder] = amount;
    }

    /// @notice Locked to cooling.
    /// @param token Only for the error.
    /// @return amount The lock.
    function release(
        Book storage book,
        address token,
        address account,
        address holder,
        uint256 availableAt
    ) internal returns (uint256 amount) {
        amount = unlock(book, token, account, holder);
        book.cooling[account].push(amount, availableAt);
    }

    /// @notice Cooling to free, as far as it is available at `time`.
    function mature(Book storage book, address account, uint256 time, uint256 limit) internal returns (uint256 amount) {
        amount = book.cooling[account].pop(time, limit);
        if (amount > 0) credit(book, account, amount);
    }

    /// @notice Locked to the reporter's free balance and to the burned.
    /// @param token Only for the error.
    function slash(
        Book storage book,
        address token,
        address account,
        address holder,
        address reporter,
        uint256 share
    ) internal returns (uint256 reward, uint256 rest) {
        (reward, rest) = Penalty.divide(unlock(book, token, account, holder), share);
        credit(book, reporter, reward);
        book.burned += rest;
    }

    /// @dev Empties a lock.
    function unlock(
        Book storage book,
        address token,
        address account,
        address holder
    ) private returns (uint256 amount) {
        amount = book.locks[account][holder];
        if (amount == 0) revert IDeposits.NotLocked(token, account, holder);
        delete book.locks[account][holder];
    }
}
