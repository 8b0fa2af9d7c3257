// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IArbiter} from "./interfaces/IArbiter.sol";
import {IStepVerifier} from "./interfaces/IStepVerifier.sol";
import {ITournament, Join, Params} from "./interfaces/ITournament.sol";
import {TournamentId} from "./tournament/Names.sol";
import {Tournament} from "./tournament/Tournament.sol";
import {StateRoot} from "./types/StateRoot.sol";

/// @title Opens tournaments for Deals and hands their verdicts back
/// @notice It has no rule of its own but the names: a tournament belongs to one Deal and one claim.
contract Arbiter is IArbiter {
    /// @inheritdoc IArbiter
    ITournament public immutable tournament;
    /// @inheritdoc IArbiter
    IStepVerifier public immutable verifier;
    /// @inheritdoc IArbiter
    uint64 public immutable period;
    /// @inheritdoc IArbiter
    uint256 public immutable capacity;
    /// @inheritdoc IArbiter
    uint256 public immutable bond;

    /// @param verifier_ The step verifier of the tournaments' bottom level.
    /// @param params The parameters of the tournaments, whose contract is made here.
    constructor(IStepVerifier verifier_, Params memory params) {
        tournament = new Tournament(verifier_, params, address(this));
        verifier = verifier_;
        period = params.period;
        bond = params.bonds[0];
        uint256 height;
        for (uint256 level; level < params.heights.length; ++level) height += params.heights[level];
        capacity = 2 ** height;
    }

    /// @inheritdoc IArbiter
    function open(
        bytes32 claim,
        StateRoot initial,
        address challenger,
        Join calldata join
    ) external returns (TournamentId id) {
        id = tournamentId(msg.sender, claim);
        emit DisputeOpened(msg.sender, claim, id);
        tournament.open(id, initial, challenger, join);
    }

    /// @inheritdoc IArbiter
    function verdict(
        address deal,
        bytes32 claim
    ) external view returns (bool finished, bool decided, StateRoot finalState, address reporter) {
        return tournament.verdict(tournamentId(deal, claim));
    }

    /// @inheritdoc IArbiter
    function tournamentId(address deal, bytes32 claim) public pure returns (TournamentId) {
        return TournamentId.wrap(keccak256(abi.encode(deal, claim)));
    }
}
