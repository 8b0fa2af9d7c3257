// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @title A contract that deposits are locked for
/// @notice What {IDeposits} asks of it. A holder alone releases or slashes what is locked for it;
/// one that does neither keeps it locked, so an account names the terms that it agrees to when it
/// locks.
interface ILockHolder {
    /// @notice Admits `account`, or reverts. Called by the contract that keeps the deposits, which
    /// alone may, in the transaction that locks.
    /// @param token What is locked; zero means ETH.
    /// @param amount How much, in the token's smallest unit.
    function admit(address account, address token, uint256 amount) external;

    /// @notice Hash of the terms on which deposits are locked for it. Never changes.
    function termsHash() external view returns (bytes32);
}
