// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {IDeposits} from "../interfaces/IDeposits.sol";
import {ILockHolder} from "../interfaces/ILockHolder.sol";

/// @title Calls to an {ILockHolder}, which may be anything
/// @notice A holder's own errors reach the caller as they are; whatever else goes wrong gets a
/// name.
library Holder {
    /// @notice Has an account admitted. The holder is known to have code: it answered {termsOf}.
    function admit(address holder, address account, address token, uint256 amount) internal {
        bytes memory call = abi.encodeCall(ILockHolder.admit, (account, token, amount));
        if (LowLevelCall.callNoReturn(holder, call)) return;
        if (LowLevelCall.returnDataSize() == 0) revert IDeposits.NotAdmitted(holder, account);
        LowLevelCall.bubbleRevert();
    }

    /// @notice The hash of the holder's terms. Reverts unless it answers with exactly one word; an
    /// account without code answers with nothing.
    function termsOf(address holder) internal view returns (bytes32 terms) {
        bool success;
        (success, terms, ) = LowLevelCall.staticcallReturn64Bytes(holder, abi.encodeCall(ILockHolder.termsHash, ()));
        if (!success || LowLevelCall.returnDataSize() != 32) revert IDeposits.NoLockHolder(holder);
    }
}
