// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Penalty} from "../deposits/Penalty.sol";
import {IDeal} from "../interfaces/IDeal.sol";
import {Input} from "./Input.sol";
import {Seats} from "./Seats.sol";

/// @title The rules for a Deal's terms
library DealTerms {
    /// @notice The most claims that may be pending: what a worker who leaves has to look through.
    uint256 internal constant GREATEST_PENDING = 64;

    /// @notice What a worker agrees to when it locks its deposit.
    function hash(IDeal.Terms memory terms) internal pure returns (bytes32) {
        return keccak256(abi.encode(terms));
    }

    /// @notice Reverts if a term is out of range.
    /// @param capacity How many steps the arbiter's tournaments reach. A fragment halts after at
    /// most budget + 1 steps, so that every true final state is halted.
    function check(IDeal.Terms memory terms, uint256 capacity) internal pure {
        within("customer", uint160(terms.customer), 1, type(uint160).max);
        within("sequencer", uint160(terms.sequencer), 1, type(uint160).max);
        within("budget", uint256(terms.budget) + 1, 2, capacity);
        within("collateral", terms.collateral, 1, type(uint256).max);
        within("reporterShare", terms.reporterShare, 0, Penalty.GREATEST_SHARE);
        within("maxWorkers", terms.maxWorkers, 1, Seats.GREATEST);
        within("maxPending", terms.maxPending, 1, GREATEST_PENDING);
        // What nothing pending leaves room for is any one fragment.
        within("maxPendingSteps", terms.maxPendingSteps, terms.budget, type(uint64).max);
        within("maxInput", terms.maxInput, 1, Input.CAPACITY);
    }

    /// @notice Reverts unless a term is in its range.
    function within(string memory name, uint256 actual, uint256 least, uint256 greatest) internal pure {
        if (actual < least || actual > greatest) revert IDeal.BadTerm(name, actual, least, greatest);
    }
}
