// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IArbiter} from "./interfaces/IArbiter.sol";
import {IStepVerifier} from "./interfaces/IStepVerifier.sol";
import {ITournament, Join, Params} from "./interfaces/ITournament.sol";
import {Tournament} from "./tournament/Tournament.sol";
import {StateRoot, TournamentId} from "./tournament/Types.sol";

/// @title Opens tournaments for Deals and hands their verdicts back. It has no rule of its own but the names: a tournament belongs to one Deal
/// and one claim.
contract Arbiter is IArbiter {
    /// @inheritdoc IArbiter
    ITournament public immutable override tournament;
    /// @inheritdoc IArbiter
    IStepVerifier public immutable override verifier;
    /// @inheritdoc IArbiter
    uint64 public immutable override period;
    /// @inheritdoc IArbiter
    uint256 public immutable override capacity;
    /// @inheritdoc IArbiter
    uint256 public immutable override bond;

    /// @param verifier_ The step verifier of the tournaments' bottom level.
    /// @param params The parameters of the tournaments, whose contract is made here.
    constructor(IStepVerifier verifier_, Params memory params) {
        tournament = new Tournament(verifier_, params, address(this));
        verifier = verifier_;
        period = params.period;
        bond = params.bonds[0];
        uint256 height = 0;
        for (uint256 level = 0; level < params.heights.length; ++level) height += params.heights[level];
        capacity = 2 ** height;
    }

    /// @inheritdoc IArbiter
    function open(
        bytes32 claim,
        bytes32 initial,
        address challenger,
        Join calldata join
    ) external payable override returns (bytes32 id) {
        id = tournamentId(msg.sender, claim);
        emit DisputeOpened(msg.sender, claim, id);
        tournament.open{value: msg.value}(TournamentId.wrap(id), StateRoot.wrap(initial), challenger, join);
    }

    /// @inheritdoc IArbiter
    function verdict(
        address deal,
        bytes32 claim
    ) external view override returns (bool finished, bool decided, bytes32 finalState, address reporter) {
        StateRoot state;
        (finished, decided, state, reporter) = tournament.verdict(TournamentId.wrap(tournamentId(deal, claim)));
        finalState = StateRoot.unwrap(state);
    }

    /// @inheritdoc IArbiter
    function tournamentId(address deal, bytes32 claim) public pure override returns (bytes32) {
        return keccak256(abi.encode(deal, claim));
    }
}
