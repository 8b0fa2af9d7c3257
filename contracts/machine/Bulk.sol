// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Machine} from "./Machine.sol";
import {MASK_32, MASK_64} from "./MachineRecord.sol";
import {Memory} from "./Memory.sol";
import {Op, Trap} from "./Opcodes.sol";

/// @title Bulk instructions
/// @notice The twin of `verifier/machine/bulk.ts`. A check tests bounds before anything is written and packs its operands
/// into one cursor slot; a restartable move then stays at its pc, touches one source and one destination leaf a step, and
/// pops the cursor at zero. Cursor: n at bit 128, s at 64, d at 0, u64 each. Copies run forward if d ≤ s, else from the end.
/// Sums of cursor fields, offsets and u32 stay below 2^66; differences are taken of what was compared before.
library Bulk {
    /// @notice Executes the checks, the moves and the drops of segments.
    function execute(Machine memory m) internal pure {
        uint256 op = m.op;
        if (op == Op.COPY_BYTES) return copyBytes(m);
        if (op == Op.FILL_BYTES) return fillBytes(m);
        if (op == Op.COPY_CELLS) return copyCells(m);
        if (op == Op.MEMORY_COPY || op == Op.MEMORY_INIT || op == Op.MEMORY_FILL) checkBytes(m);
        else if (op == Op.TABLE_COPY || op == Op.TABLE_INIT) checkCells(m);
        else if (op == Op.DATA_DROP || op == Op.ELEM_DROP) drop(m);
        else m.fault(Trap.INVALID_INSTRUCTION);
        m.next();
    }

    /// @notice Packs a cursor, each field taken modulo 2^64.
    function pack(uint256 d, uint256 s, uint256 n) internal pure returns (uint256) {
        return ((n & MASK_64) << 128) | ((s & MASK_64) << 64) | (d & MASK_64);
    }

    /// @dev Opens the cursor on top of the stack.
    function cursor(Machine memory m) private pure returns (uint256 d, uint256 s, uint256 n) {
        uint256 leaf = m.operand(0);
        return (leaf & MASK_64, (leaf >> 64) & MASK_64, (leaf >> 128) & MASK_64);
    }

    /// @dev Writes the cursor back; at zero pops it and goes on.
    function advance(Machine memory m, uint256 d, uint256 s, uint256 n) private pure {
        m.putSlot(n == 0 ? 0 : pack(d, s, n));
        if (n == 0) m.next();
    }

    /// @dev Pops n and s, replaces d by the cursor; `s` is moved by `origin`, the start of a segment.
    function packOperands(Machine memory m, uint256 origin) private pure returns (uint256 d, uint256 s, uint256 n) {
        n = m.pop(0) & MASK_32;
        s = m.pop(1) & MASK_32;
        d = m.operand(2) & MASK_32;
        unchecked {
            m.putSlot(pack(d, s + origin, n));
        }
    }

    /// @dev imm: size index of the destination; copy: size index of the source; init: size cell, and the segment's start
    /// (u64).
    function checkBytes(Machine memory m) private pure {
        uint256 op = m.op;
        uint256 origin = op == Op.MEMORY_INIT ? m.imm & MASK_64 : 0;
        (uint256 d, uint256 s, uint256 n) = packOperands(m, origin);
        uint256 target = Memory.size(m, m.lane(0));
        uint256 source = MASK_64;
        if (op == Op.MEMORY_COPY) source = Memory.size(m, m.lane(1));
        else if (op == Op.MEMORY_INIT) source = m.take(m.cells, m.lane(1)) & MASK_64;
        unchecked {
            if (d + n > target || s + n > source) m.fault(Trap.MEMORY_BOUNDS);
        }
    }

    /// @dev imm: size cell of the destination, size cell of the source.
    function checkCells(Machine memory m) private pure {
        (uint256 d, uint256 s, uint256 n) = packOperands(m, 0);
        uint256 target = m.take(m.cells, m.lane(0)) & MASK_32;
        uint256 source = m.take(m.cells, m.lane(1)) & MASK_32;
        unchecked {
            if (d + n > target || s + n > source) m.fault(Trap.TABLE_BOUNDS);
        }
    }

    /// @dev A dropped segment has size zero.
    function drop(Machine memory m) private pure {
        m.take(m.cells, m.a);
        m.put(m.cells, 0);
    }

    /// @dev Moves up to the nearest leaf boundary of either side from region `b` to region `a`.
    function copyBytes(Machine memory m) private pure {
        (uint256 d, uint256 s, uint256 n) = cursor(m);
        if (n == 0) return advance(m, d, s, n);
        unchecked {
            bool forward = d <= s;
            uint256 k =
                forward ? least(32 - (d & 31), 32 - (s & 31)) : least(((d + n - 1) & 31) + 1, ((s + n - 1) & 31) + 1);
            k = least(n, k);
            // From the end, the piece lies behind what is left.
            uint256 behind = forward ? 0 : n - k;
            uint256 from = s + behind;
            uint256 source = m.take(m.mem, Memory.leafIndex(m, m.b, from));
            uint256 piece = (source >> (8 * (32 - (from & 31) - k))) & Memory.ones(k);
            place(m, d + behind, k, piece);
            if (forward) advance(m, d + k, s + k, n - k);
            else advance(m, d, s, n - k);
        }
    }

    /// @dev Replaces `count` bytes inside one leaf of region `a`.
    function place(Machine memory m, uint256 position, uint256 count, uint256 piece) private pure {
        uint256 leaf = m.take(m.mem, Memory.leafIndex(m, m.a, position));
        unchecked {
            uint256 shift = 8 * (32 - (position & 31) - count);
            m.put(m.mem, (leaf & ~(Memory.ones(count) << shift)) | (piece << shift));
        }
    }

    /// @dev The cursor's `s` is the byte to fill with; `a` is the region.
    function fillBytes(Machine memory m) private pure {
        (uint256 d, uint256 s, uint256 n) = cursor(m);
        if (n == 0) return advance(m, d, s, n);
        unchecked {
            uint256 k = least(n, 32 - (d & 31));
            // 0x0101…01 of `k` bytes; the product has `k` bytes.
            place(m, d, k, (s & 0xff) * (Memory.ones(k) / 0xff));
            advance(m, d + k, s, n - k);
        }
    }

    /// @dev Moves one cell from `b` + s to `a` + d.
    function copyCells(Machine memory m) private pure {
        (uint256 d, uint256 s, uint256 n) = cursor(m);
        if (n == 0) return advance(m, d, s, n);
        unchecked {
            bool forward = d <= s;
            uint256 last = forward ? 0 : n - 1;
            uint256 value = m.take(m.cells, m.b + s + last);
            m.take(m.cells, m.a + d + last);
            m.put(m.cells, value);
            if (forward) advance(m, d + 1, s + 1, n - 1);
            else advance(m, d, s, n - 1);
        }
    }

    function least(uint256 x, uint256 y) private pure returns (uint256) {
        return x < y ? x : y;
    }
}
