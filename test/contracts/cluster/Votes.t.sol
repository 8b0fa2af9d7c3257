// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {ChainId} from "../../../contracts/cluster/ChainId.sol";
import {Ballot, SignBytes} from "../../../contracts/cluster/SignBytes.sol";
import {Votes} from "../../../contracts/cluster/Votes.sol";
import {VM, demand} from "../../support/Vm.sol";

/// @title The bytes that are signed, beside the plain way to write them
contract VotesTest {
    /// @notice The same bytes as their definition in docs/cluster.md, field after field.
    function testFuzz_hashesWhatIsSigned(
        Ballot memory ballot,
        bytes memory chainId,
        uint40 secs,
        uint32 nanos
    ) external pure {
        (ballot, chainId, nanos) = _valid(ballot, chainId, nanos);
        bytes32 digest = SignBytes.hashAt(SignBytes.prepare(chainId, ballot), secs, nanos);
        demand(digest == keccak256(_plain(ballot, chainId, secs, nanos)), "digest");
    }

    /// @notice One message gives the digest of every vote, whatever was hashed before.
    function testFuzz_votesLeaveNoTrace(
        Ballot memory ballot,
        bytes memory chainId,
        uint40[4] memory secs,
        uint32[4] memory nanos
    ) external pure {
        (ballot, chainId, ) = _valid(ballot, chainId, 0);
        SignBytes.Message memory message = SignBytes.prepare(chainId, ballot);
        for (uint256 i; i < 4; ++i) {
            uint32 within = nanos[i] % 1_000_000_000;
            bytes32 digest = SignBytes.hashAt(message, secs[i], within);
            demand(digest == keccak256(_plain(ballot, chainId, secs[i], within)), "digest");
        }
    }

    /// @notice The message with the most bytes stays inside of what is reserved for it.
    function test_longestMessage() external pure {
        Ballot memory ballot = Ballot({
            kind: 2,
            height: type(uint64).max >> 1,
            round: type(uint32).max >> 1,
            hash: bytes32(type(uint256).max),
            parts: type(uint32).max,
            partsHash: bytes32(type(uint256).max)
        });
        bytes memory chainId = new bytes(SignBytes.LONGEST_CHAIN_ID);
        SignBytes.Message memory message = SignBytes.prepare(chainId, ballot);
        bytes memory after_ = hex"0123456789";
        bytes32 digest = SignBytes.hashAt(message, type(uint40).max, 999_999_999);
        demand(digest == keccak256(_plain(ballot, chainId, type(uint40).max, 999_999_999)), "digest");
        demand(keccak256(after_) == keccak256(hex"0123456789"), "what was allocated later is untouched");
    }

    /// @notice The plain way to write a chain's name.
    function testFuzz_namesChains(address deal, uint256 era) external pure {
        era %= ChainId.ERAS;
        bytes memory digits = bytes(Strings.toHexString(deal));
        bytes memory address_ = new bytes(40);
        for (uint256 i; i < 40; ++i) address_[i] = digits[i + 2];
        bytes memory expected = abi.encodePacked("a", address_, "-", Strings.toString(era));
        demand(keccak256(ChainId.named(deal, era)) == keccak256(expected), "name");
        demand(expected.length <= SignBytes.LONGEST_CHAIN_ID, "length");
    }

    /// @notice What is written after a chain's name is another piece of memory.
    function test_nameEndsWhereItShould() external pure {
        bytes memory name = ChainId.named(address(type(uint160).max), ChainId.ERAS - 1);
        bytes memory next = ChainId.named(address(0), 0);
        demand(keccak256(name) == keccak256("affffffffffffffffffffffffffffffffffffffff-99999999"), "name");
        demand(keccak256(next) == keccak256("a0000000000000000000000000000000000000000-0"), "next");
    }

    /// @notice Three times the voters against twice the seats, at every size.
    function testFuzz_majority(uint8 voters, uint8 seats) external pure {
        bool expected = uint256(voters) * 3 > uint256(seats) * 2;
        demand(Votes.isMajority(voters, seats) == expected, "majority");
        if (!expected || voters > seats) return;
        // Two majorities of the same seats share more than a third of them.
        uint256 shared = 2 * uint256(voters) - seats;
        demand(3 * shared > seats, "overlap");
    }

    /// @dev Values that have sign bytes; those that would be zero are zero as often as not.
    function _valid(
        Ballot memory ballot,
        bytes memory chainId,
        uint32 nanos
    ) private pure returns (Ballot memory validBallot, bytes memory validChainId, uint32 validNanos) {
        ballot.kind = 1 + (ballot.kind & 1);
        ballot.height = (ballot.height >> 1) | 1;
        ballot.round = ballot.round & 4 == 0 ? 0 : ballot.round >> 1;
        if (ballot.parts & 3 == 0) ballot.hash = 0;
        ballot.parts = (ballot.parts >> (ballot.parts & 31)) | 1;
        VM.assume(chainId.length > 0);
        if (chainId.length > SignBytes.LONGEST_CHAIN_ID) {
            bytes memory shorter = new bytes(SignBytes.LONGEST_CHAIN_ID);
            for (uint256 i; i < shorter.length; ++i) shorter[i] = chainId[i];
            chainId = shorter;
        }
        return (ballot, chainId, nanos % 1_000_000_000);
    }

    function _plain(
        Ballot memory ballot,
        bytes memory chainId,
        uint256 secs,
        uint256 nanos
    ) private pure returns (bytes memory) {
        bytes memory parts = abi.encodePacked(hex"08", _varint(ballot.parts), hex"1220", ballot.partsHash);
        bytes memory block_ = abi.encodePacked(hex"0a20", ballot.hash, hex"12", _delimited(parts));
        bytes memory time;
        if (secs > 0) time = abi.encodePacked(hex"08", _varint(secs));
        if (nanos > 0) time = abi.encodePacked(time, hex"10", _varint(nanos));
        bytes memory body = abi.encodePacked(hex"08", ballot.kind, hex"11", _littleEndian(ballot.height));
        if (ballot.round > 0) body = abi.encodePacked(body, hex"19", _littleEndian(ballot.round));
        if (ballot.hash != 0) body = abi.encodePacked(body, hex"22", _delimited(block_));
        return _delimited(abi.encodePacked(body, hex"2a", _delimited(time), hex"32", _delimited(chainId)));
    }

    function _delimited(bytes memory content) private pure returns (bytes memory) {
        return abi.encodePacked(_varint(content.length), content);
    }

    function _varint(uint256 value) private pure returns (bytes memory encoded) {
        for (; value > 127; value >>= 7) encoded = abi.encodePacked(encoded, uint8((value & 127) + 128));
        return abi.encodePacked(encoded, uint8(value));
    }

    function _littleEndian(uint256 value) private pure returns (bytes memory encoded) {
        for (uint256 i; i < 8; ++i) encoded = abi.encodePacked(encoded, uint8(value >> (8 * i)));
    }
}
