// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Join, LastMove} from "../../../contracts/interfaces/ITournament.sol";
import {FAN_OUT, MOVE_LEVELS} from "../../../contracts/tournament/Levels.sol";
import {Node} from "../../../contracts/tournament/Names.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";
import {toyState} from "../../harness/tournament/ToyVerifier.sol";

/// @dev What somebody says the toy machine did, leaf by leaf: the truth before count `fork`,
/// another lineage from there.
struct Saga {
    /// The count before the first leaf, and from leaf to leaf.
    uint256 start;
    uint256 stride;
    uint256 height;
    uint256 fork;
    uint256 lineage;
    /// Nothing opens the states from the fork on.
    bool garbage;
    /// Not zero: replaces the last leaf.
    bytes32 end;
}

/// @dev What a move shows.
struct Opening {
    uint8 digit;
    Node own;
    Node opp;
    bytes32[] siblings;
}

function hashPair(bytes32 left, bytes32 right) pure returns (bytes32) {
    return keccak256(abi.encode(left, right));
}

/// @title The trees over sagas, computed plainly from their leaves.
library Sagas {
    /// @dev The state after `count` steps, as told.
    function state(Saga memory saga, uint256 count) internal pure returns (bytes32) {
        if (count < saga.fork) return toyState(0, count);
        return saga.garbage ? keccak256(abi.encode("garbage", saga.lineage, count)) : toyState(saga.lineage, count);
    }

    /// @dev What opens that state.
    function witness(Saga memory saga, uint256 count) internal pure returns (bytes memory) {
        if (saga.garbage && count >= saga.fork) return "";
        return abi.encode(count < saga.fork ? 0 : saga.lineage, count);
    }

    function leaf(Saga memory saga, uint256 index) internal pure returns (bytes32) {
        if (saga.end != 0 && index == (1 << saga.height) - 1) return saga.end;
        return state(saga, saga.start + (index + 1) * saga.stride);
    }

    /// @dev All nodes of a height, from the left.
    function row(Saga memory saga, uint256 height) internal pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](1 << saga.height);
        for (uint256 i; i < nodes.length; ++i) nodes[i] = leaf(saga, i);
        for (uint256 level; level < height; ++level) nodes = above(nodes);
    }

    function root(Saga memory saga) internal pure returns (bytes32) {
        return row(saga, saga.height)[0];
    }

    /// @dev The eight nodes three levels below node `pos` of a height.
    function eight(
        Saga memory saga,
        uint256 height,
        uint256 pos
    ) internal pure returns (bytes32[FAN_OUT] memory nodes) {
        bytes32[] memory all = row(saga, height - MOVE_LEVELS);
        for (uint256 i; i < FAN_OUT; ++i) nodes[i] = all[pos * FAN_OUT + i];
    }

    /// @dev The siblings of a leaf from the bottom up, `length` of them.
    function proof(Saga memory saga, uint256 index, uint256 length) internal pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](length);
        bytes32[] memory all = row(saga, 0);
        for (uint256 level; level < length; ++level) {
            nodes[level] = all[(index >> level) ^ 1];
            all = above(all);
        }
    }

    function join(Saga memory saga) internal pure returns (Join memory) {
        uint256 lastLeaf = (1 << saga.height) - 1;
        return
            Join({
                children: eight(saga, saga.height, 0),
                finalState: StateRoot.wrap(leaf(saga, lastLeaf)),
                proof: proof(saga, lastLeaf, saga.height - MOVE_LEVELS),
                salt: 0
            });
    }

    /// @dev The first difference of two sagas below node `pos` of a height.
    function open(
        Saga memory own,
        Saga memory opp,
        uint256 height,
        uint256 pos
    ) internal pure returns (Opening memory shown) {
        bytes32[] memory mine = row(own, height - MOVE_LEVELS);
        bytes32[] memory theirs = row(opp, height - MOVE_LEVELS);
        uint256 place = pos * FAN_OUT;
        while (mine[place] == theirs[place]) ++place;
        shown.digit = uint8(place - pos * FAN_OUT);
        (shown.own, shown.opp) = (Node.wrap(mine[place]), Node.wrap(theirs[place]));
        bytes32[] memory siblings = new bytes32[](2 * MOVE_LEVELS);
        uint256 used;
        for (uint256 level; level < MOVE_LEVELS; ++level) {
            siblings[used++] = mine[place ^ 1];
            if (place & 1 == 0) siblings[used++] = theirs[place ^ 1];
            (mine, theirs, place) = (above(mine), above(theirs), place >> 1);
        }
        shown.siblings = new bytes32[](used);
        for (uint256 i; i < used; ++i) shown.siblings[i] = siblings[i];
    }

    /// @dev The mover's only right last move.
    function last(
        Saga memory own,
        Saga memory opp,
        uint256 pos,
        StateRoot initial
    ) internal pure returns (LastMove memory shown) {
        Opening memory opening = open(own, opp, MOVE_LEVELS, pos);
        uint256 index = pos * FAN_OUT + opening.digit;
        shown.digit = opening.digit;
        shown.own = StateRoot.wrap(Node.unwrap(opening.own));
        shown.opp = StateRoot.wrap(Node.unwrap(opening.opp));
        shown.siblings = opening.siblings;
        shown.agreed = index == 0 ? initial : StateRoot.wrap(leaf(own, index - 1));
        shown.proof = index == 0 ? new bytes32[](0) : proof(own, index - 1, own.height);
        shown.witness = witness(own, own.start + index * own.stride);
    }

    function above(bytes32[] memory nodes) internal pure returns (bytes32[] memory parents) {
        parents = new bytes32[](nodes.length / 2);
        for (uint256 i; i < parents.length; ++i) parents[i] = hashPair(nodes[2 * i], nodes[2 * i + 1]);
    }
}
