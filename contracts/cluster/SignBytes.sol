// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @notice What all who agree vote for.
/// @param kind 1: prevote, 2: precommit.
/// @param height Of the block, from 1.
/// @param round Of its height, from 0.
/// @param hash Of the block's header; zero in a vote for no block.
/// @param parts How many parts the block is sent in.
/// @param partsHash Root of the tree over them.
struct Ballot {
    uint8 kind;
    uint64 height;
    uint32 round;
    bytes32 hash;
    uint32 parts;
    bytes32 partsHash;
}

/// @title The bytes that a validator signs when it votes
/// @notice `CanonicalVote` of CometBFT v0.40 after its length: docs/cluster.md, "Sign bytes". The
/// twin of `verifier/consensus/vote.ts`. Votes for one block differ in the instant only, so the
/// rest is written once, and each vote writes the instant and what comes after it.
/// @dev Memory: {prepare} reserves ROOM bytes. They hold the length in up to two bytes, at most 98
/// of kind, height, round and block, at most 15 of the instant, at most 52 of the chain's name.
library SignBytes {
    /// @notice Bytes that are the same for all who agree, and room for the rest.
    /// @param body Address of the first byte after the length.
    /// @param instant Address where the instant belongs.
    /// @param name The field of the chain's name: its first 32 bytes.
    /// @param nameRest What of it is left, then zeros.
    /// @param nameLength Bytes of that field.
    struct Message {
        uint256 body;
        uint256 instant;
        bytes32 name;
        bytes32 nameRest;
        uint256 nameLength;
    }

    /// @notice CometBFT takes no longer name of a chain.
    uint256 internal constant LONGEST_CHAIN_ID = 50;

    /// @dev What a message can take at most, with what a last write of a word covers beyond.
    uint256 private constant ROOM = 256;
    /// @dev The length of a message is written before its body.
    uint256 private constant LENGTH_BYTES = 2;

    /// @notice Thrown when a vote is neither a prevote nor a precommit.
    error WrongKind(uint256 kind);
    /// @notice Thrown when there is no such height.
    error HeightOutOfRange(uint256 height);
    /// @notice Thrown when there is no such round.
    error RoundOutOfRange(uint256 round);
    /// @notice Thrown when a block has no parts.
    error NoParts();
    /// @notice Thrown when a chain's name is empty or too long.
    error WrongChainIdLength(uint256 length);
    /// @notice Thrown when a second has not so many nanoseconds.
    error NanosOutOfRange(uint256 nanos);

    /// @notice Writes what is the same for all votes.
    function prepare(bytes memory chainId, Ballot memory ballot) internal pure returns (Message memory message) {
        if (ballot.kind != 1 && ballot.kind != 2) revert WrongKind(ballot.kind);
        uint256 height = ballot.height;
        if (height == 0 || height >> 63 != 0) revert HeightOutOfRange(height);
        uint256 round = ballot.round;
        if (round >> 31 != 0) revert RoundOutOfRange(round);
        uint256 end = reserve() + LENGTH_BYTES;
        message.body = end;
        end = put(end, ((0x080011 | (uint256(ballot.kind) << 8)) << 64) | reversed(height), 11);
        if (round > 0) end = put(end, (0x19 << 64) | reversed(round), 9);
        if (ballot.hash != 0) end = putBlock(end, ballot);
        message.instant = end;
        setName(message, chainId);
    }

    /// @notice The keccak-256 of the bytes with an instant in them.
    function hashAt(Message memory message, uint256 secs, uint256 nanos) internal pure returns (bytes32 digest) {
        if (nanos > 999_999_999) revert NanosOutOfRange(nanos);
        (uint256 start, uint256 instant) = (message.body, message.instant);
        uint256 end = instant + 2;
        if (secs > 0) end = putVarint(put(end, 0x08, 1), secs);
        if (nanos > 0) end = putVarint(put(end, 0x10, 1), nanos);
        uint256 size = end - instant - 2;
        uint256 nameLength = message.nameLength;
        (bytes32 name, bytes32 rest) = (message.name, message.nameRest);
        // The words of the name cover bytes after it, which nobody reads; all lies inside of what
        // {prepare} has reserved.
        assembly ("memory-safe") {
            mstore8(instant, 0x2a)
            mstore8(add(instant, 1), size)
            mstore(end, name)
            mstore(add(end, 0x20), rest)
        }
        uint256 length = end + nameLength - start;
        // A length from 128 on takes two bytes: its seven lower bits with a mark, then the others.
        // Both are reserved before the body.
        assembly ("memory-safe") {
            switch lt(length, 0x80)
            case 1 {
                start := sub(start, 1)
                mstore8(start, length)
            }
            default {
                start := sub(start, 2)
                mstore8(start, or(length, 0x80))
                mstore8(add(start, 1), shr(7, length))
            }
            digest := keccak256(start, sub(add(end, nameLength), start))
        }
    }

    /// @dev Field 4: the hash of the header, total and hash of the parts.
    function putBlock(uint256 end, Ballot memory ballot) private pure returns (uint256) {
        uint256 parts = ballot.parts;
        if (parts == 0) revert NoParts();
        uint256 size = 1;
        for (uint256 rest = parts >> 7; rest > 0; rest >>= 7) ++size;
        end = put(end, 0x22000a20 | ((size + 71) << 16), 4);
        end = put(end, uint256(ballot.hash), 32);
        end = putVarint(put(end, 0x120008 | ((size + 35) << 8), 3), parts);
        end = put(end, 0x1220, 2);
        return put(end, uint256(ballot.partsHash), 32);
    }

    /// @dev Field 6, kept in two words.
    function setName(Message memory message, bytes memory chainId) private pure {
        uint256 length = chainId.length;
        if (length == 0 || length > LONGEST_CHAIN_ID) revert WrongChainIdLength(length);
        bytes32 first;
        bytes32 second;
        // What lies after the name in memory is shifted or masked out.
        assembly ("memory-safe") {
            first := mload(add(chainId, 0x20))
            second := mload(add(chainId, 0x40))
        }
        message.name = bytes32((0x32 << 248) | (length << 240)) | (first >> 16);
        message.nameRest = (first << 240) | (second >> 16);
        message.nameLength = length + 2;
    }

    /// @dev A new piece of memory.
    function reserve() private pure returns (uint256 end) {
        // Moves the free memory pointer beyond what it gives.
        assembly ("memory-safe") {
            end := mload(0x40)
            mstore(0x40, add(end, ROOM))
        }
    }

    /// @dev Writes the lowest `size` bytes of a value; gives the address after them.
    function put(uint256 end, uint256 value, uint256 size) private pure returns (uint256) {
        // The word that is written ends inside of what {prepare} has reserved, and what it covers
        // after the value is written later or not read. An address does not overflow.
        assembly ("memory-safe") {
            mstore(end, shl(sub(256, shl(3, size)), value))
            end := add(end, size)
        }
        return end;
    }

    /// @dev Writes a number in groups of seven bits, the lowest first; gives the address after it.
    function putVarint(uint256 end, uint256 value) private pure returns (uint256) {
        // Six bytes at most: no value here has more than 40 bits.
        assembly ("memory-safe") {
            for {} gt(value, 0x7f) {} {
                mstore8(end, or(value, 0x80))
                value := shr(7, value)
                end := add(end, 1)
            }
            mstore8(end, value)
            end := add(end, 1)
        }
        return end;
    }

    /// @dev The eight bytes of a number in the other order.
    function reversed(uint256 value) private pure returns (uint256) {
        value = ((value & 0xff00ff00ff00ff00) >> 8) | ((value & 0x00ff00ff00ff00ff) << 8);
        value = ((value & 0xffff0000ffff0000) >> 16) | ((value & 0x0000ffff0000ffff) << 16);
        return (value >> 32) | ((value & 0xffffffff) << 32);
    }
}
