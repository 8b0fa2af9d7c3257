// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Asset} from "./deposits/Asset.sol";
import {Holder} from "./deposits/Holder.sol";
import {Ledger} from "./deposits/Ledger.sol";
import {Queue} from "./deposits/Queue.sol";
import {IDeposits} from "./interfaces/IDeposits.sol";

/// @title Deposits
/// @notice Keeps security deposits. Nobody administers it and nothing in it can be replaced.
/// See {IDeposits}; the rules are in {Ledger}.
contract Deposits is IDeposits, ReentrancyGuardTransient {
    using Ledger for Ledger.Book;
    using Queue for Queue.Entries;

    /// @dev Queue entries that a withdrawal looks at: enough for nearly everyone, bounded for the
    /// gas.
    uint256 private constant MATURED_BY_WITHDRAW = 8;

    /// @inheritdoc IDeposits
    uint256 public immutable coolingOff;

    mapping(address token => Ledger.Book) private _books;

    /// @param coolingOff_ Seconds between a release and the free balance.
    constructor(uint256 coolingOff_) {
        coolingOff = coolingOff_;
    }

    /// @inheritdoc IDeposits
    function deposit(address token, uint256 amount) external payable nonReentrant returns (uint256 received) {
        received = Asset.pull(token, amount);
        _books[token].credit(msg.sender, received);
        emit Deposited(token, msg.sender, received);
    }

    /// @inheritdoc IDeposits
    function withdraw(address token, uint256 amount, address to) external nonReentrant {
        _mature(token, msg.sender, MATURED_BY_WITHDRAW);
        _books[token].debit(token, msg.sender, amount);
        emit Withdrawn(token, msg.sender, to, amount);
        Asset.push(token, to, amount);
    }

    /// @inheritdoc IDeposits
    function mature(address token, address account, uint256 limit) external nonReentrant returns (uint256 amount) {
        return _mature(token, account, limit);
    }

    /// @inheritdoc IDeposits
    function lock(address holder, address token, uint256 amount, bytes32 terms) external nonReentrant {
        bytes32 actual = Holder.termsOf(holder);
        if (actual != terms) revert WrongTerms(holder, terms, actual);
        _books[token].lock(token, msg.sender, holder, amount);
        emit Locked(token, msg.sender, holder, amount, terms);
        Holder.admit(holder, msg.sender, token, amount);
    }

    /// @inheritdoc IDeposits
    function release(address token, address account) external nonReentrant returns (uint256 amount) {
        uint256 availableAt = block.timestamp + coolingOff;
        amount = _books[token].release(token, account, msg.sender, availableAt);
        emit Released(token, account, msg.sender, amount, availableAt);
    }

    /// @inheritdoc IDeposits
    function slash(
        address token,
        address account,
        address reporter,
        uint256 share
    ) external nonReentrant returns (uint256 reward) {
        uint256 rest;
        (reward, rest) = _books[token].slash(token, account, msg.sender, reporter, share);
        emit Slashed(token, account, msg.sender, reporter, reward, rest);
    }

    /// @inheritdoc IDeposits
    function freeOf(address token, address account) external view returns (uint256) {
        return _books[token].free[account];
    }

    /// @inheritdoc IDeposits
    function lockOf(address token, address account, address holder) external view returns (uint256) {
        return _books[token].locks[account][holder];
    }

    /// @inheritdoc IDeposits
    function coolingOf(address token, address account) external view returns (Cooling[] memory) {
        return _books[token].cooling[account].list();
    }

    /// @inheritdoc IDeposits
    function burned(address token) external view returns (uint256) {
        return _books[token].burned;
    }

    function _mature(address token, address account, uint256 limit) private returns (uint256 amount) {
        amount = _books[token].mature(account, block.timestamp, limit);
        if (amount > 0) emit Matured(token, account, amount);
    }
}
