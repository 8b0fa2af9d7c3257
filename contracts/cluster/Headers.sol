// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @title Single fields of a block's header, proven against its hash
/// @notice docs/cluster.md, "Header"; the twin of `verifier/consensus/header.ts`. Each function
/// gives the hash of the header that has the value: the caller compares it with the block that was
/// voted for. A proof holds the siblings from the field's leaf up.
library Headers {
    /// @dev Leaves of the fields. The tree over 14 leaves has a left part of eight and a right one
    /// of four and two, so the first twelve have four siblings, and the bits of a leaf's number
    /// from the lowest up say whether it, and each node above it, is a right child.
    uint256 private constant CHAIN_ID = 1;
    uint256 private constant HEIGHT = 2;
    uint256 private constant TIME = 3;
    uint256 private constant DATA_HASH = 6;
    uint256 private constant APP_HASH = 10;

    /// @dev Siblings of such a field.
    uint256 private constant LEVELS = 4;

    /// @notice Thrown when a proof has another number of siblings.
    error WrongProofLength(uint256 expected, uint256 actual);

    /// @notice The hash of the header of a chain.
    /// @param chainId At most 127 bytes, or the hash is none of a header: CometBFT takes 50.
    function ofChainId(bytes memory chainId, bytes32[] calldata proof) internal pure returns (bytes32) {
        bytes memory leaf = abi.encodePacked(hex"000a", uint8(chainId.length), chainId);
        return root(sha256(leaf), CHAIN_ID, proof);
    }

    /// @notice The hash of the header at a height.
    function ofHeight(uint64 height, bytes32[] calldata proof) internal pure returns (bytes32) {
        return root(sha256(abi.encodePacked(hex"0008", varint(height))), HEIGHT, proof);
    }

    /// @notice The hash of the header with a time.
    /// @param secs Since 1970.
    function ofTime(uint40 secs, uint32 nanos, bytes32[] calldata proof) internal pure returns (bytes32) {
        bytes memory leaf = hex"00";
        if (secs > 0) leaf = abi.encodePacked(leaf, hex"08", varint(secs));
        if (nanos > 0) leaf = abi.encodePacked(leaf, hex"10", varint(nanos));
        return root(sha256(leaf), TIME, proof);
    }

    /// @notice The hash of the header of a block with these transactions.
    function ofDataHash(bytes32 dataHash, bytes32[] calldata proof) internal pure returns (bytes32) {
        return root(sha256(abi.encodePacked(hex"000a20", dataHash)), DATA_HASH, proof);
    }

    /// @notice The hash of the header that says what the application was after the block before.
    function ofAppHash(bytes32 appHash, bytes32[] calldata proof) internal pure returns (bytes32) {
        return root(sha256(abi.encodePacked(hex"000a20", appHash)), APP_HASH, proof);
    }

    /// @dev The root of the tree with a hashed leaf.
    function root(bytes32 node, uint256 index, bytes32[] calldata proof) private pure returns (bytes32) {
        if (proof.length != LEVELS) revert WrongProofLength(LEVELS, proof.length);
        for (uint256 level; level < LEVELS; ++level) {
            bytes32 sibling = proof[level];
            node = (index >> level) & 1 == 1 ? inner(sibling, node) : inner(node, sibling);
        }
        return node;
    }

    /// @dev SHA-256 of a byte 1 and two nodes.
    function inner(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"01", left, right));
    }

    /// @dev A number in groups of seven bits, the lowest first.
    function varint(uint256 value) private pure returns (bytes memory encoded) {
        for (; value > 0x7f; value >>= 7) encoded = abi.encodePacked(encoded, uint8(value | 0x80));
        return abi.encodePacked(encoded, uint8(value));
    }
}
