// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IStepVerifier} from "../interfaces/IStepVerifier.sol";
import {StateRoot} from "../types/StateRoot.sol";
import {Status} from "./Opcodes.sol";

/// @notice The state record: nine words, whose keccak256 is the state root.
/// @param codeRoot Root of the code tree.
/// @param header Version, depths, region bits and slot limit.
/// @param stackRoot Root of the stack tree.
/// @param memoryRoot Root of the memory tree.
/// @param cellsRoot Root of the cells tree.
/// @param saved Zero, or the hash of the open checkpoint.
/// @param registers Packed {Registers}: status to reserve.
/// @param sizes Pages of memories 0 to 3, 64 bits each, memory 0 most significant.
/// @param lengths Packed {Registers}: meter to count.
struct Record {
    bytes32 codeRoot;
    uint256 header;
    bytes32 stackRoot;
    bytes32 memoryRoot;
    bytes32 cellsRoot;
    bytes32 saved;
    uint256 registers;
    uint256 sizes;
    uint256 lengths;
}

/// @notice The last three words of a record, unpacked. See `verifier/machine/record.ts` for what
/// each one is.
struct Registers {
    uint256 status;
    uint256 trapCode;
    uint256 pc;
    uint256 base;
    uint256 outcome;
    uint256 fuel;
    uint256 reserve;
    uint256 transactionFuel;
    uint256 sizes;
    uint256 inputLength;
    uint256 outputLength;
    uint256 outputStart;
    uint256 receiptCount;
}

uint256 constant MASK_32 = 0xffff_ffff;
uint256 constant MASK_48 = 0xffff_ffff_ffff;
uint256 constant MASK_64 = 0xffff_ffff_ffff_ffff;

/// @title Layout of the state record
/// @notice The twin of `verifier/machine/record.ts`. Nothing here can fail: every bit of a word
/// belongs to a field or makes a header invalid.
library MachineRecord {
    /// @notice Bytes of a record.
    uint256 internal constant LENGTH = 288;
    /// @notice The version of the machine that these contracts implement.
    uint256 internal constant VERSION = 1;
    /// @notice The greatest depth of any tree.
    uint256 internal constant MAX_DEPTH = 40;
    /// @notice The least depth of a region: one WebAssembly page.
    uint256 internal constant MIN_REGION_DEPTH = 11;
    /// @notice Where execution begins.
    uint256 internal constant ENTRY_PC = 1;
    /// @dev Bits of a header that no field has: 0 to 159, and 192 to 199.
    uint256 private constant UNUSED_HEADER_BITS = (0xff << 192) | ((1 << 160) - 1);

    /// @notice Reads the record at the beginning of a witness.
    function read(Record memory record, bytes calldata witness) internal pure {
        if (witness.length < LENGTH) revert IStepVerifier.TruncatedRecord(witness.length);
        // A record is nine words in a row, and that many bytes are there.
        assembly ("memory-safe") {
            calldatacopy(record, witness.offset, LENGTH)
        }
    }

    /// @notice The state root.
    function hash(Record memory record) internal pure returns (StateRoot root) {
        // A record is nine words in a row.
        assembly ("memory-safe") {
            root := keccak256(record, LENGTH)
        }
    }

    /// @notice The status register, without unpacking the others.
    function status(Record memory record) internal pure returns (uint256) {
        return record.registers >> 248;
    }

    /// @notice Changes status and trap code, and nothing else.
    function trapped(Record memory record, uint256 trap) internal pure {
        record.registers = (((Status.TRAPPED << 8) | trap) << 240) | ((record.registers << 16) >> 16);
    }

    /// @notice Unpacks the registers.
    function unpack(Record memory record, Registers memory r) internal pure {
        uint256 word = record.registers;
        uint256 lengths = record.lengths;
        r.status = word >> 248;
        r.trapCode = (word >> 240) & 0xff;
        r.pc = (word >> 208) & MASK_32;
        r.base = (word >> 176) & MASK_32;
        r.outcome = (word >> 128) & MASK_48;
        r.fuel = (word >> 64) & MASK_64;
        r.reserve = word & MASK_64;
        r.transactionFuel = lengths >> 192;
        r.sizes = record.sizes;
        r.inputLength = (lengths >> 144) & MASK_48;
        r.outputLength = (lengths >> 96) & MASK_48;
        r.outputStart = (lengths >> 48) & MASK_48;
        r.receiptCount = lengths & MASK_48;
    }

    /// @notice Packs the registers. Fields must be in range.
    function pack(Record memory record, Registers memory r) internal pure {
        record.registers =
            (r.status << 248) |
            (r.trapCode << 240) |
            (r.pc << 208) |
            (r.base << 176) |
            (r.outcome << 128) |
            (r.fuel << 64) |
            r.reserve;
        record.sizes = r.sizes;
        record.lengths =
            (r.transactionFuel << 192) |
            (r.inputLength << 144) |
            (r.outputLength << 96) |
            (r.outputStart << 48) |
            r.receiptCount;
    }

    /// @notice Whether a machine with this header can run.
    function isValidHeader(uint256 header) internal pure returns (bool) {
        uint256 bits = regionBits(header);
        // Depths and bits are bytes: no sum overflows.
        unchecked {
            return
                header >> 240 == VERSION &&
                header & UNUSED_HEADER_BITS == 0 &&
                codeDepth(header) <= MAX_DEPTH &&
                stackDepth(header) <= MAX_DEPTH &&
                memoryDepth(header) <= MAX_DEPTH &&
                cellsDepth(header) <= MAX_DEPTH &&
                bits >= 2 &&
                bits <= 8 &&
                memoryDepth(header) >= bits + MIN_REGION_DEPTH;
        }
    }

    /// @notice Depth of the code tree.
    function codeDepth(uint256 header) internal pure returns (uint256) {
        return (header >> 232) & 0xff;
    }

    /// @notice Depth of the stack tree.
    function stackDepth(uint256 header) internal pure returns (uint256) {
        return (header >> 224) & 0xff;
    }

    /// @notice Depth of the memory tree.
    function memoryDepth(uint256 header) internal pure returns (uint256) {
        return (header >> 216) & 0xff;
    }

    /// @notice Depth of the cells tree.
    function cellsDepth(uint256 header) internal pure returns (uint256) {
        return (header >> 208) & 0xff;
    }

    /// @notice How many top bits of a memory leaf index choose its region.
    function regionBits(uint256 header) internal pure returns (uint256) {
        return (header >> 200) & 0xff;
    }

    /// @notice Depth of the subtree of one region. The header must be valid.
    function regionDepth(uint256 header) internal pure returns (uint256) {
        // A valid header has the region bits within the memory's depth.
        unchecked {
            return memoryDepth(header) - regionBits(header);
        }
    }

    /// @notice Slots that frames may occupy.
    function slotLimit(uint256 header) internal pure returns (uint256) {
        return (header >> 160) & MASK_32;
    }
}
