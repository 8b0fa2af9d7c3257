// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Claims} from "../../../contracts/deal/Claims.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";
import {demand} from "../../support/Vm.sol";

/// @title The steps of pending claims, against a sum of them one by one
contract ClaimsTest {
    using Claims for Claims.State;

    uint8 private constant CAP = 5;

    Claims.State private _claims;

    /// @dev Steps of all sizes, so that totals go around 2^64 several times.
    function testFuzz_pendingStepsAreTheSum(uint256 seed, uint64 most) external {
        _claims.cap = CAP;
        for (uint256 turn; turn < 40; ++turn) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 pending = _claims.claimed - _claims.resolved;
            if (seed % 8 < 5) {
                // What fits alone, as the terms see to it.
                uint64 steps = uint64(((seed >> 8) % 3 == 0 ? seed >> 16 : (seed >> 16) % 4) % (uint256(most) + 1));
                _append(steps, most);
            } else if (pending > 0 && seed % 8 < 7) {
                _claims.confirm(_claims.ring[_claims.resolved % CAP]);
            } else if (pending > 0) {
                _claims.strike();
            }
            uint256 sum = _sum();
            demand(_claims.pendingSteps() == sum, "another sum");
            demand(sum <= most, "more than may be");
        }
    }

    /// @dev For the runner to catch what it throws.
    function append(uint64 steps, uint64 most) external {
        _claims.submit(bytes32(0), 0);
        bytes32 fragment = _claims.fragments[_claims.claimed];
        StateRoot previous = _claims.previousOf(_claims.claimed);
        _claims.append(fragment, previous, Claims.Outcome(StateRoot.wrap(fragment), true, steps), most, 0);
    }

    function _append(uint64 steps, uint64 most) private {
        bool fits = _claims.claimed - _claims.resolved < CAP && _sum() + steps <= most;
        try this.append(steps, most) {
            demand(fits, "taken");
        } catch {
            demand(!fits, "refused");
        }
    }

    function _sum() private view returns (uint256 sum) {
        for (uint256 i = _claims.resolved; i < _claims.claimed; ++i) sum += _claims.ring[i % CAP].steps;
    }
}
