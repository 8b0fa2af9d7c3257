// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Cursor} from "./Cursor.sol";
import {Machine} from "./Machine.sol";
import {MASK_32, MASK_64} from "./MachineRecord.sol";
import {Memory} from "./Memory.sol";
import {Op, Trap} from "./Opcodes.sol";

/// @title Bulk instructions on bytes (WebAssembly core specification, section 4.4.7)
/// @notice The twin of `verifier/machine/bulk.ts`. A check tests bounds before anything is written
/// and packs its operands into a {Cursor}; a restartable move then stays at its pc, touches one
/// source and one destination leaf a step, and pops the cursor at zero.
/// @dev Unchecked: sums of cursor fields, offsets and u32 stay below 2^66; differences are taken of
/// what was compared before.
library Bulk {
    /// @notice Executes the checks, the moves and data.drop.
    function execute(Machine memory m) internal pure {
        uint256 op = m.op;
        if (op == Op.COPY_BYTES) return copyBytes(m);
        if (op == Op.FILL_BYTES) return fillBytes(m);
        if (op == Op.MEMORY_COPY || op == Op.MEMORY_INIT || op == Op.MEMORY_FILL) checkBytes(m);
        else if (op == Op.DATA_DROP) drop(m);
        else m.fault(Trap.INVALID_INSTRUCTION);
        m.next();
    }

    /// @dev imm: size index of the destination; copy: size index of the source; init: size cell,
    /// and the segment's start (u64).
    function checkBytes(Machine memory m) private pure {
        uint256 op = m.op;
        uint256 origin = op == Op.MEMORY_INIT ? m.imm & MASK_64 : 0;
        (uint256 d, uint256 s, uint256 n) = Cursor.packOperands(m, origin, MASK_32);
        uint256 target = Memory.size(m, m.lane(0));
        uint256 source = MASK_64;
        if (op == Op.MEMORY_COPY) source = Memory.size(m, m.lane(1));
        else if (op == Op.MEMORY_INIT) source = m.take(m.cells, m.lane(1)) & MASK_64;
        unchecked {
            if (d + n > target || s + n > source) m.fault(Trap.MEMORY_BOUNDS);
        }
    }

    /// @dev A dropped segment has size zero.
    function drop(Machine memory m) private pure {
        m.take(m.cells, m.a);
        m.put(m.cells, 0);
    }

    /// @dev Moves up to the nearest leaf boundary of either side from region `b` to region `a`.
    function copyBytes(Machine memory m) private pure {
        (uint256 d, uint256 s, uint256 n) = Cursor.open(m);
        if (n == 0) return Cursor.advance(m, d, s, n);
        unchecked {
            bool forward = d <= s;
            uint256 k =
                forward ? least(32 - (d & 31), 32 - (s & 31)) : least(((d + n - 1) & 31) + 1, ((s + n - 1) & 31) + 1);
            k = least(n, k);
            // From the end, the piece lies after what is left.
            uint256 behind = forward ? 0 : n - k;
            uint256 from = s + behind;
            uint256 source = m.take(m.mem, Memory.leafIndex(m, m.b, from));
            uint256 piece = (source >> (8 * (32 - (from & 31) - k))) & Memory.ones(k);
            place(m, d + behind, k, piece);
            if (forward) Cursor.advance(m, d + k, s + k, n - k);
            else Cursor.advance(m, d, s, n - k);
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
        (uint256 d, uint256 s, uint256 n) = Cursor.open(m);
        if (n == 0) return Cursor.advance(m, d, s, n);
        unchecked {
            uint256 k = least(n, 32 - (d & 31));
            // 0x0101…01 of `k` bytes; the product has `k` bytes.
            place(m, d, k, (s & 0xff) * (Memory.ones(k) / 0xff));
            Cursor.advance(m, d + k, s, n - k);
        }
    }

    function least(uint256 x, uint256 y) private pure returns (uint256) {
        return x < y ? x : y;
    }
}
