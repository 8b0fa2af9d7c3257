// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IStepVerifier} from "../../../contracts/interfaces/IStepVerifier.sol";
import {Floats} from "../../../contracts/machine/Floats.sol";
import {Integers} from "../../../contracts/machine/Integers.sol";
import {StepVerifier} from "../../../contracts/machine/StepVerifier.sol";
import {ZeroHashes} from "../../../contracts/machine/ZeroHashes.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";

/// @title Whatever a state and a witness hold, a step ends in a next state or in one of the errors
/// of {IStepVerifier}
contract StepVerifierTest {
    StepVerifier private _verifier;

    /// @dev Openings that any step takes, at most.
    uint256 private constant MOST_OPENINGS = 6;

    struct Words {
        uint256 instruction;
        uint256 header;
        uint256 registers;
        uint256 sizes;
        uint256 lengths;
        bool open;
        uint256 context;
    }

    function setUp() public {
        _verifier = new StepVerifier(new Integers(), new Floats());
    }

    /// @notice Totality: of the witnesses with zero to six openings, exactly one is right. Every
    /// tree but the code is empty, so that eight zero bytes open each of its leaves; no instruction
    /// opens a tree after it has put something there.
    function testFuzz_everyStateHasOneNextState(Words memory words) public view {
        words.registers = (words.registers << 8) >> 8;
        _exactlyOne(words);
    }

    /// @notice The same, for instructions that are likely to exist, in machines that are likely to
    /// run.
    function testFuzz_likelyStatesHaveOneNextState(Words memory words, uint8 opcode, uint8 pc) public view {
        uint256 op = opcode;
        if (op > 0xe3) op += 0xf000 - 0xe4;
        if (op > 0xd6 && op < 0xe4) op += 0xf100 - 0xd7;
        if (op > 0xc4 && op < 0xd7) op += 0xfc00 - 0xc5;
        // Version 1, depths 8, 10, 14 and 9, two region bits, a thousand slots; one header in 16
        // has another bit.
        uint256 other = words.header & 15 == 0 ? 1 << (words.header >> 248) : 0;
        words.header = (0x0001_08_0a_0e_09_02_00_000003e8 << 160) ^ other;
        words.instruction = (op << 240) | ((words.instruction << 16) >> 16);
        // Frames and fields small enough to lie inside.
        words.instruction &= 0xffff_ffff_0000_00ff_0000_00ff_0000_00ff_0000_00ff_0000_00ff_ffff_ffff_ffff_ffff;
        words.registers =
            (uint256(pc) << 208) | (words.registers & 0xff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff);
        _exactlyOne(words);
    }

    /// @notice A witness of any bytes, under the root of its own record.
    function testFuzz_anyWitness(bytes memory witness, bytes32 root) public view {
        _attempt(root, witness);
        if (witness.length < 288) return;
        bytes32 own;
        // The first 288 bytes are there.
        assembly ("memory-safe") {
            own := keccak256(add(witness, 0x20), 288)
        }
        _attempt(own, witness);
    }

    /// @notice Any record to load, with any opening.
    function testFuzz_anyLoad(
        bytes memory record,
        bytes32 input,
        uint64 length,
        uint64 budget,
        bytes memory opening
    ) public view {
        try _verifier.load(record, input, length, budget, opening) returns (StateRoot) {} catch (bytes memory reason) {
            _checkError(reason);
        }
    }

    function _exactlyOne(Words memory words) private view {
        (bytes memory record, bytes memory code, bytes memory preimage) = _stateOf(words);
        bytes32 root = keccak256(record);
        uint256 accepted = _attempt(root, record);
        for (uint256 count; count <= MOST_OPENINGS; ++count) {
            bytes memory witness = bytes.concat(record, code, new bytes(8 * count));
            accepted += _attempt(root, witness);
            if (words.open) accepted += _attempt(root, bytes.concat(witness, preimage));
        }
        if (words.open) accepted += _attempt(root, bytes.concat(record, preimage));
        require(accepted == 1, "not exactly one next state");
    }

    /// @return accepted One if the step is taken, else zero.
    function _attempt(bytes32 root, bytes memory witness) private view returns (uint256 accepted) {
        try _verifier.step(StateRoot.wrap(root), witness) returns (StateRoot) {
            return 1;
        } catch (bytes memory reason) {
            _checkError(reason);
        }
    }

    /// @dev A panic, an empty revert (out of gas, an invalid opcode) or an unknown error fails.
    function _checkError(bytes memory reason) private pure {
        bytes4 selector = bytes4(reason);
        require(
            selector == IStepVerifier.TruncatedRecord.selector ||
                selector == IStepVerifier.WrongRecord.selector ||
                selector == IStepVerifier.WrongOpening.selector ||
                selector == IStepVerifier.WrongBitmap.selector ||
                selector == IStepVerifier.WrongCheckpoint.selector ||
                selector == IStepVerifier.WrongLength.selector ||
                selector == IStepVerifier.WrongHeader.selector ||
                selector == IStepVerifier.NotYielded.selector ||
                selector == IStepVerifier.InputTooLong.selector,
            "not an error of the interface"
        );
    }

    /// @dev The record, the opening of the instruction, and the preimage of `saved`.
    function _stateOf(
        Words memory words
    ) private pure returns (bytes memory record, bytes memory code, bytes memory preimage) {
        uint256 zeros = ZeroHashes.load();
        uint256 pc = (words.registers >> 208) & 0xffff_ffff;
        bytes32 memoryRoot = _emptyRoot(zeros, words.header >> 216);
        bytes32 cellsRoot = _emptyRoot(zeros, words.header >> 208);
        bytes32 stackRoot = _emptyRoot(zeros, words.header >> 224);
        preimage = abi.encode(stackRoot, memoryRoot, cellsRoot, words.sizes, words.context);
        record = abi.encode(
            _codeRoot(zeros, words.instruction, pc, (words.header >> 232) & 0xff),
            words.header,
            stackRoot,
            memoryRoot,
            cellsRoot,
            words.open ? keccak256(preimage) : bytes32(0),
            words.registers,
            words.sizes,
            words.lengths
        );
        code = abi.encodePacked(uint64(1 << 63), words.instruction);
    }

    /// @dev A bad depth is never opened, whatever the root.
    function _emptyRoot(uint256 zeros, uint256 depth) private pure returns (bytes32) {
        return ZeroHashes.hashAt(zeros, (depth & 0xff) % (ZeroHashes.LEVELS + 1));
    }

    function _codeRoot(
        uint256 zeros,
        uint256 instruction,
        uint256 pc,
        uint256 depth
    ) private pure returns (bytes32 node) {
        node = bytes32(instruction);
        for (uint256 level; level < depth && level < ZeroHashes.LEVELS; ++level) {
            bytes32 zero = ZeroHashes.hashAt(zeros, level);
            node = keccak256((pc >> level) & 1 == 0 ? abi.encode(node, zero) : abi.encode(zero, node));
        }
    }
}
