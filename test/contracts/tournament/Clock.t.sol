// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Clock} from "../../../contracts/tournament/Clock.sol";
import {MatchState, Phase, Side} from "../../../contracts/tournament/States.sol";
import {Duration, Instant} from "../../../contracts/tournament/Time.sol";
import {VM, demand} from "../../support/Vm.sol";

contract ClockTest {
    /// @dev Invariant 4: clocks grow only here, by the grace, and not beyond the period.
    function testFuzz_pairedNeverExceedsThePeriod(uint32 clock, uint32 grace, uint32 period) external pure {
        uint256 paired = Duration.unwrap(
            Clock.paired(Duration.wrap(clock), Duration.wrap(grace), Duration.wrap(period))
        );
        uint256 grown = uint256(clock) + grace;
        demand(paired == (grown < period ? grown : period), "the smaller of both");
    }

    /// @dev Invariant 4: a charge takes what has elapsed from the mover and nothing from the other.
    function testFuzz_chargeTakesTheMoversTime(
        bool first,
        uint32 one,
        uint32 two,
        uint40 since,
        uint32 later
    ) external pure {
        MatchState memory state = _state(first, one, two, since);
        Instant time = Instant.wrap(uint48(since) + later);
        uint256 clock = first ? one : two;
        demand(Clock.runs(state, time) == (later < clock), "it runs until it is spent");
        VM.assume(later < clock);
        Clock.charge(state, time);
        demand(Duration.unwrap(state.clockOne) == one - (first ? later : 0), "one");
        demand(Duration.unwrap(state.clockTwo) == two - (first ? 0 : later), "two");
        demand(Instant.unwrap(state.since) == Instant.unwrap(time), "since");
    }

    function testFuzz_joiningHasWhatIsLeft(uint40 time, uint32 left) external pure {
        Duration clock = Clock.joining(Instant.wrap(time), Instant.wrap(uint48(time) + left));
        demand(Duration.unwrap(clock) == left, "left");
    }

    function _state(bool first, uint32 one, uint32 two, uint40 since) private pure returns (MatchState memory state) {
        state.phase = Phase.Playing;
        state.turn = first ? Side.One : Side.Two;
        state.clockOne = Duration.wrap(one);
        state.clockTwo = Duration.wrap(two);
        state.since = Instant.wrap(since);
    }
}
