// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Cursor} from "./Cursor.sol";
import {Machine} from "./Machine.sol";
import {MASK_32, MASK_64} from "./MachineRecord.sol";
import {Op, Trap} from "./Opcodes.sol";

/// @title Table instructions (WebAssembly core specification, section 4.4.6)
/// @notice The twin of `verifier/machine/table.ts`. A table is a run of cells; elements beyond its
/// size are always null.
/// @dev Unchecked: sums of cursor fields, cells and u32 stay below 2^66; differences are taken of
/// what was compared before.
library Table {
    /// @notice Executes table.get and table.set, the checks of the other table instructions, their
    /// moves, and elem.drop.
    function execute(Machine memory m) internal pure {
        uint256 op = m.op;
        if (op == Op.COPY_CELLS) return copyCells(m);
        if (op == Op.FILL_CELLS) return fillCells(m);
        if (op == Op.TABLE_GET) get(m);
        else if (op == Op.TABLE_SET) set(m);
        else if (op == Op.TABLE_COPY || op == Op.TABLE_INIT) checkCopy(m);
        else if (op == Op.TABLE_FILL) checkFill(m);
        else if (op == Op.TABLE_GROW) grow(m);
        else if (op == Op.ELEM_DROP) drop(m);
        else m.fault(Trap.INVALID_INSTRUCTION);
        m.next();
    }

    /// @dev Opens the cell of the element with this index, a u32; outside the table it is a fault.
    /// imm: lane 2 is the size cell.
    function element(Machine memory m, uint256 index) private pure returns (uint256) {
        uint256 size = m.take(m.cells, m.lane(2)) & MASK_32;
        if (index >= size) m.fault(Trap.TABLE_BOUNDS);
        unchecked {
            return m.take(m.cells, m.a + index);
        }
    }

    function get(Machine memory m) private pure {
        uint256 index = m.operand(0) & MASK_32;
        m.putSlot(element(m, index));
    }

    function set(Machine memory m) private pure {
        uint256 value = m.pop(0);
        uint256 index = m.pop(1) & MASK_32;
        element(m, index);
        m.put(m.cells, value);
    }

    /// @dev imm: size cell of the destination, size cell of the source.
    function checkCopy(Machine memory m) private pure {
        (uint256 d, uint256 s, uint256 n) = Cursor.packOperands(m, 0, MASK_32);
        uint256 target = m.take(m.cells, m.lane(0)) & MASK_32;
        uint256 source = m.take(m.cells, m.lane(1)) & MASK_32;
        unchecked {
            if (d + n > target || s + n > source) m.fault(Trap.TABLE_BOUNDS);
        }
    }

    /// @dev imm: size cell. The cursor's `s` is the value.
    function checkFill(Machine memory m) private pure {
        (uint256 d, , uint256 n) = Cursor.packOperands(m, 0, MASK_64);
        uint256 size = m.take(m.cells, m.lane(0)) & MASK_32;
        unchecked {
            if (d + n > size) m.fault(Trap.TABLE_BOUNDS);
        }
    }

    /// @dev Operands: value, count. Leaves the old size, or 2^32 - 1 if the table cannot grow, and
    /// above it the cursor of the fill. imm: size cell, greatest size.
    function grow(Machine memory m) private pure {
        uint256 count = m.operand(0) & MASK_32;
        uint256 size = m.take(m.cells, m.lane(0)) & MASK_32;
        bool fits;
        unchecked {
            fits = size + count <= m.lane(1);
            if (fits) m.put(m.cells, size + count);
        }
        uint256 value = m.operand(1);
        m.putSlot(fits ? size : MASK_32);
        m.operand(0);
        m.putSlot(Cursor.pack(size, value, fits ? count : 0));
    }

    /// @dev A dropped segment has size zero.
    function drop(Machine memory m) private pure {
        m.take(m.cells, m.a);
        m.put(m.cells, 0);
    }

    /// @dev Moves one cell from `b` + s to `a` + d.
    function copyCells(Machine memory m) private pure {
        (uint256 d, uint256 s, uint256 n) = Cursor.open(m);
        if (n == 0) return Cursor.advance(m, d, s, n);
        unchecked {
            bool forward = d <= s;
            uint256 last = forward ? 0 : n - 1;
            uint256 value = m.take(m.cells, m.b + s + last);
            m.take(m.cells, m.a + d + last);
            m.put(m.cells, value);
            if (forward) Cursor.advance(m, d + 1, s + 1, n - 1);
            else Cursor.advance(m, d, s, n - 1);
        }
    }

    /// @dev Writes one cell at `a` + d; the cursor's `s` is the value.
    function fillCells(Machine memory m) private pure {
        (uint256 d, uint256 s, uint256 n) = Cursor.open(m);
        if (n == 0) return Cursor.advance(m, d, s, n);
        unchecked {
            m.take(m.cells, m.a + d);
            m.put(m.cells, s);
            Cursor.advance(m, d + 1, s, n - 1);
        }
    }
}
