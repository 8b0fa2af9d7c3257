// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Ballot} from "../cluster/SignBytes.sol";
import {Vote} from "../cluster/Votes.sol";
import {HistoryRoot} from "../types/HistoryRoot.sol";
import {StateRoot} from "../types/StateRoot.sol";

/// @notice Votes for one block, and what its header says.
/// @param ballot What all of them are for.
/// @param voters The seats that have voted: bit n is seat n.
/// @param votes Theirs, in the order of the seats.
/// @param secs Of the header's time, since 1970.
/// @param nanos Of that second.
/// @param timeProof Shows the time in the header.
/// @param appHashProof Shows the app hash in the header.
struct Certificate {
    Ballot ballot;
    uint16 voters;
    Vote[] votes;
    uint40 secs;
    uint32 nanos;
    bytes32[] timeProof;
    bytes32[] appHashProof;
}

/// @notice Where a cluster stands after a block: what an app hash binds.
/// @param stateRoot Of the state.
/// @param history Root of the history.
/// @param count Blocks in it.
/// @param steps Of all of them.
struct Standing {
    StateRoot stateRoot;
    HistoryRoot history;
    uint64 count;
    uint64 steps;
}

/// @notice What a history says of a block.
/// @param inputRoot Of its input.
/// @param inputLength Bytes of its input.
/// @param steps Of this block and all before it.
/// @param stateRoot Of the state after it.
struct BlockLeaf {
    bytes32 inputRoot;
    uint64 inputLength;
    uint64 steps;
    StateRoot stateRoot;
}

/// @notice A block of a claim.
/// @param number Of the block, from zero over all eras.
/// @param leaf What the claim's history says of it.
/// @param proof Shows the leaf in that history.
/// @param before What the history says of the block before; nothing for the claim's first.
/// @param proofBefore Shows that leaf; empty for the claim's first block.
struct ClaimedBlock {
    uint40 number;
    BlockLeaf leaf;
    bytes32[] proof;
    BlockLeaf before;
    bytes32[] proofBefore;
}

/// @notice How a claim can contradict itself or what it builds on. `End`: its last block leads to
/// another state, or to other steps, than the claim's. `Past`: its history has another leaf for a
/// block that it builds on. `Count`: its history has a leaf beyond its last block. `Steps`: a block
/// took other steps than its history says. `Input`: a block has more input than can be loaded.
/// `Ended`: the program had ended after a block that is not the last one. The last two are blocks
/// that no tournament could be about.
enum Contradiction {
    End,
    Past,
    Count,
    Steps,
    Input,
    Ended
}

/// @notice What shows a contradiction; the rest is empty.
/// @param kind Of the contradiction.
/// @param claimed `End`: the last block. `Steps`, `Input`, `Ended`: the block.
/// @param record `Steps`, `Ended`: the packed record of the state after the block.
/// @param number `Past`, `Count`: of a block.
/// @param own Its leaf in the claim's history.
/// @param ownProof Shows that leaf; `Count`: all of its siblings.
/// @param other `Past`: the leaf in the history that the claim builds on.
/// @param otherProof `Past`: shows that leaf.
struct Evidence {
    Contradiction kind;
    ClaimedBlock claimed;
    bytes record;
    uint64 number;
    bytes32 own;
    bytes32[] ownProof;
    bytes32 other;
    bytes32[] otherProof;
}

/// @title What the votes and the history of a cluster prove
/// @notice docs/cluster.md has the formats. It keeps nothing and belongs to nobody; the rules are
/// in {Votes}, {Headers} and {History}.
interface IClusterProofs {
    /// @notice Thrown when the votes are for another block than the one with that time and app
    /// hash.
    error WrongBlock(bytes32 expected, bytes32 actual);
    /// @notice Thrown when a public key has not 64 bytes.
    error WrongKeyLength(uint256 length);
    /// @notice Thrown when a key has not signed that it votes for a worker.
    error NotKeyHolder(address key, address signer);

    /// @notice Thrown when a block is not one of those that the claim adds.
    error NotInClaim(uint256 number, uint256 from, uint256 to);
    /// @notice Thrown when a proof of a block leads to another root than the history's.
    error WrongHistory(HistoryRoot expected, HistoryRoot actual);
    /// @notice Thrown when a record is not that of the state after a block.
    error WrongState(StateRoot expected, StateRoot actual);
    /// @notice Thrown when what was shown contradicts nothing.
    error NoContradiction();

    /// @notice Reverts unless the voters have voted, in an era of a Deal, for a block with the
    /// certificate's time and an app hash.
    /// @param keys The address of each seat's key; those of seats that have not voted may be zero.
    function check(
        address deal,
        uint256 era,
        bytes32 appHash,
        Certificate calldata certificate,
        address[] calldata keys
    ) external pure;

    /// @notice Whose key has voted for different blocks, or for one and for none, at one height and
    /// round of an era. Reverts unless the votes are that.
    /// @param one What the first vote is for; its kind, height and round are those of the second.
    /// @param other What the second vote is for.
    function equivocator(
        address deal,
        uint256 era,
        Ballot calldata one,
        Vote calldata vote,
        Ballot calldata other,
        Vote calldata otherVote
    ) external pure returns (address key);

    /// @notice The address of the key that has signed that it votes for a worker of a Deal. Reverts
    /// unless it has.
    /// @param publicKey 64 bytes of secp256k1, without the prefix 0x04.
    /// @param signature 65 bytes R ‖ S ‖ V over {enlistment}.
    function keyOf(
        address deal,
        address worker,
        bytes calldata publicKey,
        bytes calldata signature
    ) external pure returns (address key);

    /// @notice What a key signs to vote for a worker of a Deal: EIP-191, version 0, with the Deal
    /// as the validator.
    function enlistment(address deal, address worker) external pure returns (bytes32);

    /// @notice The root of a history without blocks.
    function emptyHistory() external pure returns (HistoryRoot);

    /// @notice What a block of a claim begins with. Reverts unless the block is one of those that
    /// the claim adds, and its history says of it what is given.
    /// @param standing Where the claim stands.
    /// @param base Where the claim before it stands.
    /// @return previous Root of the state before the block.
    /// @return steps Of all blocks before it.
    /// @return history Root of the history of the blocks before it.
    function beginningOf(
        Standing calldata standing,
        Standing calldata base,
        ClaimedBlock calldata claimed
    ) external pure returns (StateRoot previous, uint64 steps, HistoryRoot history);

    /// @notice Reverts unless a claim contradicts itself or what it builds on.
    /// @param standing Where the claim stands.
    /// @param base Where the claim before it stands.
    /// @param budget The most steps that a block may take.
    function checkContradiction(
        Standing calldata standing,
        Standing calldata base,
        uint64 budget,
        Evidence calldata evidence
    ) external pure;

    /// @notice The root after one more leaf. Reverts unless the siblings are those of the first
    /// free leaf of the history of `count` blocks.
    function historyAfter(
        HistoryRoot root,
        uint256 count,
        bytes32 leaf,
        bytes32[] calldata siblings
    ) external pure returns (HistoryRoot);
}
