// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Penalty} from "../../../contracts/deposits/Penalty.sol";

/// @title What a slash divides
contract PenaltyTest {
    /// @notice Nothing is lost or made; the reporter never gets more than its share, nor less by a
    /// whole unit.
    function testFuzz_divides(uint128 amount, uint256 share) external pure {
        share %= Penalty.GREATEST_SHARE + 1;
        (uint256 reward, uint256 rest) = Penalty.divide(amount, share);
        assert(reward + rest == amount);
        assert(reward == (uint256(amount) * share) / Penalty.WHOLE);
        // The true penalty is (1 - r) of the deposit: with a friend as the reporter no less is
        // lost.
        assert(rest * Penalty.WHOLE >= uint256(amount) * (Penalty.WHOLE - share));
    }

    /// @notice No amount overflows.
    function testFuzz_dividesAnything(uint256 amount, uint256 share) external pure {
        share %= Penalty.GREATEST_SHARE + 1;
        (uint256 reward, uint256 rest) = Penalty.divide(amount, share);
        assert(reward + rest == amount);
        assert(reward <= amount / 4);
    }

    /// @notice A greater deposit never means a smaller penalty.
    function testFuzz_grows(uint256 amount, uint256 more, uint256 share) external pure {
        share %= Penalty.GREATEST_SHARE + 1;
        if (amount > more) (amount, more) = (more, amount);
        (uint256 reward, uint256 rest) = Penalty.divide(amount, share);
        (uint256 rewardOfMore, uint256 restOfMore) = Penalty.divide(more, share);
        assert(reward <= rewardOfMore);
        assert(rest <= restOfMore);
    }
}
