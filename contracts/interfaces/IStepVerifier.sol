// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @title What the rest of the chain asks of the machine: initial states, loaded states, one step.
/// @notice A state root is the keccak256 of a state's packed record of nine words (docs/machine.md).
interface IStepVerifier {
    /// @notice What a program root commits to (see docs/machine.md).
    struct Program {
        bytes32 codeRoot;
        bytes32 memoryRoot;
        bytes32 cellsRoot;
        bytes32 sizes;
        bytes32 header;
        bytes32 sourcesRoot;
    }

    /// @notice The hash that names a program.
    function programRoot(Program calldata program) external pure returns (bytes32);

    /// @notice The packed record (288 bytes, nine words) of the program's initial, yielded state. Reverts on a bad header.
    function initialRecord(Program calldata program) external pure returns (bytes memory);

    /// @notice Starts a fragment from a yielded record: the root of the loaded state.
    /// @param record The packed record of the yielded state.
    /// @param inputRoot Keccak Merkle root over 2^11 leaves of 32 bytes (zero padded), that is inputs up to 64 KiB.
    /// @param inputLength Length of the input in bytes.
    /// @param budget How many steps the fragment may take.
    /// @param opening Opening of the parent node of the output and input regions in the record's memory tree.
    function load(
        bytes calldata record,
        bytes32 inputRoot,
        uint64 inputLength,
        uint64 budget,
        bytes calldata opening
    ) external view returns (bytes32);

    /// @notice One machine step; reverts only on a witness that does not open the state.
    function step(bytes32 stateRoot, bytes calldata witness) external view returns (bytes32);
}
