// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IStepVerifier} from "../interfaces/IStepVerifier.sol";
import {StateRoot} from "../types/StateRoot.sol";
import {MachineRecord, Record, Registers} from "./MachineRecord.sol";
import {Status} from "./Opcodes.sol";
import {Openings, Tree, Witness} from "./Openings.sol";
import {ZeroHashes} from "./ZeroHashes.sol";

/// @title Programs and fragments: what a dispute begins with
/// @notice docs/machine.md, "Loading a fragment".
library Loader {
    using MachineRecord for Record;

    /// @dev Depth of the tree over a fragment's input.
    uint256 private constant INPUT_DEPTH = 11;
    /// @dev Bytes that this tree holds.
    uint256 private constant INPUT_LIMIT = 65_536;

    /// @notice keccak256 of seven words.
    function programRoot(IStepVerifier.Program calldata program) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    MachineRecord.VERSION,
                    program.codeRoot,
                    program.memoryRoot,
                    program.cellsRoot,
                    program.sizes,
                    program.header,
                    program.sourcesRoot
                )
            );
    }

    /// @notice The record of a program's initial state: yielded, at the driver's entry, with an
    /// empty stack.
    function initialRecord(IStepVerifier.Program calldata program) internal pure returns (bytes memory) {
        uint256 header = checkHeader(uint256(program.header));
        Record memory record;
        record.codeRoot = program.codeRoot;
        record.header = header;
        record.stackRoot = ZeroHashes.hashAt(ZeroHashes.load(), MachineRecord.stackDepth(header));
        record.memoryRoot = program.memoryRoot;
        record.cellsRoot = program.cellsRoot;
        Registers memory r;
        r.status = Status.YIELDED;
        r.pc = MachineRecord.ENTRY_PC;
        r.sizes = uint256(program.sizes);
        record.pack(r);
        return abi.encode(record);
    }

    /// @notice The state root of a yielded record once it has an input and a budget.
    function load(
        bytes calldata packed,
        bytes32 inputRoot,
        uint64 inputLength,
        uint64 budget,
        bytes calldata opening
    ) internal pure returns (StateRoot) {
        if (packed.length != MachineRecord.LENGTH) {
            revert IStepVerifier.WrongLength(MachineRecord.LENGTH, packed.length);
        }
        if (inputLength > INPUT_LIMIT) revert IStepVerifier.InputTooLong(inputLength, INPUT_LIMIT);
        Record memory record;
        record.read(packed);
        if (record.status() != Status.YIELDED) revert IStepVerifier.NotYielded(record.status());
        checkHeader(record.header);
        record.memoryRoot = replaceInput(record, inputRoot, opening);
        record.saved = 0;
        Registers memory r;
        record.unpack(r);
        r.status = Status.RUNNING;
        r.trapCode = 0;
        r.outcome = 0;
        r.fuel = budget;
        r.reserve = 0;
        r.transactionFuel = 0;
        r.inputLength = inputLength;
        r.outputLength = 0;
        r.outputStart = 0;
        r.receiptCount = 0;
        record.pack(r);
        return record.hash();
    }

    function checkHeader(uint256 header) private pure returns (uint256) {
        if (!MachineRecord.isValidHeader(header)) revert IStepVerifier.WrongHeader(header);
        return header;
    }

    /// @dev The memory root with the output region cleared and the input region set. Their parent
    /// is the last node of its level, the one with the output on its left and the input on its
    /// right.
    function replaceInput(
        Record memory record,
        bytes32 inputRoot,
        bytes calldata opening
    ) private pure returns (bytes32) {
        uint256 header = record.header;
        uint256 depth = MachineRecord.regionDepth(header);
        uint256 begin;
        // Where the opening lies in the calldata.
        assembly ("memory-safe") {
            begin := opening.offset
        }
        Witness memory witness = Witness({position: begin, zeros: ZeroHashes.load()});
        Tree memory tree;
        Openings.initialize(tree, record.memoryRoot, MachineRecord.memoryDepth(header));
        // At least two region bits, a memory's depth of at most 40, and positions in the calldata.
        unchecked {
            uint256 index = (1 << (MachineRecord.regionBits(header) - 1)) - 1;
            Openings.open(tree, witness, depth + 1, index);
            uint256 length = witness.position - begin;
            if (length != opening.length) revert IStepVerifier.WrongLength(length, opening.length);
            bytes32 node = inputRoot;
            for (uint256 level = INPUT_DEPTH; level < depth; ++level) {
                node = pair(node, ZeroHashes.hashAt(witness.zeros, level));
            }
            Openings.put(tree, pair(ZeroHashes.hashAt(witness.zeros, depth), node));
        }
        return tree.root;
    }

    function pair(bytes32 left, bytes32 right) private pure returns (bytes32 node) {
        // Writes the scratch space only.
        assembly ("memory-safe") {
            mstore(0, left)
            mstore(0x20, right)
            node := keccak256(0, 0x40)
        }
    }
}
