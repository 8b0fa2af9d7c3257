// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @title The cheat codes of the Solidity test runner that the tests use
interface Vm {
    /// @notice The next call comes from `sender`.
    function prank(address sender) external;

    /// @notice Sets the block's timestamp.
    function warp(uint256 timestamp) external;

    /// @notice The block's timestamp; unlike `block.timestamp` it is never taken for unchanged by
    /// the optimizer.
    function getBlockTimestamp() external view returns (uint256);

    /// @notice Sets an account's ETH.
    function deal(address account, uint256 balance) external;

    /// @notice Gives up this run of a fuzz test if the condition does not hold.
    function assume(bool condition) external pure;

    /// @notice Remembers the chain's state; gives its name.
    function snapshotState() external returns (uint256);

    /// @notice Goes back to a state that was remembered.
    function revertToState(uint256 id) external returns (bool);
}

/// @dev Where the runner answers: the address that every such runner takes.
Vm constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @dev A test's demand is not met.
error Unmet(string demand);

/// @dev Fails the test unless `met`.
function demand(bool met, string memory what) pure {
    if (!met) revert Unmet(what);
}
