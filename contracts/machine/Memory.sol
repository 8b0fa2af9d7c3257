// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Machine} from "./Machine.sol";
import {MASK_32, MASK_64, MachineRecord} from "./MachineRecord.sol";
import {Op, Shape, Trap} from "./Opcodes.sol";

/// @title Memory instructions (WebAssembly core specification, section 4.4.7): little-endian values
/// over 32-byte leaves
/// @notice The twin of `verifier/machine/memory.ts`. In a leaf, byte 0 is the most significant.
/// @dev Unchecked: addresses and lengths are below 2^66 everywhere, pages below 2^64 and regions
/// below 2^32, so that no sum or product of them comes near 2^256.
library Memory {
    /// @notice Bytes of a WebAssembly page.
    uint256 internal constant PAGE_BYTES = 65_536;

    /// @dev Bits of a byte of {Shape-MEMORY}.
    uint256 private constant SHAPE_BYTES = 0x1f;
    uint256 private constant SHAPE_SIGNED = 0x20;
    uint256 private constant SHAPE_WIDE = 0x40;
    uint256 private constant SHAPE_STORE = 0x80;

    /// @notice Executes loads, stores, memory.size and memory.grow. `a` is the region, `b` the size
    /// index.
    function execute(Machine memory m) internal pure {
        uint256 shape = shapeOf(m.op);
        if (shape & SHAPE_STORE != 0) store(m, shape & SHAPE_BYTES);
        else if (shape != 0) load(m, shape);
        else if (m.op == Op.MEMORY_SIZE) m.push(pages(m, m.b) & MASK_32);
        else if (m.op == Op.MEMORY_GROW) grow(m);
        else m.fault(Trap.INVALID_INSTRUCTION);
        m.next();
    }

    /// @notice The size in pages of the memory with this size index: 0 to 3 in the record, others
    /// in a cell.
    function pages(Machine memory m, uint256 sizeIndex) internal pure returns (uint256) {
        if (sizeIndex >= 4) return m.take(m.cells, sizeIndex) & MASK_64;
        // The index is below 4.
        unchecked {
            return (m.registers.sizes >> (192 - 64 * sizeIndex)) & MASK_64;
        }
    }

    /// @notice The size in bytes of the memory with this size index.
    function size(Machine memory m, uint256 sizeIndex) internal pure returns (uint256) {
        unchecked {
            return pages(m, sizeIndex) * PAGE_BYTES;
        }
    }

    /// @notice Depth of the subtree of one region.
    function regionDepth(Machine memory m) internal pure returns (uint256) {
        return MachineRecord.regionDepth(m.before.header);
    }

    /// @notice Leaf index of a byte address in a region; an address beyond the region is a fault.
    function leafIndex(Machine memory m, uint256 region, uint256 position) internal pure returns (uint256) {
        uint256 depth = regionDepth(m);
        uint256 chunk = position >> 5;
        if (region >> MachineRecord.regionBits(m.before.header) != 0 || chunk >> depth != 0) {
            m.fault(Trap.MEMORY_BOUNDS);
            return 0;
        }
        return (region << depth) | chunk;
    }

    /// @notice `count` (at most 32) bytes at an address as one integer, the first byte most
    /// significant. Opens one or two leaves.
    function read(Machine memory m, uint256 region, uint256 position, uint256 count) internal pure returns (uint256) {
        unchecked {
            uint256 end = (position & 31) + count;
            uint256 first = m.take(m.mem, leafIndex(m, region, position));
            if (end <= 32) return (first >> (8 * (32 - end))) & ones(count);
            uint256 second = m.take(m.mem, leafIndex(m, region, position + count - 1));
            return ((first << (8 * (end - 32))) | (second >> (8 * (64 - end)))) & ones(count);
        }
    }

    /// @notice Writes what {read} would read. Opens one or two leaves, each changed at once.
    function write(Machine memory m, uint256 region, uint256 position, uint256 count, uint256 value) internal pure {
        unchecked {
            uint256 end = (position & 31) + count;
            uint256 mask = ones(count);
            value &= mask;
            uint256 first = m.take(m.mem, leafIndex(m, region, position));
            if (end <= 32) {
                uint256 room = 8 * (32 - end);
                m.put(m.mem, (first & ~(mask << room)) | (value << room));
                return;
            }
            uint256 over = 8 * (end - 32);
            m.put(m.mem, (first & ~(mask >> over)) | (value >> over));
            uint256 second = m.take(m.mem, leafIndex(m, region, position + count - 1));
            m.put(m.mem, (second & ~(mask << (256 - over))) | (value << (256 - over)));
        }
    }

    /// @notice A mask of `count` bytes, at most 32.
    function ones(uint256 count) internal pure returns (uint256) {
        // A shift by 256 gives zero, and zero minus one every bit.
        unchecked {
            return (1 << (8 * count)) - 1;
        }
    }

    /// @notice Reverses the order of the lowest `count` (at most 8) bytes.
    function swap(uint256 value, uint256 count) internal pure returns (uint256) {
        value = ((value >> 8) & 0x00ff00ff00ff00ff) | ((value & 0x00ff00ff00ff00ff) << 8);
        value = ((value >> 16) & 0x0000ffff0000ffff) | ((value & 0x0000ffff0000ffff) << 16);
        value = ((value >> 32) & 0x00000000ffffffff) | ((value & 0x00000000ffffffff) << 32);
        // All eight bytes are reversed, the lowest ones have become the highest.
        unchecked {
            return value >> (64 - 8 * count);
        }
    }

    /// @dev The byte of {Shape-MEMORY} of an opcode; zero for what is neither a load nor a store.
    function shapeOf(uint256 op) private pure returns (uint256) {
        // An opcode below the first load wraps to a shift beyond the table, which gives zero.
        unchecked {
            return (Shape.MEMORY >> (8 * (op - Op.I32_LOAD))) & 0xff;
        }
    }

    function load(Machine memory m, uint256 shape) private pure {
        uint256 count = shape & SHAPE_BYTES;
        uint256 position = effectiveAddress(m, 0, count);
        uint256 raw = swap(read(m, m.a, position, count), count);
        if (shape & SHAPE_SIGNED != 0) {
            uint256 width = shape & SHAPE_WIDE != 0 ? MASK_64 : MASK_32;
            // `count` is at least 1. Extends the sign from the highest byte that was read.
            assembly ("memory-safe") {
                raw := and(signextend(sub(count, 1), raw), width)
            }
        }
        m.putSlot(raw);
    }

    function store(Machine memory m, uint256 count) private pure {
        uint256 value = m.pop(0);
        uint256 position = effectiveAddress(m, 1, count);
        m.putSlot(0);
        write(m, m.a, position, count, swap(value, count));
    }

    /// @dev Operand `k` plus the offset in the upper half of the immediate, checked against the
    /// memory's size.
    function effectiveAddress(Machine memory m, uint256 k, uint256 count) private pure returns (uint256 position) {
        unchecked {
            position = (m.operand(k) & MASK_32) + (m.imm >> 64);
            if (position + count > size(m, m.b)) m.fault(Trap.MEMORY_BOUNDS);
        }
    }

    /// @dev The upper half of the immediate is the greatest size in pages. New pages are zero
    /// already.
    function grow(Machine memory m) private pure {
        uint256 sizeIndex = m.b;
        uint256 delta = m.operand(0) & MASK_32;
        uint256 old = pages(m, sizeIndex);
        unchecked {
            uint256 grown = old + delta;
            if (grown > m.imm >> 64) return m.putSlot(MASK_32);
            m.putSlot(old & MASK_32);
            if (sizeIndex >= 4) return m.put(m.cells, grown & MASK_64);
            uint256 shift = 192 - 64 * sizeIndex;
            m.registers.sizes = (m.registers.sizes & ~(MASK_64 << shift)) | ((grown & MASK_64) << shift);
        }
    }
}
