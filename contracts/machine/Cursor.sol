// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Machine} from "./Machine.sol";
import {MASK_32, MASK_64} from "./MachineRecord.sol";

/// @title The cursor of a bulk instruction
/// @notice The twin of `verifier/machine/cursor.ts`: one stack slot that a check leaves and its
/// restartable move works on, a leaf of the source and one of the destination a step, until nothing
/// is left. n at bit 128, s at 64, d at 0, u64 each. Copies run forward if d ≤ s, else from the
/// end.
library Cursor {
    /// @notice Packs a cursor, each field taken modulo 2^64.
    function pack(uint256 d, uint256 s, uint256 n) internal pure returns (uint256) {
        return ((n & MASK_64) << 128) | ((s & MASK_64) << 64) | (d & MASK_64);
    }

    /// @notice Opens the cursor on top of the stack.
    function open(Machine memory m) internal pure returns (uint256 d, uint256 s, uint256 n) {
        uint256 leaf = m.operand(0);
        return (leaf & MASK_64, (leaf >> 64) & MASK_64, (leaf >> 128) & MASK_64);
    }

    /// @notice Pops n and s, replaces d by the cursor.
    /// @param origin Start of a segment, u64, which the cursor's `s` is moved by.
    /// @param mask Bits of `s` that count, u64.
    function packOperands(
        Machine memory m,
        uint256 origin,
        uint256 mask
    ) internal pure returns (uint256 d, uint256 s, uint256 n) {
        n = m.pop(0) & MASK_32;
        s = m.pop(1) & mask;
        d = m.operand(2) & MASK_32;
        // A sum of two u64.
        unchecked {
            m.putSlot(pack(d, s + origin, n));
        }
    }

    /// @notice Writes the cursor back; at zero pops it and goes on.
    function advance(Machine memory m, uint256 d, uint256 s, uint256 n) internal pure {
        m.putSlot(n == 0 ? 0 : pack(d, s, n));
        if (n == 0) m.next();
    }
}
