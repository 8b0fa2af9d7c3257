// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {History} from "../../../contracts/cluster/History.sol";
import {HistoryRoot} from "../../../contracts/types/HistoryRoot.sol";
import {VM, demand} from "../../support/Vm.sol";

/// @dev Calls the library with calldata.
contract HistoryCaller {
    function root(
        bytes32 leaf,
        uint256 index,
        uint256 count,
        bytes32[] calldata siblings
    ) external pure returns (HistoryRoot) {
        return History.root(leaf, index, count, siblings);
    }

    function append(
        HistoryRoot root_,
        uint256 count,
        bytes32 leaf,
        bytes32[] calldata siblings
    ) external pure returns (HistoryRoot) {
        return History.append(root_, count, leaf, siblings);
    }
}

/// @title Histories beside plain trees
contract HistoryTest {
    HistoryCaller private _caller;

    function setUp() public {
        _caller = new HistoryCaller();
    }

    /// @notice Every leaf of a history of any small size is proven, and by its own proof only.
    function testFuzz_provesLeaves(uint256 seed, uint256 count, uint256 index) external view {
        count = 1 + (count % 33);
        index %= count;
        bytes32[] memory leaves = _leaves(seed, count);
        HistoryRoot expected = _plainRoot(leaves);
        bytes32[] memory proof = _plainProof(leaves, index);
        demand(_caller.root(leaves[index], index, count, proof) == expected, "root");
        demand(_caller.root(~leaves[index], index, count, proof) != expected, "another leaf");
        if (proof.length == 0) return;
        uint256 changed = seed % proof.length;
        proof[changed] = ~proof[changed];
        demand(_caller.root(leaves[index], index, count, proof) != expected, "another sibling");
    }

    /// @notice Appending leaf after leaf gives the roots of the plain trees.
    function testFuzz_appends(uint256 seed, uint256 count) external view {
        count %= 33;
        bytes32[] memory leaves = _leaves(seed, count + 1);
        bytes32[] memory before = new bytes32[](count);
        for (uint256 i; i < count; ++i) before[i] = leaves[i];
        bytes32[] memory end = _plainProof(before, count);
        HistoryRoot grown = _caller.append(_plainRoot(before), count, leaves[count], end);
        demand(grown == _plainRoot(leaves), "root");
    }

    /// @notice A leaf that is set is not free: it cannot be appended again.
    function testFuzz_setsNoLeafTwice(uint256 seed, uint256 count, uint256 place) external view {
        count = 1 + (count % 33);
        place %= count;
        bytes32[] memory leaves = _leaves(seed, count);
        // The siblings that a shorter history would have there.
        bytes32[] memory shorter = new bytes32[](place);
        for (uint256 i; i < place; ++i) shorter[i] = leaves[i];
        bytes32[] memory end = _plainProof(shorter, place);
        bool taken;
        try _caller.append(_plainRoot(leaves), place, leaves[place], end) {
            taken = true;
        } catch {}
        demand(!taken, "set twice");
    }

    /// @notice No index from the count on has a leaf.
    function testFuzz_hasNoLeafBeyond(uint256 count, uint256 index) external view {
        VM.assume(index >= count);
        bool taken;
        try _caller.root(bytes32(uint256(1)), index, count, new bytes32[](0)) {
            taken = true;
        } catch {}
        demand(!taken, "beyond");
    }

    function _leaves(uint256 seed, uint256 count) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i; i < count; ++i) leaves[i] = keccak256(abi.encode(seed, i));
    }

    function _plainRoot(bytes32[] memory leaves) private pure returns (HistoryRoot) {
        bytes32 zero;
        for (uint256 level; level < History.DEPTH; ++level) {
            leaves = _above(leaves, zero);
            zero = keccak256(abi.encode(zero, zero));
        }
        return HistoryRoot.wrap(leaves[0]);
    }

    /// @dev Siblings that are not the zero of their level.
    function _plainProof(bytes32[] memory leaves, uint256 index) private pure returns (bytes32[] memory proof) {
        bytes32 zero;
        bytes32[] memory found = new bytes32[](History.DEPTH);
        uint256 count;
        for (uint256 level; level < History.DEPTH; ++level) {
            uint256 sibling = index ^ 1;
            if (sibling < leaves.length && leaves[sibling] != zero) found[count++] = leaves[sibling];
            leaves = _above(leaves, zero);
            zero = keccak256(abi.encode(zero, zero));
            index >>= 1;
        }
        proof = new bytes32[](count);
        for (uint256 i; i < count; ++i) proof[i] = found[i];
    }

    function _above(bytes32[] memory row, bytes32 zero) private pure returns (bytes32[] memory next) {
        next = new bytes32[](row.length == 0 ? 1 : (row.length + 1) / 2);
        for (uint256 i; i < next.length; ++i) {
            bytes32 left = 2 * i < row.length ? row[2 * i] : zero;
            bytes32 right = 2 * i + 1 < row.length ? row[2 * i + 1] : zero;
            next[i] = keccak256(abi.encode(left, right));
        }
    }
}
