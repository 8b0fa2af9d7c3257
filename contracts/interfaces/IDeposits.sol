// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @title Security deposits, in ETH and in ERC-20 tokens
/// @notice One ledger a token. An amount is always in exactly one place: free (its owner may
/// withdraw or lock it), locked for one {ILockHolder} (which alone may release or slash it),
/// cooling (released, not free yet) or burned (nobody's, counted). Tokens move in `deposit` and
/// `withdraw` only, so no recipient can block a release or a slash. The address zero as a token
/// means ETH.
interface IDeposits {
    /// @notice An amount that a holder released.
    /// @param amount What was released, in the token's smallest unit.
    /// @param availableAt When it may become free, in seconds of `block.timestamp`.
    struct Cooling {
        uint256 amount;
        uint256 availableAt;
    }

    /// @notice `account` brought tokens in. `amount` is what arrived, which may be less than what
    /// was sent.
    event Deposited(address indexed token, address indexed account, uint256 amount);
    /// @notice `account` took `amount` of its free balance out, to `to`.
    event Withdrawn(address indexed token, address indexed account, address to, uint256 amount);
    /// @notice `account` locked `amount` for `holder`, under the terms of that hash.
    event Locked(address indexed token, address indexed account, address indexed holder, uint256 amount, bytes32 terms);
    /// @notice `holder` released the lock of `account`; it cools off until `availableAt`.
    event Released(
        address indexed token,
        address indexed account,
        address indexed holder,
        uint256 amount,
        uint256 availableAt
    );
    /// @notice `amount` of `account` has cooled off and is free.
    event Matured(address indexed token, address indexed account, uint256 amount);
    /// @notice `holder` took the whole lock of `account`: `reward` went to the free balance of
    /// `reporter`, the rest is burned.
    event Slashed(
        address indexed token,
        address indexed account,
        address indexed holder,
        address reporter,
        uint256 reward,
        uint256 burned
    );

    /// @notice Thrown when a free balance is smaller than what is to be withdrawn or locked.
    error NotEnoughFree(address token, address account, uint256 available, uint256 needed);
    /// @notice Thrown when a lock of nothing is asked for.
    error EmptyLock();
    /// @notice Thrown when the account already has a lock of this token for the holder.
    error AlreadyLocked(address token, address account, address holder);
    /// @notice Thrown when the caller names an account that has no lock of this token for it.
    error NotLocked(address token, address account, address holder);
    /// @notice Thrown when an account names another hash than that of the holder's terms.
    error WrongTerms(address holder, bytes32 named, bytes32 actual);
    /// @notice Thrown when what an account names as a holder does not answer `termsHash` with one
    /// word: it has no code, reverts, or is something else.
    error NoLockHolder(address holder);
    /// @notice Thrown when a holder refuses an account without a reason; a reason is passed on as
    /// it is.
    error NotAdmitted(address holder, address account);
    /// @notice Thrown when a reporter's share is above the greatest allowed, both in
    /// ten-thousandths.
    error ShareTooLarge(uint256 share, uint256 greatest);

    /// @notice Seconds between a release and the free balance.
    function coolingOff() external view returns (uint256);

    /// @notice What `account` may withdraw or lock.
    function freeOf(address token, address account) external view returns (uint256);

    /// @notice What `account` has locked for `holder`.
    function lockOf(address token, address account, address holder) external view returns (uint256);

    /// @notice What is cooling off for `account`, oldest first.
    function coolingOf(address token, address account) external view returns (Cooling[] memory);

    /// @notice What slashes burned so far. It stays in this contract.
    function burned(address token) external view returns (uint256);

    /// @notice Brings tokens in and credits what arrives to the sender's free balance.
    /// @param token The token, or zero for ETH (then `msg.value` is the amount).
    /// @param amount How much to send, in the token's smallest unit.
    /// @return received How much arrived and is credited.
    function deposit(address token, uint256 amount) external payable returns (uint256 received);

    /// @notice Takes `amount` of the sender's free balance out. Frees what has cooled off before
    /// (up to eight entries).
    /// @param to Who receives it; a recipient that refuses makes only this call fail.
    function withdraw(address token, uint256 amount, address to) external;

    /// @notice Moves what has cooled off to the free balance of `account`. Anyone may call it.
    /// @param limit The greatest number of queue entries to look at.
    /// @return amount How much became free.
    function mature(address token, address account, uint256 limit) external returns (uint256 amount);

    /// @notice Locks `amount` of the sender's free balance for `holder`, which admits the sender.
    /// @param terms The hash of the holder's terms, which the sender agrees to.
    function lock(address holder, address token, uint256 amount, bytes32 terms) external;

    /// @notice Releases the account's lock for the calling holder into the cooling-off queue.
    /// @return amount How much was released.
    function release(address token, address account) external returns (uint256 amount);

    /// @notice Takes the account's whole lock for the calling holder.
    /// @param reporter Who is credited with the reward.
    /// @param share The reporter's share in ten-thousandths, at most 2,500; rounded down, the rest
    /// is burned.
    /// @return reward What the reporter was credited with.
    function slash(address token, address account, address reporter, uint256 share) external returns (uint256 reward);
}
