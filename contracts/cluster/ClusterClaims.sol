// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IClusterDeal} from "../interfaces/IClusterDeal.sol";
import {IDeal} from "../interfaces/IDeal.sol";

/// @title The sequence of a cluster's claims
/// @notice Claims are numbered from zero in the order in which they are made; one that is struck
/// gives its number back, and those after it are dead. Each says where the cluster stands, and
/// stands at or beyond the one before. Only the oldest pending claim is ever confirmed or struck:
/// so whatever a claim builds on is settled before it.
library ClusterClaims {
    /// @notice `cap` is how many claims may be pending: claims live in a ring of that many slots
    /// (number modulo cap). The head is where the oldest pending claim begins. `halts` is whether
    /// the newest pending claim ends the program. `covered` is how many seconds the pending claims
    /// are paid for, `fallen` how many of them are known to be false.
    struct State {
        uint48 claimed;
        uint48 resolved;
        uint32 strikes;
        uint48 covered;
        uint8 cap;
        uint8 fallen;
        IClusterDeal.Head headKind;
        bool halts;
        bytes32 head;
        uint40 count;
        uint40 time;
        uint64 steps;
        mapping(uint256 slot => IClusterDeal.Claim) ring;
    }

    /// @notice What the next claim builds on.
    /// @param appHash Of the newest pending claim, or else of the head.
    /// @param count Blocks in its history.
    /// @param steps Steps of all of them.
    /// @param time Of its header; for the state before the first block zero.
    struct Base {
        bytes32 appHash;
        uint40 count;
        uint64 steps;
        uint40 time;
    }

    /// @notice The id of a claim: no two claims of all Deals share one. Its last byte is the
    /// claim's slot in the ring.
    /// @param strikes Strikes before the claim was made: while it is pending there is no other.
    function idOf(uint256 number, uint256 strikes, bytes32 appHash, uint256 slot) internal view returns (bytes32) {
        bytes32 binding = keccak256(abi.encode(address(this), number, strikes, appHash));
        return bytes32((uint256(binding) & ~uint256(0xff)) | slot);
    }

    /// @notice How many claims are pending.
    function pending(State storage self) internal view returns (uint256) {
        return self.claimed - self.resolved;
    }

    /// @notice What the claim of that number builds on; it is pending, or the next.
    function baseOf(State storage self, uint256 number) internal view returns (Base memory) {
        if (number == self.resolved) {
            return Base({appHash: self.head, count: self.count, steps: self.steps, time: self.time});
        }
        IClusterDeal.Claim storage before = self.ring[(number - 1) % self.cap];
        return Base({appHash: before.appHash, count: before.count, steps: before.steps, time: before.time});
    }

    /// @notice Reverts unless something can follow on what is claimed.
    function checkFollows(State storage self) internal view {
        if (self.headKind != IClusterDeal.Head.Known) revert IClusterDeal.NoHead(self.headKind);
        if (self.fallen != 0) revert IClusterDeal.OnFalseClaim();
        if (pending(self) != 0 && self.halts) revert IDeal.NotYielded();
    }

    /// @notice Adds a claim. Its signers, header and record are checked already.
    /// @param claim_ All of it but the number of open disputes.
    /// @param base What it builds on: that of the next claim.
    /// @param halts Whether the program has ended in the claimed state.
    /// @param mostSteps How many steps the blocks of all pending claims may have taken.
    function append(
        State storage self,
        IClusterDeal.Claim memory claim_,
        Base memory base,
        bool halts,
        uint256 mostSteps
    ) internal returns (bytes32 id) {
        checkFollows(self);
        if (pending(self) >= self.cap) revert IDeal.TooManyPending(self.cap);
        // Where no block came, nothing but the time has changed.
        bool follows =
            claim_.count > base.count
                ? claim_.steps >= base.steps
                : claim_.appHash == base.appHash && claim_.count == base.count;
        if (!follows) revert IClusterDeal.NotAfter(base.appHash, base.count, base.steps);
        if (claim_.time <= base.time) revert IClusterDeal.TooOld(base.time, claim_.time);
        uint256 steps = claim_.steps - self.steps; // steps never decrease along the sequence
        if (steps > mostSteps) revert IDeal.TooManyPendingSteps(steps, mostSteps);

        uint256 number = self.claimed++;
        uint256 slot = number % self.cap;
        self.ring[slot] = claim_;
        self.covered += claim_.covered;
        self.halts = halts;
        return idOf(number, self.strikes, claim_.appHash, slot);
    }

    /// @notice The pending claim of that id, and its number.
    function find(
        State storage self,
        bytes32 id
    ) internal view returns (IClusterDeal.Claim storage claim, uint256 number) {
        uint256 slot = uint8(uint256(id));
        claim = self.ring[slot];
        // The one number of a pending claim that falls on the slot, if there is one.
        uint256 oldest = self.resolved;
        uint256 cap = self.cap;
        number = oldest + ((slot + cap - (oldest % cap)) % cap);
        bool found = slot < cap && number < self.claimed && id == idOf(number, self.strikes, claim.appHash, slot);
        if (!found) revert IDeal.NotPending(id);
    }

    /// @notice The pending claim of that id, which has to be the oldest.
    function findOldest(State storage self, bytes32 id) internal view returns (IClusterDeal.Claim storage claim) {
        uint256 number;
        (claim, number) = find(self, id);
        if (number != self.resolved) revert IDeal.NotOldest(id, idAt(self, self.resolved));
    }

    /// @notice The id of the pending claim of a number.
    function idAt(State storage self, uint256 number) internal view returns (bytes32) {
        uint256 slot = number % self.cap;
        return idOf(number, self.strikes, self.ring[slot].appHash, slot);
    }

    /// @notice Where the oldest pending claim stands becomes the head.
    function confirm(State storage self, IClusterDeal.Claim storage claim) internal {
        ++self.resolved;
        self.covered -= claim.covered;
        self.head = claim.appHash;
        self.count = claim.count;
        self.time = claim.time;
        self.steps = claim.steps;
        if (self.resolved == self.claimed && self.halts) self.headKind = IClusterDeal.Head.Halted;
    }

    /// @notice Cuts the sequence before the oldest pending claim.
    function strike(State storage self) internal {
        self.claimed = self.resolved;
        self.covered = 0;
        self.fallen = 0;
        ++self.strikes;
    }

    /// @notice The head is where a verdict left off.
    /// @param count Blocks in its history.
    /// @param steps Steps of all of them.
    function install(State storage self, bytes32 appHash, uint40 count, uint64 steps, bool halts) internal {
        self.head = appHash;
        self.count = count;
        self.steps = steps;
        self.headKind = halts ? IClusterDeal.Head.Halted : IClusterDeal.Head.Known;
    }

    /// @notice The oldest pending claim of an era of `from` to `to` that a seat has signed, or
    /// zero.
    function signedBy(State storage self, uint256 seat, uint256 from, uint256 to) internal view returns (bytes32) {
        for (uint256 number = self.resolved; number < self.claimed; ++number) {
            IClusterDeal.Claim storage claim = self.ring[number % self.cap];
            bool within = claim.era >= from && claim.era <= to;
            if (within && (claim.signers >> seat) & 1 == 1) return idAt(self, number);
        }
        return 0;
    }
}
