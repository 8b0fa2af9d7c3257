// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ITournament} from "../interfaces/ITournament.sol";
import {Clock} from "./Clock.sol";
import {Commitment} from "./Commitment.sol";
import {FAN_OUT, MOVE_LEVELS} from "./Levels.sol";
import {MatchId, Node, TournamentId} from "./Names.sol";
import {MatchState, Phase, Side} from "./States.sol";
import {Duration, Instant} from "./Time.sol";

/// @title A match: two commitments on their way down to their first difference
library Match {
    /// @notice The name of the match of `one`, who came first, and `two` in a tournament.
    function id(TournamentId tournament, Node one, Node two) internal pure returns (MatchId) {
        return MatchId.wrap(keccak256(abi.encode(tournament, one, two)));
    }

    /// @notice A match at its first move, which is `one`'s.
    function begin(
        Node one,
        Node two,
        uint8 height,
        Duration clockOne,
        Duration clockTwo,
        Instant time
    ) internal pure returns (MatchState memory) {
        return
            MatchState({
                nodes: pairOf(one, two),
                pos: 0,
                height: height,
                turn: Side.One,
                phase: Phase.Playing,
                clockOne: clockOne,
                clockTwo: clockTwo,
                since: time
            });
    }

    /// @notice The mover goes down to its node `own`, MOVE_LEVELS below, and hands over.
    function descend(
        MatchState memory state,
        MatchId name,
        uint256 digit,
        Node own,
        Node opp,
        bytes32[] calldata siblings,
        Instant time
    ) internal pure {
        requireTurn(state, name, time);
        if (state.height <= MOVE_LEVELS) revert ITournament.HeightUnfit(state.height);
        open(state, name, digit, own, opp, siblings);
        Clock.charge(state, time);
        state.nodes = pairOf(opp, own);
        // The height is above MOVE_LEVELS.
        unchecked {
            state.height -= MOVE_LEVELS;
        }
        state.turn = other(state.turn);
    }

    /// @notice The mover goes down to the first leaf that differs, whose number `pos` becomes. The
    /// turn stays.
    function touchDown(
        MatchState memory state,
        MatchId name,
        uint256 digit,
        Node own,
        Node opp,
        bytes32[] calldata siblings,
        Instant time
    ) internal pure {
        requireTurn(state, name, time);
        if (state.height != MOVE_LEVELS) revert ITournament.HeightUnfit(state.height);
        open(state, name, digit, own, opp, siblings);
        Clock.charge(state, time);
        state.height = 0;
    }

    /// @notice The other side.
    function other(Side side) internal pure returns (Side) {
        return side == Side.One ? Side.Two : Side.One;
    }

    function requireTurn(MatchState memory state, MatchId name, Instant time) private pure {
        if (state.phase != Phase.Playing) revert ITournament.MatchNotPlaying(name);
        if (!Clock.runs(state, time)) revert ITournament.ClockSpent(name);
    }

    function open(
        MatchState memory state,
        MatchId name,
        uint256 digit,
        Node own,
        Node opp,
        bytes32[] calldata siblings
    ) private pure {
        (Node ownNode, Node oppNode) = Commitment.climb(digit, own, opp, siblings);
        if (pairOf(ownNode, oppNode) != state.nodes) revert ITournament.OpeningWrong(name);
        // No height exceeds MAX_HEIGHT, so a position has at most as many bits; the digit is below
        // FAN_OUT.
        unchecked {
            state.pos = uint64(state.pos * FAN_OUT + digit);
        }
    }

    /// @dev What a match remembers of its two nodes: the mover's and the other side's.
    function pairOf(Node mover, Node waiter) private pure returns (bytes32) {
        return Node.unwrap(Commitment.parent(mover, waiter));
    }
}
