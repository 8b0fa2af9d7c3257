// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {MatchState, Side} from "./States.sol";
import {Duration, Instant} from "./Time.sol";

/// @title The two clocks of a match
/// @notice Only the mover's clock runs, and only while the match is being played. It loses exactly
/// what has elapsed when its owner moves. Clocks grow only at a pairing, and never beyond the
/// period.
library Clock {
    /// @notice The clock of a commitment that joins: what is left of the time to join, so that late
    /// comers gain nothing.
    function joining(Instant time, Instant closes) internal pure returns (Duration) {
        return closes.since(time);
    }

    /// @notice The clock of a commitment that is paired.
    function paired(Duration clock, Duration grace, Duration period) internal pure returns (Duration) {
        Duration grown = clock + grace;
        return grown < period ? grown : period;
    }

    /// @notice The mover's clock as it was when it began to run.
    function ofMover(MatchState memory state) internal pure returns (Duration) {
        return state.turn == Side.One ? state.clockOne : state.clockTwo;
    }

    /// @notice Whether the mover may still move: strictly less than its clock has elapsed.
    function runs(MatchState memory state, Instant time) internal pure returns (bool) {
        return time.since(state.since) < ofMover(state);
    }

    /// @notice Takes what has elapsed from the mover's clock, which must run.
    function charge(MatchState memory state, Instant time) internal pure {
        Duration elapsed = time.since(state.since);
        if (state.turn == Side.One) state.clockOne = state.clockOne - elapsed;
        else state.clockTwo = state.clockTwo - elapsed;
        state.since = time;
    }
}
