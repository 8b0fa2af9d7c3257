// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Ballot, SignBytes} from "./SignBytes.sol";

/// @notice A vote without what it is for.
/// @param r Of the signature.
/// @param s Of the signature, the lower one.
/// @param v Of the signature: 0 or 1, as CometBFT has it.
/// @param secs The instant that was signed, since 1970.
/// @param nanos Of that second.
struct Vote {
    bytes32 r;
    bytes32 s;
    uint8 v;
    uint40 secs;
    uint32 nanos;
}

/// @title What votes of a cluster prove
/// @notice Votes of CometBFT v0.40 with keys of type `secp256k1eth`: docs/cluster.md, "What votes
/// prove". The twin of `verifier/consensus/votes.ts`.
library Votes {
    /// @dev Half of the curve's order, rounded down: the greatest lower S.
    uint256 private constant GREATEST_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice Thrown when votes are for no block, where they should claim one.
    error NilVotes();
    /// @notice Thrown when a voter has no seat.
    error NoSuchSeat(uint256 voters, uint256 seats);
    /// @notice Thrown when there are fewer votes than voters, or more.
    error WrongVoteCount(uint256 expected, uint256 actual);
    /// @notice Thrown when the voters are not more than two thirds of the seats.
    error NoMajority(uint256 voters, uint256 seats);
    /// @notice Thrown when a seat's key has not signed its vote.
    error WrongSigner(uint256 seat, address expected, address actual);
    /// @notice Thrown when a signature has the higher S of two.
    error HighS(bytes32 s);
    /// @notice Thrown when V is neither 0 nor 1.
    error WrongV(uint256 v);
    /// @notice Thrown when no key can have made a signature.
    error NoSigner();
    /// @notice Thrown when both votes are for the same block.
    error SameBlock();
    /// @notice Thrown when two votes are of two keys.
    error TwoSigners(address one, address other);

    /// @notice Whether so many of the seats are more than two thirds.
    function isMajority(uint256 voters, uint256 seats) internal pure returns (bool) {
        return 3 * voters > 2 * seats;
    }

    /// @notice Reverts unless so many of the seats are more than two thirds.
    function checkMajority(uint256 voters, uint256 seats) internal pure {
        if (!isMajority(voters, seats)) revert NoMajority(voters, seats);
    }

    /// @notice Reverts unless the voters have voted for a block.
    /// @param chainId Of the era: {ChainId}.
    /// @param voters The seats that have voted: bit n is seat n. So none can vote twice.
    /// @param votes Theirs, in the order of the seats.
    /// @param keys The address of each seat's key.
    function checkVoters(
        bytes memory chainId,
        Ballot memory ballot,
        uint256 voters,
        Vote[] calldata votes,
        address[] memory keys
    ) internal pure {
        if (ballot.hash == 0) revert NilVotes();
        if (keys.length < 256 && voters >> keys.length != 0) revert NoSuchSeat(voters, keys.length);
        SignBytes.Message memory message = SignBytes.prepare(chainId, ballot);
        uint256 count;
        for (uint256 seat; voters >> seat != 0; ++seat) {
            if ((voters >> seat) & 1 == 0) continue;
            if (count == votes.length) revert WrongVoteCount(count + 1, count);
            address actual = signer(message, votes[count++]);
            if (actual != keys[seat]) revert WrongSigner(seat, keys[seat], actual);
        }
        if (count != votes.length) revert WrongVoteCount(count, votes.length);
    }

    /// @notice Who has voted twice: for different blocks, or for one and for none, on one chain,
    /// with votes of one kind, at one height and round. Reverts unless the votes are that.
    /// @param ballot What the first vote is for.
    /// @param other What the second vote is for; its kind, height and round are those of the first.
    function equivocator(
        bytes memory chainId,
        Ballot memory ballot,
        Vote calldata vote,
        Ballot memory other,
        Vote calldata otherVote
    ) internal pure returns (address who) {
        (other.kind, other.height, other.round) = (ballot.kind, ballot.height, ballot.round);
        bool same = ballot.hash == other.hash;
        // Votes for no block are the same, whatever stands where its parts would be.
        if (same && ballot.hash != 0) same = ballot.parts == other.parts && ballot.partsHash == other.partsHash;
        if (same) revert SameBlock();
        who = signer(SignBytes.prepare(chainId, ballot), vote);
        address second = signer(SignBytes.prepare(chainId, other), otherVote);
        if (who != second) revert TwoSigners(who, second);
    }

    /// @notice The address of the key that has signed a vote.
    function signer(SignBytes.Message memory message, Vote calldata vote) internal pure returns (address who) {
        (uint256 v, bytes32 s) = (vote.v, vote.s);
        if (v > 1) revert WrongV(v);
        if (uint256(s) > GREATEST_S) revert HighS(s);
        bytes32 digest = SignBytes.hashAt(message, vote.secs, vote.nanos);
        who = ecrecover(digest, uint8(v + 27), vote.r, s);
        if (who == address(0)) revert NoSigner();
    }
}
