// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IStepVerifier} from "../interfaces/IStepVerifier.sol";
import {Machine} from "./Machine.sol";
import {MASK_32, MASK_48, MASK_64, Registers} from "./MachineRecord.sol";

/// @title Checkpoints: what a trap, spent fuel and `leave` go back to
/// @notice The twin of `verifier/machine/transaction.ts`. `saved` is keccak256 of five words: stack
/// root, memory root, cells root, sizes, context. Context: pc u32 at bit 208, base u32 at 176,
/// output length u48 at 96, keep in bit 0.
library Transaction {
    /// @notice The five words.
    struct Checkpoint {
        bytes32 stackRoot;
        bytes32 memoryRoot;
        bytes32 cellsRoot;
        uint256 sizes;
        uint256 context;
    }

    uint256 private constant LENGTH = 160;

    /// @notice Whether a checkpoint is open.
    function isOpen(Machine memory m) internal pure returns (bool) {
        return m.saved != 0;
    }

    /// @notice Saves the state as it is.
    function save(Machine memory m, bool keep) internal pure {
        Registers memory r = m.registers;
        m.saved = hash(
            Checkpoint({
                stackRoot: m.stack.root,
                memoryRoot: m.mem.root,
                cellsRoot: m.cells.root,
                sizes: r.sizes,
                context: (r.pc << 208) | (r.base << 176) | (r.outputLength << 96) | (keep ? 1 : 0)
            })
        );
    }

    /// @notice Restores the open checkpoint, whose preimage comes next in the witness. The stack
    /// always goes back, memory, cells and output unless the checkpoint said that they stay.
    /// @param remaining Fuel that the transaction did not use.
    /// @param outcome Kind times 2^32 plus code, see {Outcome}.
    function unwind(Machine memory m, uint256 remaining, uint256 outcome) internal pure {
        Checkpoint memory point = preimage(m);
        restore(m, point, remaining, outcome, point.context & 1 != 0);
    }

    /// @notice Restores the open checkpoint as {unwind} does, but `keep` decides what stays.
    function unwindTo(Machine memory m, uint256 remaining, uint256 outcome, bool keep) internal pure {
        restore(m, preimage(m), remaining, outcome, keep);
    }

    function restore(
        Machine memory m,
        Checkpoint memory point,
        uint256 remaining,
        uint256 outcome,
        bool keep
    ) private pure {
        Registers memory r = m.registers;
        uint256 context = point.context;
        m.saved = 0;
        m.stack.root = point.stackRoot;
        if (!keep) {
            m.mem.root = point.memoryRoot;
            m.cells.root = point.cellsRoot;
            r.sizes = point.sizes;
            r.outputLength = (context >> 96) & MASK_48;
        }
        r.pc = (context >> 208) & MASK_32;
        r.base = (context >> 176) & MASK_32;
        r.outcome = outcome;
        // Modulo 2^64 by definition.
        unchecked {
            r.fuel = (r.reserve + remaining) & MASK_64;
            r.transactionFuel = (r.transactionFuel - remaining) & MASK_64;
        }
        r.reserve = 0;
    }

    function preimage(Machine memory m) private pure returns (Checkpoint memory point) {
        uint256 position = m.witness.position;
        // A checkpoint is five words in a row. A witness that ends before them is found by the
        // comparison at the end.
        assembly ("memory-safe") {
            calldatacopy(point, position, LENGTH)
        }
        // A position in the calldata.
        unchecked {
            m.witness.position = position + LENGTH;
        }
        bytes32 actual = hash(point);
        if (actual != m.saved) revert IStepVerifier.WrongCheckpoint(m.saved, actual);
    }

    function hash(Checkpoint memory point) private pure returns (bytes32 digest) {
        // A checkpoint is five words in a row.
        assembly ("memory-safe") {
            digest := keccak256(point, LENGTH)
        }
    }
}
