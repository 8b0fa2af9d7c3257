// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Asset} from "./deposits/Asset.sol";
import {Ledger} from "./deposits/Ledger.sol";
import {Queue} from "./deposits/Queue.sol";
import {IDeal} from "./interfaces/IDeal.sol";
import {IDeposits} from "./interfaces/IDeposits.sol";

/// @title Deposits
/// @notice Keeps the workers' security deposits. Nobody administers it and nothing in it can be replaced.
/// See {IDeposits}; the rules are in {Ledger}.
contract Deposits is IDeposits, ReentrancyGuardTransient {
    using Ledger for Ledger.Book;
    using Queue for Queue.Entries;

    /// @dev Queue entries that a withdrawal looks at: enough for nearly everyone, bounded for the gas.
    uint256 private constant MATURED_BY_WITHDRAW = 8;

    /// @inheritdoc IDeposits
    uint256 public immutable coolingOff;

    mapping(address token => Ledger.Book) private books;

    /// @param coolingOff_ Seconds between a release and the free balance.
    constructor(uint256 coolingOff_) {
        coolingOff = coolingOff_;
    }

    /// @inheritdoc IDeposits
    function deposit(address token, uint256 amount) external payable nonReentrant returns (uint256 received) {
        received = Asset.pull(token, amount);
        books[token].credit(msg.sender, received);
        emit Deposited(token, msg.sender, received);
    }

    /// @inheritdoc IDeposits
    function withdraw(address token, uint256 amount, address to) external nonReentrant {
        _mature(token, msg.sender, MATURED_BY_WITHDRAW);
        books[token].debit(token, msg.sender, amount);
        emit Withdrawn(token, msg.sender, to, amount);
        Asset.push(token, to, amount);
    }

    /// @inheritdoc IDeposits
    function mature(address token, address account, uint256 limit) external nonReentrant returns (uint256 amount) {
        return _mature(token, account, limit);
    }

    /// @inheritdoc IDeposits
    function lock(address deal, address token, uint256 amount, bytes32 terms) external nonReentrant {
        bytes32 actual = IDeal(deal).termsHash();
        require(actual == terms, WrongTerms(deal, terms, actual));
        books[token].lock(token, msg.sender, deal, amount);
        emit Locked(token, msg.sender, deal, amount, terms);
        IDeal(deal).admit(msg.sender, token, amount);
    }

    /// @inheritdoc IDeposits
    function release(address token, address worker) external nonReentrant returns (uint256 amount) {
        uint256 availableAt = block.timestamp + coolingOff;
        amount = books[token].release(token, worker, msg.sender, availableAt);
        emit Released(token, worker, msg.sender, amount, availableAt);
    }

    /// @inheritdoc IDeposits
    function slash(
        address token,
        address worker,
        address reporter,
        uint256 share
    ) external nonReentrant returns (uint256 reward) {
        uint256 rest;
        (reward, rest) = books[token].slash(token, worker, msg.sender, reporter, share);
        emit Slashed(token, worker, msg.sender, reporter, reward, rest);
    }

    /// @inheritdoc IDeposits
    function freeOf(address token, address account) external view returns (uint256) {
        return books[token].free[account];
    }

    /// @inheritdoc IDeposits
    function lockOf(address token, address worker, address deal) external view returns (uint256) {
        return books[token].locks[worker][deal];
    }

    /// @inheritdoc IDeposits
    function coolingOf(address token, address account) external view returns (Cooling[] memory) {
        return books[token].cooling[account].list();
    }

    /// @inheritdoc IDeposits
    function burned(address token) external view returns (uint256) {
        return books[token].burned;
    }

    function _mature(address token, address account, uint256 limit) private returns (uint256 amount) {
        amount = books[token].mature(account, block.timestamp, limit);
        if (amount > 0) emit Matured(token, account, amount);
    }
}
