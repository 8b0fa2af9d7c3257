// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @title The cheat codes of the Solidity test runner that the tests of Deposits and Deal use
interface Vm {
    /// @notice The next call comes from `sender`.
    function prank(address sender) external;

    /// @notice Sets the block's timestamp.
    function warp(uint256 timestamp) external;

    /// @notice The block's timestamp; unlike `block.timestamp` it is never taken for unchanged by the optimizer.
    function getBlockTimestamp() external view returns (uint256);

    /// @notice Sets an account's ETH.
    function deal(address account, uint256 balance) external;

    /// @notice Gives up this run of a fuzz test if the condition does not hold.
    function assume(bool condition) external pure;
}

/// @dev Where the runner answers.
Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
