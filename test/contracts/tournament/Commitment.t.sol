// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ITournament} from "../../../contracts/interfaces/ITournament.sol";
import {Commitment} from "../../../contracts/tournament/Commitment.sol";
import {FAN_OUT, MOVE_LEVELS} from "../../../contracts/tournament/Levels.sol";
import {Node} from "../../../contracts/tournament/Names.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";
import {VM, demand} from "../../support/Vm.sol";
import {Opening, Saga, Sagas} from "./Saga.sol";

/// @dev Calls the library with calldata.
contract CommitmentDoor {
    function top(bytes32[FAN_OUT] calldata nodes) external pure returns (Node) {
        return Commitment.top(nodes);
    }

    function climb(
        uint256 digit,
        Node own,
        Node opp,
        bytes32[] calldata siblings
    ) external pure returns (Node ownTop, Node oppTop) {
        return Commitment.climb(digit, own, opp, siblings);
    }

    function root(
        StateRoot leaf,
        uint256 index,
        uint256 height,
        bytes32[] calldata proof
    ) external pure returns (Node) {
        return Commitment.root(leaf, index, height, proof);
    }
}

contract CommitmentTest {
    using Sagas for Saga;

    CommitmentDoor private _door;

    function setUp() public {
        _door = new CommitmentDoor();
    }

    function testFuzz_topIsThePlainTree(bytes32[FAN_OUT] calldata nodes) external view {
        bytes32[] memory row = new bytes32[](FAN_OUT);
        for (uint256 i; i < FAN_OUT; ++i) row[i] = nodes[i];
        while (row.length > 1) row = Sagas.above(row);
        demand(Node.unwrap(_door.top(nodes)) == row[0], "top");
    }

    /// @dev The opening of the first difference of two trees leads to their roots, wherever it is.
    function testFuzz_climbFindsBothNodes(uint256 fork) external view {
        (Saga memory one, Saga memory two) = _pair(fork);
        Opening memory shown = one.open(two, MOVE_LEVELS, 0);
        (Node own, Node opp) = _door.climb(shown.digit, shown.own, shown.opp, shown.siblings);
        demand(Node.unwrap(own) == one.root(), "own");
        demand(Node.unwrap(opp) == two.root(), "opp");
    }

    /// @dev Whoever shows a later difference than the first cannot find both nodes.
    function testFuzz_climbFindsTheFirstDifferenceOnly(uint256 fork, uint8 later) external view {
        (Saga memory one, Saga memory two) = _pair(fork);
        uint256 first = one.open(two, MOVE_LEVELS, 0).digit;
        VM.assume(first < FAN_OUT - 1);
        uint256 digit = first + 1 + (later % (FAN_OUT - 1 - first));
        bytes32[] memory siblings = _siblingsAt(one, two, digit);
        (Node own, Node opp) = _door.climb(digit, Node.wrap(one.leaf(digit)), Node.wrap(two.leaf(digit)), siblings);
        demand(Node.unwrap(own) != one.root() || Node.unwrap(opp) != two.root(), "a later difference");
    }

    function testFuzz_climbRefusesOtherNumbersOfSiblings(uint256 fork, uint8 length) external view {
        (Saga memory one, Saga memory two) = _pair(fork);
        Opening memory shown = one.open(two, MOVE_LEVELS, 0);
        bytes32[] memory siblings = new bytes32[](length % 12);
        VM.assume(siblings.length != shown.siblings.length);
        bytes4 reason = ITournament.SiblingsWrong.selector;
        _requireRefused(_climbCall(shown.digit, shown.own, shown.opp, siblings), reason);
    }

    function testFuzz_climbRefusesDigitsFromEight(uint256 digit, bytes32[] calldata siblings) external view {
        VM.assume(digit >= FAN_OUT);
        bytes4 reason = ITournament.DigitOutOfRange.selector;
        _requireRefused(
            _climbCall(digit, Node.wrap(bytes32(uint256(1))), Node.wrap(bytes32(uint256(2))), siblings),
            reason
        );
    }

    function testFuzz_climbRefusesEqualNodes(uint8 digit, Node node, bytes32[] calldata siblings) external view {
        _requireRefused(_climbCall(digit % uint8(FAN_OUT), node, node, siblings), ITournament.NoDifference.selector);
    }

    function testFuzz_rootIsThePlainTree(uint256 fork, uint256 index) external view {
        (Saga memory saga, ) = _pair(fork);
        saga.height = 6;
        index %= 64;
        Node root = _door.root(StateRoot.wrap(saga.leaf(index)), index, 6, saga.proof(index, 6));
        demand(Node.unwrap(root) == saga.root(), "root");
    }

    /// @dev Known fault (BoLD): a root computed while ignoring the index bits above the proof's
    /// length proves one leaf at many places.
    function testFuzz_knownFaultIndexBitsAboveTheProofAreRefused(uint256 fork, uint256 index) external view {
        (Saga memory saga, ) = _pair(fork);
        VM.assume(index > 7);
        bytes32[] memory proof = saga.proof(index % 8, 3);
        bytes memory data = abi.encodeCall(
            _door.root,
            (StateRoot.wrap(saga.leaf(index % 8)), index, uint256(3), proof)
        );
        _requireRefused(data, ITournament.IndexOutOfRange.selector);
    }

    function testFuzz_rootRefusesOtherProofLengths(uint256 fork, uint8 length) external view {
        (Saga memory saga, ) = _pair(fork);
        bytes32[] memory proof = new bytes32[](length % 70);
        VM.assume(proof.length != 3);
        bytes memory data = abi.encodeCall(_door.root, (StateRoot.wrap(saga.leaf(0)), uint256(0), uint256(3), proof));
        _requireRefused(data, ITournament.ProofLengthWrong.selector);
    }

    /// @dev The truth and a liar that forks at one of the eight leaves.
    function _pair(uint256 fork) private pure returns (Saga memory one, Saga memory two) {
        one = Saga(0, 1, MOVE_LEVELS, type(uint256).max, 0, false, 0);
        two = Saga(0, 1, MOVE_LEVELS, 1 + (fork % FAN_OUT), 7, fork % 2 == 0, 0);
    }

    function _siblingsAt(
        Saga memory one,
        Saga memory two,
        uint256 place
    ) private pure returns (bytes32[] memory siblings) {
        bytes32[] memory mine = one.row(0);
        bytes32[] memory theirs = two.row(0);
        siblings = new bytes32[](2 * MOVE_LEVELS - ((place & 1) + ((place >> 1) & 1) + (place >> 2)));
        uint256 used;
        for (uint256 level; level < MOVE_LEVELS; ++level) {
            siblings[used++] = mine[place ^ 1];
            if (place & 1 == 0) siblings[used++] = theirs[place ^ 1];
            (mine, theirs, place) = (Sagas.above(mine), Sagas.above(theirs), place >> 1);
        }
    }

    function _climbCall(
        uint256 digit,
        Node own,
        Node opp,
        bytes32[] memory siblings
    ) private view returns (bytes memory) {
        return abi.encodeCall(_door.climb, (digit, own, opp, siblings));
    }

    function _requireRefused(bytes memory data, bytes4 reason) private view {
        (bool accepted, bytes memory answer) = address(_door).staticcall(data);
        demand(!accepted, "accepted");
        demand(bytes4(answer) == reason, "refused for another reason");
    }
}
