// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title Moving ETH (token zero) and ERC-20 tokens in and out of the calling contract
/// @notice Callers guard against reentrancy: a token or a recipient may call back.
library Asset {
    using SafeERC20 for IERC20;

    /// @notice The token that means ETH.
    address internal constant ETH = address(0);

    /// @notice Thrown when `msg.value` is not what the call needs: the amount for ETH, zero for a
    /// token.
    error WrongValue(uint256 expected, uint256 actual);
    /// @notice Thrown when tokens would go to the contract that holds them, or to the address zero.
    error BadRecipient(address to);
    /// @notice Thrown when a token took more from the sending contract than the amount that was
    /// sent.
    error TokenTookTooMuch(address token, uint256 amount, uint256 taken);

    /// @notice Takes `amount` from the sender of the current call.
    /// @return received What arrived, measured by the balance: a token may keep a fee.
    function pull(address token, uint256 amount) internal returns (uint256 received) {
        uint256 expected = token == ETH ? amount : 0;
        if (msg.value != expected) revert WrongValue(expected, msg.value);
        if (token == ETH) return amount;
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        return IERC20(token).balanceOf(address(this)) - before;
    }

    /// @notice Sends `amount` to `to`; reverts if the recipient refuses. The caller has taken it
    /// off its ledger.
    function push(address token, address to, uint256 amount) internal {
        if (to == address(0) || to == address(this)) revert BadRecipient(to);
        if (token == ETH) return Address.sendValue(payable(to), amount);
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransfer(to, amount);
        uint256 left = IERC20(token).balanceOf(address(this));
        // A fee on top of the amount would be paid with the tokens of others.
        if (left + amount < before) revert TokenTookTooMuch(token, amount, before - left);
    }
}
