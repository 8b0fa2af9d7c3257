// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {StateRoot} from "../types/StateRoot.sol";

/// @title The machine on chain, one step at a time
/// @notice The twin of `verifier/machine/step.ts`; docs/machine.md fixes every encoding. For a
/// state whose parts can be opened at all, `step` gives exactly one next state and reverts for
/// nothing but a wrong opening.
interface IStepVerifier {
    /// @notice What a program root commits to.
    /// @param codeRoot Root of the code tree.
    /// @param memoryRoot Root of the initial memory tree.
    /// @param cellsRoot Root of the initial cells tree.
    /// @param sizes Pages of memories 0 to 3, 64 bits each, memory 0 most significant.
    /// @param header Version, depths and limits; see `verifier/machine/record.ts`.
    /// @param sourcesRoot keccak256 over the keccak256 hashes of the linked modules.
    struct Program {
        bytes32 codeRoot;
        bytes32 memoryRoot;
        bytes32 cellsRoot;
        bytes32 sizes;
        bytes32 header;
        bytes32 sourcesRoot;
    }

    /// @notice Thrown when a witness or a record ends before its 288 bytes of record.
    error TruncatedRecord(uint256 length);
    /// @notice Thrown when the record in a witness is not the preimage of the state root.
    error WrongRecord(StateRoot expected, StateRoot actual);
    /// @notice Thrown when an opening leads to another root than the tree's.
    error WrongOpening(bytes32 expected, bytes32 actual);
    /// @notice Thrown when an opening's bitmap has bits between the depth of its tree and bit 62.
    error WrongBitmap(uint256 bitmap);
    /// @notice Thrown when the last part of a witness is not the preimage of the word `saved`.
    error WrongCheckpoint(bytes32 expected, bytes32 actual);
    /// @notice Thrown when a witness or opening is shorter or longer than what was read of it.
    error WrongLength(uint256 expected, uint256 actual);
    /// @notice Thrown when a program or a record to load has a header that no machine can run.
    error WrongHeader(uint256 header);
    /// @notice Thrown when a record to load is not that of a yielded state.
    error NotYielded(uint256 status);
    /// @notice Thrown when an input is longer than its tree of 2^11 leaves holds.
    error InputTooLong(uint256 length, uint256 limit);
    /// @notice Thrown when the verifier is deployed with an arithmetic contract that is not there.
    error NoArithmetic(address target);

    /// @notice The commitment to a program: keccak256 of the machine's version and the six words.
    function programRoot(Program calldata program) external pure returns (bytes32);

    /// @notice The packed record (288 bytes) of the program's initial, yielded state.
    function initialRecord(Program calldata program) external pure returns (bytes memory);

    /// @notice Starts a fragment from a yielded state.
    /// @param record The 288 packed bytes of the yielded state's record.
    /// @param inputRoot keccak256 Merkle root of the input over 2^11 leaves of 32 bytes, zero
    /// padded.
    /// @param inputLength Bytes of input, at most 65,536.
    /// @param budget The most steps that the fragment may take.
    /// @param opening Opening of the node above the output and the input region in the record's
    /// memory tree.
    /// @return The state root of the loaded, running state.
    function load(
        bytes calldata record,
        bytes32 inputRoot,
        uint64 inputLength,
        uint64 budget,
        bytes calldata opening
    ) external view returns (StateRoot);

    /// @notice One step of the machine.
    /// @param stateRoot keccak256 of the record before the step.
    /// @param witness The record, the openings in the order in which the step takes them, and the
    /// preimage of `saved` if the step restores a checkpoint.
    /// @return The state root after the step.
    function step(StateRoot stateRoot, bytes calldata witness) external view returns (StateRoot);
}
