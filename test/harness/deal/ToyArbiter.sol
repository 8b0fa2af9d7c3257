// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {IStepVerifier} from "../../../contracts/interfaces/IStepVerifier.sol";
import {ITournament, Join} from "../../../contracts/interfaces/ITournament.sol";
import {TournamentId} from "../../../contracts/tournament/Names.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";

/// @title An arbiter whose verdicts the test decides
contract ToyArbiter is IArbiter {
    struct Dispute {
        StateRoot initial;
        address challenger;
        bool open;
        bool finished;
        bool decided;
        StateRoot finalState;
        address reporter;
    }

    /// @notice Thrown when a claim is disputed twice, as by the real Arbiter.
    error Exists(TournamentId tournament);

    IStepVerifier public immutable verifier;
    uint64 public immutable period;
    uint256 public immutable capacity;
    uint256 public immutable bond = 1 ether;

    mapping(TournamentId tournament => Dispute) public disputes;

    constructor(IStepVerifier verifier_, uint64 period_, uint256 capacity_) {
        (verifier, period, capacity) = (verifier_, period_, capacity_);
    }

    function open(
        bytes32 claim,
        StateRoot initial,
        address challenger,
        Join calldata
    ) external returns (TournamentId id) {
        id = tournamentId(msg.sender, claim);
        Dispute storage dispute = disputes[id];
        if (dispute.open) revert Exists(id);
        (dispute.open, dispute.initial, dispute.challenger) = (true, initial, challenger);
        emit DisputeOpened(msg.sender, claim, id);
    }

    /// @notice Ends a dispute as the test likes.
    function decide(address deal, bytes32 claim, bool decided, StateRoot finalState, address reporter) external {
        Dispute storage dispute = disputes[tournamentId(deal, claim)];
        dispute.finished = true;
        (dispute.decided, dispute.finalState, dispute.reporter) = (decided, finalState, reporter);
    }

    function verdict(
        address deal,
        bytes32 claim
    ) external view returns (bool finished, bool decided, StateRoot finalState, address reporter) {
        Dispute storage dispute = disputes[tournamentId(deal, claim)];
        return (dispute.finished, dispute.decided, dispute.finalState, dispute.reporter);
    }

    function tournamentId(address deal, bytes32 claim) public pure returns (TournamentId) {
        return TournamentId.wrap(keccak256(abi.encode(deal, claim)));
    }

    function tournament() external pure returns (ITournament) {
        return ITournament(address(0));
    }
}
