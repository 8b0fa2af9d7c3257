// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {TournamentId} from "../tournament/Names.sol";
import {StateRoot} from "../types/StateRoot.sol";
import {IStepVerifier} from "./IStepVerifier.sol";
import {ITournament, Join} from "./ITournament.sol";

/// @title Opens tournaments for Deals and hands their verdicts back
interface IArbiter {
    /// @notice A Deal opened a tournament about one of its claims.
    event DisputeOpened(address indexed deal, bytes32 indexed claim, TournamentId tournament);

    /// @notice Opens the root tournament of the sender's claim and joins it for `challenger`. The
    /// sender is the Deal: only a Deal can open for its own claims, because a tournament's name is
    /// keccak256(abi.encode(deal, claim)).
    /// @param claim The claim's id in the Deal.
    /// @param initial The root of the state before the first step.
    /// @param challenger Whose commitment joins, announced by it with the bond.
    /// @return tournament The tournament's name.
    function open(
        bytes32 claim,
        StateRoot initial,
        address challenger,
        Join calldata join
    ) external returns (TournamentId tournament);

    /// @notice The verdict about a claim.
    /// @return finished The tournament exists and is over.
    /// @return decided It has a winner.
    /// @return finalState The final state that the winner stands for.
    /// @return reporter The winner's owner.
    function verdict(
        address deal,
        bytes32 claim
    ) external view returns (bool finished, bool decided, StateRoot finalState, address reporter);

    /// @notice The name of a claim's root tournament, whether it is open or not.
    function tournamentId(address deal, bytes32 claim) external pure returns (TournamentId);

    /// @notice The tournaments.
    function tournament() external view returns (ITournament);

    /// @notice How long a root tournament may be joined and a claim be disputed, in seconds.
    function period() external view returns (uint64);

    /// @notice How many steps a commitment covers: 2^(sum of heights).
    function capacity() external view returns (uint256);

    /// @notice The bond of a commitment in a root tournament, in wei: what its announcement takes.
    function bond() external view returns (uint256);

    /// @notice The step verifier that the tournaments' bottom level uses.
    function verifier() external view returns (IStepVerifier);
}
