// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IDeposits} from "../interfaces/IDeposits.sol";

/// @title How a slashed deposit is divided
/// @notice A liar's friend can be the reporter, so what a lie surely costs is the burned part, (1 -
/// share) of the deposit.
library Penalty {
    /// @notice Shares are counted in ten-thousandths.
    uint256 internal constant WHOLE = 10_000;

    /// @notice The greatest share of a reporter: a quarter.
    uint256 internal constant GREATEST_SHARE = 2_500;

    /// @notice Reverts if a share is above a quarter.
    function check(uint256 share) internal pure {
        if (share > GREATEST_SHARE) revert IDeposits.ShareTooLarge(share, GREATEST_SHARE);
    }

    /// @notice Divides `amount`: the reporter's `share` rounded down, and the rest. Total for every
    /// amount.
    function divide(uint256 amount, uint256 share) internal pure returns (uint256 reward, uint256 rest) {
        check(share);
        // As amount = WHOLE * (amount / WHOLE) + amount % WHOLE, this is amount * share / WHOLE
        // without its overflow.
        reward = (amount / WHOLE) * share + ((amount % WHOLE) * share) / WHOLE;
        rest = amount - reward;
    }
}
