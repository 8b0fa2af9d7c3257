// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @dev The cheat codes that the tests of the tournaments use.
interface Vm {
    function warp(uint256 time) external;
    function deal(address account, uint256 balance) external;
    function assume(bool condition) external pure;
    function snapshotState() external returns (uint256);
    function revertToState(uint256 id) external returns (bool);
}

/// @dev Where the simulator answers them.
Vm constant VM = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

/// @dev A test's demand is not met.
error Unmet(string demand);

/// @dev Fails the test unless `met`.
function demand(bool met, string memory what) pure {
    if (!met) revert Unmet(what);
}
