// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IDeal} from "../interfaces/IDeal.sol";
import {StateRoot} from "../types/StateRoot.sol";

/// @title The sequence of claims
/// @notice Fragments are numbered from zero. Those below `resolved` are over; those from `resolved`
/// to `claimed` have one pending claim each; those from `claimed` to `submitted` wait for one. Only
/// the oldest pending claim is ever confirmed or struck: whoever is slashed for it backs no earlier
/// claim that is still pending, and every later one dies with it.
library Claims {
    /// @notice `cap` is how many claims may be pending: claims live in a ring of that many slots
    /// (fragment modulo cap). `head` is the state that the oldest pending claim builds on. The
    /// first eight fields share one storage word.
    struct State {
        uint48 submitted;
        uint48 claimed;
        uint48 resolved;
        uint48 attempts;
        uint40 closesAt;
        uint8 cap;
        IDeal.Head headKind;
        StateRoot head;
        mapping(uint256 fragment => bytes32) fragments;
        mapping(uint256 slot => IDeal.Claim) ring;
    }

    /// @notice What a claim says of the state that a fragment leads to.
    /// @param finalState Its root.
    /// @param yields Whether it is yielded.
    /// @param steps How many steps it took to get there.
    struct Outcome {
        StateRoot finalState;
        bool yields;
        uint64 steps;
    }

    /// @notice The id of a fragment: binds the Deal, the position and the input.
    function fragmentIdOf(uint256 fragment, bytes32 inputRoot, uint256 length) internal view returns (bytes32) {
        return keccak256(abi.encode(address(this), fragment, inputRoot, length));
    }

    /// @notice The id of a claim: binds the fragment (and so the Deal and the input), the state
    /// before it, the attempt (no two claims of a Deal share one) and the final state. Its last
    /// byte is the claim's slot in the ring.
    function claimIdOf(
        bytes32 fragmentId,
        StateRoot previous,
        uint256 attempt,
        StateRoot finalState,
        uint256 slot
    ) internal pure returns (bytes32) {
        bytes32 binding = keccak256(abi.encode(fragmentId, previous, attempt, finalState));
        return bytes32((uint256(binding) & ~uint256(0xff)) | slot);
    }

    /// @notice Whether claims are taken at `time`. Input is taken as long as nobody has closed the
    /// Deal or ended it.
    function takesClaims(State storage self, uint256 time) internal view returns (bool) {
        return self.headKind != IDeal.Head.Halted && (self.closesAt == 0 || time < self.closesAt);
    }

    /// @notice Fragments that may still be confirmed, and so have to be payable.
    function confirmable(State storage self, uint256 time) internal view returns (uint256) {
        return (takesClaims(self, time) ? self.submitted : self.claimed) - self.resolved;
    }

    /// @notice Adds a fragment.
    function submit(
        State storage self,
        bytes32 inputRoot,
        uint256 length
    ) internal returns (uint256 fragment, bytes32 id) {
        fragment = self.submitted++;
        id = fragmentIdOf(fragment, inputRoot, length);
        self.fragments[fragment] = id;
    }

    /// @notice The root of the state that a fragment starts from, the fragment being at most the
    /// one to claim next.
    function previousOf(State storage self, uint256 fragment) internal view returns (StateRoot) {
        return fragment == self.resolved ? self.head : self.ring[(fragment - 1) % self.cap].finalState;
    }

    /// @notice Adds a claim about the next fragment. Checks everything but the record.
    /// @param fragmentId The fragment that the worker means.
    /// @param previous The root of the state that the worker started from.
    /// @param outcome What the claim says of the state that the fragment leads to.
    /// @param mostSteps How many steps the fragments of all pending claims may have taken.
    function append(
        State storage self,
        bytes32 fragmentId,
        StateRoot previous,
        Outcome memory outcome,
        uint256 mostSteps,
        uint256 seat
    ) internal returns (uint256 fragment, bytes32 id) {
        fragment = self.claimed;
        if (fragment >= self.submitted) revert IDeal.NothingToClaim(fragment);
        uint256 pending = fragment - self.resolved;
        if (pending >= self.cap) revert IDeal.TooManyPending(self.cap);
        if (fragmentId != self.fragments[fragment]) revert IDeal.WrongFragment(self.fragments[fragment], fragmentId);
        StateRoot expected = previousOf(self, fragment);
        if (previous != expected) revert IDeal.WrongPrevious(expected, previous);
        uint64 total = outcome.steps;
        if (pending == 0) {
            if (self.headKind != IDeal.Head.Yielded) revert IDeal.HeadHidden(self.head);
        } else {
            IDeal.Claim storage latest = self.ring[(fragment - 1) % self.cap];
            if (!latest.yields) revert IDeal.NotYielded();
            uint256 steps = stepsTo(self, latest) + outcome.steps;
            if (steps > mostSteps) revert IDeal.TooManyPendingSteps(steps, mostSteps);
            // Totals are counted modulo 2^64: only their differences mean something.
            unchecked {
                total += latest.total;
            }
        }

        uint256 slot = fragment % self.cap;
        id = claimIdOf(fragmentId, previous, self.attempts++, outcome.finalState, slot);
        self.claimed++;
        self.ring[slot] = IDeal.Claim({
            id: id,
            finalState: outcome.finalState,
            fragment: uint48(fragment), // from a uint48
            since: uint48(block.timestamp),
            backers: uint16(1 << seat), // 16 seats
            stage: IDeal.Stage.Open,
            yields: outcome.yields,
            steps: outcome.steps,
            total: total
        });
    }

    /// @notice How many steps the fragments of all pending claims took together, by what the claims
    /// say. Never more than `mostSteps` of {append}. The claims before the first false one are
    /// true, and so are their steps; whatever a false one says, nobody runs more than one budget
    /// for it, and what comes after it need not be run.
    function pendingSteps(State storage self) internal view returns (uint256) {
        uint256 fragment = self.claimed;
        return fragment == self.resolved ? 0 : stepsTo(self, self.ring[(fragment - 1) % self.cap]);
    }

    /// @notice The pending claim of that id.
    function find(State storage self, bytes32 id) internal view returns (IDeal.Claim storage claim) {
        claim = self.ring[uint8(uint256(id))];
        // A slot's claim was written after the last strike if its fragment is pending, so no
        // strike has cut it off.
        uint256 fragment = claim.fragment;
        bool pending = claim.id == id && id != 0 && fragment >= self.resolved && fragment < self.claimed;
        if (!pending) revert IDeal.NotPending(id);
    }

    /// @notice The pending claim of that id, which has to be the oldest.
    function findOldest(State storage self, bytes32 id) internal view returns (IDeal.Claim storage claim) {
        claim = find(self, id);
        if (claim.fragment != self.resolved) revert IDeal.NotOldest(id, self.ring[self.resolved % self.cap].id);
    }

    /// @notice The oldest pending claim that a seat backs, or zero.
    function backedBy(State storage self, uint256 seat) internal view returns (bytes32) {
        for (uint256 fragment = self.resolved; fragment < self.claimed; ++fragment) {
            IDeal.Claim storage claim = self.ring[fragment % self.cap];
            if ((claim.backers >> seat) & 1 == 1) return claim.id;
        }
        return 0;
    }

    /// @notice The oldest claim's final state becomes the head.
    function confirm(State storage self, IDeal.Claim storage claim) internal {
        self.resolved++;
        self.head = claim.finalState;
        if (!claim.yields) self.headKind = IDeal.Head.Halted;
    }

    /// @notice Cuts the sequence before the oldest claim: its fragment may be claimed again.
    function strike(State storage self) internal {
        self.claimed = self.resolved;
    }

    /// @notice Cuts the sequence before the oldest claim and puts the verdict in its place.
    function install(State storage self, StateRoot finalState) internal {
        self.claimed = ++self.resolved;
        self.head = finalState;
        self.headKind = IDeal.Head.Hidden;
    }

    /// @notice What a strike does for whoever had claimed honestly on top of the struck claim, or
    /// was held up by it: if the Deal is closing, claims are taken for another `notice` from `time`
    /// on. To be called before the sequence is cut: when the notice is over, only what is claimed
    /// is still payable, and nothing else may be claimed again.
    /// @return closing Whether the Deal is closing.
    function extend(State storage self, uint256 time, uint256 notice) internal returns (bool closing) {
        uint256 closesAt = self.closesAt;
        if (closesAt == 0) return false;
        if (time >= closesAt) self.submitted = self.claimed;
        self.closesAt = uint40(time + notice); // some 34,000 years of seconds
        return true;
    }

    /// @dev Steps of the pending claims up to `latest`, which is one of them.
    function stepsTo(State storage self, IDeal.Claim storage latest) private view returns (uint256) {
        IDeal.Claim storage oldest = self.ring[self.resolved % self.cap];
        // The difference is less than 2^64, whatever the totals have wrapped to.
        unchecked {
            return uint256(latest.total - oldest.total) + oldest.steps;
        }
    }
}
