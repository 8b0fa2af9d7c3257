// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {MachineRecord, Record, Registers} from "../machine/MachineRecord.sol";
import {StateRoot} from "../types/StateRoot.sol";

/// @title What a transaction answered, proven against the state that its fragment left
/// @notice For contracts that act on the answers of a backend: they take the root that the Deal has
/// confirmed, and the proof from anybody. docs/machine.md, "Proof of an output"; the twin of
/// `verifier/proof/output.ts`. Nothing is believed of a proof but what hashes to the root.
library Outputs {
    /// @notice Neighbouring leaves of the memory tree that make up one node.
    /// @param leaves A power of two of leaves of 32 bytes.
    /// @param siblings The node's own level first, up to the one below the root.
    struct Piece {
        bytes leaves;
        bytes32[] siblings;
    }

    /// @notice What proves a transaction's receipt and output.
    /// @param record The packed record of the state, 288 bytes.
    /// @param receipt The leaf of the receipt.
    /// @param output The leaves with the output, from the left, in the largest nodes that they make
    /// up; none for an empty one.
    struct Proof {
        bytes record;
        Piece receipt;
        Piece[] output;
    }

    /// @notice What a transaction answered.
    /// @param kind How it ended: docs/machine.md, "Transactions and conventions".
    /// @param code What the kind leaves open, such as which trap it was.
    /// @param fuelUsed Steps that it took.
    /// @param output The bytes that it wrote.
    struct Answer {
        uint32 kind;
        uint32 code;
        uint64 fuelUsed;
        bytes output;
    }

    /// @notice Which node of the memory tree is to be proven, and against which root.
    struct Place {
        bytes32 root;
        uint256 depth;
        uint256 level;
        uint256 index;
    }

    /// @notice Thrown when the record is not that of the state.
    error WrongState(StateRoot expected, StateRoot actual);
    /// @notice Thrown when the record has not 288 bytes.
    error WrongRecordSize(uint256 actual);
    /// @notice Thrown when the state's machine cannot run, so that it has no receipts.
    error WrongMachine(uint256 header);
    /// @notice Thrown when the fragment had no such transaction.
    error NoReceipt(uint256 transaction, uint256 count);
    /// @notice Thrown when the receipt names more output than there is.
    error OutputBeyondEnd(uint256 end, uint256 length);
    /// @notice Thrown when the output lies in another number of nodes.
    error WrongPieceCount(uint256 expected, uint256 actual);
    /// @notice Thrown when a piece has not the leaves or the siblings of its node.
    error WrongPieceSize(uint256 level, uint256 leafBytes, uint256 siblings);
    /// @notice Thrown when the leaves from this one on are not those of the state.
    error WrongLeaves(uint256 leaf);

    /// @notice What a transaction of a fragment answered. Reverts unless the proof proves it.
    /// @param root Of the state after the fragment: what the Deal has confirmed.
    /// @param transaction Its number in the fragment, from zero.
    function verify(
        StateRoot root,
        uint256 transaction,
        Proof calldata proof
    ) internal pure returns (Answer memory answer) {
        (Record memory record, Registers memory r) = recordOf(root, proof.record);
        uint256 header = record.header;
        // The region before the last: bytes in its lower half, receipts in its upper one. Nothing
        // beyond is looked up, whatever the record says: an index there would name other leaves.
        uint256 half = 1 << (MachineRecord.regionDepth(header) - 1);
        uint256 first = ((1 << MachineRecord.regionBits(header)) - 2) * 2 * half;
        uint256 count = r.receiptCount < half ? r.receiptCount : half;
        if (transaction >= count) revert NoReceipt(transaction, count);
        Place memory place = Place(record.memoryRoot, MachineRecord.memoryDepth(header), 0, 0);
        place.index = first + half + transaction;
        check(place, proof.receipt);
        uint256 receipt = uint256(bytes32(proof.receipt.leaves));
        answer.kind = uint32(receipt >> 224);
        answer.code = uint32(receipt >> 192);
        answer.fuelUsed = uint64(receipt);
        uint256 start = uint64(receipt >> 128);
        uint256 length = uint64(receipt >> 64);
        uint256 room = r.outputLength < 32 * half ? r.outputLength : 32 * half;
        if (start + length > room) revert OutputBeyondEnd(start + length, room);
        answer.output = outputOf(place, first, start, length, proof.output);
    }

    /// @dev The state's record, whose machine can run.
    function recordOf(
        StateRoot root,
        bytes calldata packed
    ) private pure returns (Record memory record, Registers memory r) {
        if (packed.length != MachineRecord.LENGTH) revert WrongRecordSize(packed.length);
        MachineRecord.read(record, packed);
        StateRoot actual = MachineRecord.hash(record);
        if (actual != root) revert WrongState(root, actual);
        if (!MachineRecord.isValidHeader(record.header)) revert WrongMachine(record.header);
        MachineRecord.unpack(record, r);
    }

    /// @dev The bytes from `start` on in the region that begins with leaf `first`.
    function outputOf(
        Place memory place,
        uint256 first,
        uint256 start,
        uint256 length,
        Piece[] calldata pieces
    ) private pure returns (bytes memory output) {
        output = new bytes(length);
        uint256 leaf = first + start / 32;
        uint256 end = length == 0 ? leaf : first + (start + length + 31) / 32;
        uint256 used;
        // Where the next piece's first byte belongs, counted from the first leaf with output.
        uint256 offset;
        for (; leaf < end; leaf += 1 << place.level) {
            place.level = largestLevel(leaf, end);
            place.index = leaf >> place.level;
            if (used == pieces.length) revert WrongPieceCount(used + 1, used);
            Piece calldata piece = pieces[used++];
            check(place, piece);
            copy(output, piece.leaves, start % 32, offset);
            offset += piece.leaves.length;
        }
        if (used != pieces.length) revert WrongPieceCount(used, pieces.length);
    }

    /// @dev The level of the largest node that begins with leaf `leaf` and ends by leaf `end`.
    function largestLevel(uint256 leaf, uint256 end) private pure returns (uint256 level) {
        while ((leaf >> level) & 1 == 0 && leaf + (2 << level) <= end) ++level;
    }

    /// @dev Copies what of some leaves belongs to the output: `skipped` bytes of the first leaf lie
    /// before it, and what lies beyond its end is another one's.
    function copy(bytes memory output, bytes calldata leaves, uint256 skipped, uint256 offset) private pure {
        uint256 from = offset < skipped ? skipped - offset : 0;
        uint256 to = offset + from - skipped;
        uint256 count = leaves.length - from;
        if (count > output.length - to) count = output.length - to;
        // `to + count` is within the output, and `from + count` within the leaves.
        assembly ("memory-safe") {
            calldatacopy(add(add(output, 0x20), to), add(leaves.offset, from), count)
        }
    }

    /// @dev Reverts unless a piece is the node at its place.
    function check(Place memory place, Piece calldata piece) private pure {
        (uint256 level, uint256 index) = (place.level, place.index);
        uint256 size = piece.leaves.length;
        uint256 count = piece.siblings.length;
        if (size != 32 << level || count + level != place.depth) revert WrongPieceSize(level, size, count);
        bytes32 node = nodeOf(piece.leaves, level);
        for (uint256 i; i < count; ++i) {
            bytes32 sibling = piece.siblings[i];
            node = (index >> i) & 1 == 1 ? pair(sibling, node) : pair(node, sibling);
        }
        if (node != place.root) revert WrongLeaves(index << level);
    }

    /// @dev The node above 2^level leaves.
    function nodeOf(bytes calldata leaves, uint256 level) private pure returns (bytes32) {
        bytes32[] memory nodes = new bytes32[](1 << level);
        for (uint256 i; i < nodes.length; ++i) nodes[i] = bytes32(leaves[32 * i:]);
        for (uint256 count = nodes.length >> 1; count > 0; count >>= 1) {
            for (uint256 i; i < count; ++i) nodes[i] = pair(nodes[2 * i], nodes[2 * i + 1]);
        }
        return nodes[0];
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
