// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ChainId} from "../../../contracts/cluster/ChainId.sol";
import {Ballot, SignBytes} from "../../../contracts/cluster/SignBytes.sol";
import {Vote, Votes} from "../../../contracts/cluster/Votes.sol";

/// @title Lets tests call the libraries of votes
contract VotesDoor {
    function chainId(address deal, uint256 era) external pure returns (bytes memory) {
        return ChainId.named(deal, era);
    }

    function digest(
        bytes calldata chain,
        Ballot calldata ballot,
        uint40 secs,
        uint32 nanos
    ) external pure returns (bytes32) {
        return SignBytes.hashAt(SignBytes.prepare(chain, ballot), secs, nanos);
    }

    function check(
        bytes calldata chain,
        Ballot calldata ballot,
        uint256 voters,
        Vote[] calldata votes,
        address[] calldata keys
    ) external pure {
        Votes.checkVoters(chain, ballot, voters, votes, keys);
        Votes.checkMajority(votes.length, keys.length);
    }

    function equivocator(
        bytes calldata chain,
        Ballot calldata ballot,
        Vote calldata vote,
        Ballot calldata other,
        Vote calldata otherVote
    ) external pure returns (address) {
        return Votes.equivocator(chain, ballot, vote, other, otherVote);
    }
}
