// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Machine} from "./Machine.sol";
import {MASK_32, MachineRecord} from "./MachineRecord.sol";
import {Flag, Op, Trap} from "./Opcodes.sol";

/// @title Control instructions (WebAssembly core specification, section 4.4.8), on code that is
/// already flat
/// @notice The twin of `verifier/machine/control.ts`.
library Control {
    /// @dev Tag of a function reference. A reference has 64 bits: tag u2, type id u14, frame size
    /// u16, entry pc u32.
    uint256 private constant FUNCTION_TAG = 1;

    /// @notice Executes opcodes up to `call_indirect`.
    function execute(Machine memory m) internal pure {
        uint256 op = m.op;
        if (op == Op.NOP) m.next();
        else if (op == Op.IF) branchIfZero(m);
        else if (op == Op.BR) branch(m, 0);
        else if (op == Op.BR_IF) branchIf(m);
        else if (op == Op.BR_TABLE) branchTable(m);
        else if (op == Op.RETURN) leaveFrame(m);
        else if (op == Op.CALL) enter(m, m.top, m.a, m.lane(0));
        else if (op == Op.CALL_INDIRECT) callIndirect(m);
        else if (op == Op.UNREACHABLE) m.fault(Trap.UNREACHABLE);
        else m.fault(Trap.INVALID_INSTRUCTION);
    }

    function branchIfZero(Machine memory m) private pure {
        if (m.pop(0) & MASK_32 == 0) m.jump(m.a);
        else m.next();
    }

    /// @dev Jumps to `a`; unless the stack stays, cuts it at `b`, carrying the operand below `skip`
    /// others down if asked to.
    function branch(Machine memory m, uint256 skip) private pure {
        if (m.flags & Flag.KEEP == 0) {
            uint256 value = m.flags & Flag.CARRY != 0 ? m.operand(skip) : 0;
            m.cut(m.b, value);
        }
        m.jump(m.a);
    }

    function branchIf(Machine memory m) private pure {
        bool taken = m.operand(0) & MASK_32 != 0;
        if (!taken || m.flags & Flag.KEEP != 0) m.putSlot(0);
        if (taken) branch(m, 1);
        else m.next();
    }

    /// @dev Jumps to pc + 1 + min(i, a), where one `br` stands an entry.
    function branchTable(Machine memory m) private pure {
        uint256 i = m.pop(0) & MASK_32;
        uint256 entry = i < m.a ? i : m.a;
        // A sum of two u32 and one.
        unchecked {
            m.jump((m.registers.pc + 1 + entry) & MASK_32);
        }
    }

    /// @dev The return address lies at `a`; the stack is cut at `b`, with the top operand carried
    /// down if asked to.
    function leaveFrame(Machine memory m) private pure {
        uint256 value = m.flags & Flag.CARRY != 0 ? m.operand(0) : 0;
        uint256 back = m.slot(m.a);
        m.cut(m.b, value);
        m.jump((back >> 32) & MASK_32);
        m.registers.base = back & MASK_32;
    }

    /// @dev The callee's arguments, `b` of them, are the operands below the return address.
    /// @param returnSlot Frame offset, in the caller's frame, of the slot for the return address.
    /// @param frame Slots of the callee's frame.
    function enter(Machine memory m, uint256 returnSlot, uint256 entry, uint256 frame) private pure {
        uint256 base = m.registers.base;
        // All have 32 bits, but that `returnSlot` may be -1: a sum below zero wraps to one above
        // 2^255.
        unchecked {
            uint256 calleeBase = base + returnSlot - m.b;
            if (calleeBase >> 255 != 0) return m.fault(Trap.INDEX);
            if (calleeBase + frame > MachineRecord.slotLimit(m.before.header)) return m.fault(Trap.STACK_EXHAUSTED);
            m.slot(returnSlot);
            m.putSlot((((m.registers.pc + 1) & MASK_32) << 32) | base);
            m.jump(entry);
            m.registers.base = calleeBase;
        }
    }

    /// @dev imm: type id, table capacity, size cell; `a` is the table's first cell. The element
    /// index lies in the return slot.
    function callIndirect(Machine memory m) private pure {
        uint256 i = m.operand(0) & MASK_32;
        if (i >= m.lane(1)) return m.fault(Trap.UNDEFINED_ELEMENT);
        // Sums and differences of u32; `top` - 1 may wrap below zero, as `enter` expects.
        unchecked {
            uint256 leaf = m.take(m.cells, m.a + i);
            if (leaf == 0) {
                uint256 size = m.take(m.cells, m.lane(2)) & MASK_32;
                return m.fault(i < size ? Trap.UNINITIALIZED_ELEMENT : Trap.UNDEFINED_ELEMENT);
            }
            if ((leaf >> 62) & 3 != FUNCTION_TAG || (leaf >> 48) & 0x3fff != m.lane(0)) {
                return m.fault(Trap.INDIRECT_CALL_TYPE);
            }
            enter(m, m.top - 1, leaf & MASK_32, (leaf >> 32) & 0xffff);
        }
    }
}
