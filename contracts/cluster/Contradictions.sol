// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Input} from "../deal/Input.sol";
import {PackedRecord} from "../deal/PackedRecord.sol";
import {
    BlockLeaf,
    ClaimedBlock,
    Contradiction,
    Evidence,
    IClusterProofs,
    Standing
} from "../interfaces/IClusterProofs.sol";
import {HistoryRoot} from "../types/HistoryRoot.sol";
import {StateRoot} from "../types/StateRoot.sol";
import {History} from "./History.sol";
import {Steps} from "./Steps.sol";

/// @title What a claim says of its blocks, and how that can be contradictory
/// @notice Nothing here needs a dispute: the claim's own history is the evidence.
library Contradictions {
    using PackedRecord for bytes;

    /// @notice See {IClusterProofs.beginningOf}.
    function beginningOf(
        Standing calldata standing,
        Standing calldata base,
        ClaimedBlock calldata claimed
    ) internal pure returns (StateRoot previous, uint64 steps) {
        uint256 number = claimed.number;
        if (number < base.count || number >= standing.count) {
            revert IClusterProofs.NotInClaim(number, base.count, standing.count);
        }
        checkLeaf(standing, number, hash(claimed.leaf), claimed.proof);
        if (number == base.count) return (base.stateRoot, base.steps);
        checkLeaf(standing, number - 1, hash(claimed.before), claimed.proofBefore);
        return (claimed.before.stateRoot, claimed.before.steps);
    }

    /// @notice Whether what was shown contradicts the claim.
    function found(
        Standing calldata standing,
        Standing calldata base,
        uint64 budget,
        Evidence calldata evidence
    ) internal pure returns (bool) {
        Contradiction kind = evidence.kind;
        if (kind == Contradiction.End) return atEnd(standing, evidence.claimed);
        if (kind == Contradiction.Past) return inPast(standing, base, evidence);
        if (kind == Contradiction.Count) return inCount(standing, evidence);
        ClaimedBlock calldata claimed = evidence.claimed;
        (, uint64 before) = beginningOf(standing, base, claimed);
        if (kind == Contradiction.Input) return claimed.leaf.inputLength > Input.CAPACITY;
        return inRecord(standing, kind, budget, before, claimed, evidence.record);
    }

    function atEnd(Standing calldata standing, ClaimedBlock calldata last) private pure returns (bool) {
        // Without blocks there is no leaf, which {History.root} says.
        uint256 number = standing.count == 0 ? 0 : standing.count - 1;
        checkLeaf(standing, number, hash(last.leaf), last.proof);
        return last.leaf.stateRoot != standing.stateRoot || last.leaf.steps != standing.steps;
    }

    function inPast(
        Standing calldata standing,
        Standing calldata base,
        Evidence calldata evidence
    ) private pure returns (bool) {
        checkLeaf(standing, evidence.number, evidence.own, evidence.ownProof);
        checkLeaf(base, evidence.number, evidence.other, evidence.otherProof);
        return evidence.own != evidence.other;
    }

    function inCount(Standing calldata standing, Evidence calldata evidence) private pure returns (bool) {
        HistoryRoot actual = History.root(evidence.own, evidence.number, History.CAPACITY, evidence.ownProof);
        if (actual != standing.history) revert IClusterProofs.WrongHistory(standing.history, actual);
        return evidence.number >= standing.count && evidence.own != 0;
    }

    /// @dev Whether the record after a block is not what the history says, or implies.
    function inRecord(
        Standing calldata standing,
        Contradiction kind,
        uint64 budget,
        uint64 before,
        ClaimedBlock calldata claimed,
        bytes calldata record
    ) private pure returns (bool) {
        record.check();
        StateRoot actual = record.root();
        StateRoot expected = claimed.leaf.stateRoot;
        if (actual != expected) revert IClusterProofs.WrongState(expected, actual);
        if (kind == Contradiction.Ended) return !record.yielded() && claimed.number + 1 < standing.count;
        (bool possible, uint64 steps) = Steps.sum(before, budget, record);
        return !possible || steps != claimed.leaf.steps;
    }

    function checkLeaf(
        Standing calldata standing,
        uint256 number,
        bytes32 leaf,
        bytes32[] calldata proof
    ) private pure {
        HistoryRoot actual = History.root(leaf, number, standing.count, proof);
        if (actual != standing.history) revert IClusterProofs.WrongHistory(standing.history, actual);
    }

    function hash(BlockLeaf calldata leaf) private pure returns (bytes32) {
        return History.leaf(leaf.inputRoot, leaf.inputLength, leaf.steps, leaf.stateRoot);
    }
}
