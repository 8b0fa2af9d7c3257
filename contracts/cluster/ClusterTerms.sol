// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {DealTerms} from "../deal/DealTerms.sol";
import {Seats} from "../deal/Seats.sol";
import {Penalty} from "../deposits/Penalty.sol";
import {IClusterDeal} from "../interfaces/IClusterDeal.sol";

/// @title The rules for the terms of a cluster's Deal
library ClusterTerms {
    /// @notice The smallest cluster that goes on when one of its workers is down or lies.
    uint256 internal constant LEAST_CLUSTER = 4;

    /// @notice What a worker agrees to when it locks its deposit.
    function hash(IClusterDeal.Terms memory terms) internal pure returns (bytes32) {
        return keccak256(abi.encode(terms));
    }

    /// @notice Reverts if a term is out of range.
    /// @param capacity How many steps the arbiter's tournaments reach. A block halts after at most
    /// budget + 1 steps, so that every true final state is halted.
    /// @param period The arbiter's.
    function check(IClusterDeal.Terms memory terms, uint256 capacity, uint256 period) internal pure {
        DealTerms.within("customer", uint160(terms.customer), 1, type(uint160).max);
        DealTerms.within("budget", uint256(terms.budget) + 1, 2, capacity);
        DealTerms.within("collateral", terms.collateral, 1, type(uint256).max);
        // What all workers are paid for the longest time that a claim covers can be computed.
        DealTerms.within("rate", terms.rate, 0, type(uint128).max);
        DealTerms.within("reporterShare", terms.reporterShare, 0, Penalty.GREATEST_SHARE);
        // Of two or three workers none may be missing, so they are no safer than one.
        if (terms.size != 1) DealTerms.within("size", terms.size, LEAST_CLUSTER, Seats.GREATEST);
        DealTerms.within("maxPending", terms.maxPending, 1, DealTerms.GREATEST_PENDING);
        // What nothing pending leaves room for is any one block.
        DealTerms.within("maxPendingSteps", terms.maxPendingSteps, terms.budget, type(uint64).max);
        // Strangers may claim what is true as often as is allowed: half of the places stay free.
        uint256 leastInterval = (2 * period + terms.maxPending - 1) / terms.maxPending;
        DealTerms.within("interval", terms.interval, leastInterval, type(uint32).max);
        DealTerms.within("silence", terms.silence, 2 * uint256(terms.interval), type(uint32).max);
    }
}
