// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Cursor} from "./Cursor.sol";
import {Machine} from "./Machine.sol";
import {MASK_32, MASK_48, MASK_64, MachineRecord, Registers} from "./MachineRecord.sol";
import {Memory} from "./Memory.sol";
import {Op, Outcome, Status, Trap} from "./Opcodes.sol";
import {Transaction} from "./Transaction.sol";

/// @title Host instructions
/// @notice The twin of `verifier/machine/host.ts`. The first group delimits transactions; the
/// others read the input, write the output and tell the fuel left. The topmost region holds the
/// input, the one below it the output, whose upper half holds one receipt a transaction.
/// @dev Unchecked: sums are of u64 at most, and cut to their field's width where the reference cuts
/// them.
library Host {
    /// @notice Executes opcodes from `checkpoint` to `output.append`.
    function execute(Machine memory m) internal pure {
        uint256 op = m.op;
        if (op == Op.CHECKPOINT) checkpoint(m);
        else if (op == Op.COMMIT) commit(m);
        else if (op == Op.LEAVE) abandon(m);
        else if (op == Op.YIELD) halt(m, Status.YIELDED);
        else if (op == Op.FINISH) halt(m, Status.FINISHED);
        else exchange(m, op);
    }

    /// @dev The instructions that go on with the next one.
    function exchange(Machine memory m, uint256 op) private pure {
        if (op == Op.RECEIPT) receipt(m);
        else if (op == Op.OUTCOME) m.push(m.registers.outcome);
        else if (op == Op.FUEL) m.push(m.registers.fuel);
        else if (op == Op.INPUT_LENGTH) m.push(m.registers.inputLength);
        else if (op == Op.INPUT_LOAD) inputLoad(m);
        else if (op == Op.INPUT_READ) inputRead(m);
        else if (op == Op.OUTPUT_WRITE) outputWrite(m);
        else if (op == Op.OUTPUT_APPEND) outputAppend(m);
        else m.fault(Trap.INVALID_INSTRUCTION);
        m.next();
    }

    function inputRegion(Machine memory m) private pure returns (uint256) {
        // At least four regions.
        unchecked {
            return (1 << MachineRecord.regionBits(m.before.header)) - 1;
        }
    }

    function outputRegion(Machine memory m) private pure returns (uint256) {
        // At least four regions.
        unchecked {
            return (1 << MachineRecord.regionBits(m.before.header)) - 2;
        }
    }

    /// @dev Operands: fuel (i64), keep (i32). Pops both, then saves what a failed transaction goes
    /// back to.
    function checkpoint(Machine memory m) private pure {
        if (Transaction.isOpen(m)) return m.fault(Trap.HOST);
        Registers memory r = m.registers;
        bool keep = m.pop(0) & MASK_32 != 0;
        uint256 asked = m.pop(1) & MASK_64;
        m.next();
        uint256 granted = asked < r.fuel ? asked : r.fuel;
        // `granted` is at most the fuel.
        unchecked {
            r.reserve = r.fuel - granted;
        }
        r.fuel = granted;
        r.transactionFuel = granted;
        r.outputStart = r.outputLength;
        r.outcome = 0;
        Transaction.save(m, keep);
    }

    /// @dev Ends the open transaction for good.
    function commit(Machine memory m) private pure {
        if (!Transaction.isOpen(m)) return m.fault(Trap.HOST);
        Registers memory r = m.registers;
        m.saved = 0;
        unchecked {
            r.transactionFuel = (r.transactionFuel - r.fuel) & MASK_64;
            r.fuel = (r.fuel + r.reserve) & MASK_64;
        }
        r.reserve = 0;
        r.outcome = Outcome.SUCCESS;
        m.next();
    }

    /// @dev Operands: code (i32), keep (i32). Ends the open transaction and restores its
    /// checkpoint.
    function abandon(Machine memory m) private pure {
        if (!Transaction.isOpen(m)) return m.fault(Trap.HOST);
        bool keep = m.operand(0) & MASK_32 != 0;
        uint256 code = m.operand(1) & MASK_32;
        if (m.trap != 0) return;
        Transaction.unwindTo(m, m.registers.fuel, (Outcome.LEFT << 32) | code, keep);
    }

    function halt(Machine memory m, uint256 status) private pure {
        if (Transaction.isOpen(m)) return m.fault(Trap.HOST);
        m.registers.status = status;
        m.next();
    }

    /// @dev Operand: the outcome to record (i64). Leaf: outcome at bit 192, start at 128, length at
    /// 64, fuel used at 0.
    function receipt(Machine memory m) private pure {
        if (Transaction.isOpen(m)) return m.fault(Trap.HOST);
        Registers memory r = m.registers;
        uint256 outcome = m.pop(0) & MASK_64;
        // A region has a depth of at least 11, and the count is below half of its leaves where it
        // is used.
        unchecked {
            uint256 half = 1 << (Memory.regionDepth(m) - 1);
            if (r.receiptCount >= half) return m.fault(Trap.OUTPUT_FULL);
            uint256 length = (r.outputLength - r.outputStart) & MASK_64;
            m.take(m.mem, outputRegion(m) * 2 * half + half + r.receiptCount);
            m.put(m.mem, (outcome << 192) | (r.outputStart << 128) | (length << 64) | r.transactionFuel);
            r.receiptCount += 1;
        }
        r.outputStart = r.outputLength;
        r.transactionFuel = 0;
    }

    /// @dev Operand: the address (i64).
    function inputLoad(Machine memory m) private pure {
        uint256 position = m.operand(0) & MASK_64;
        m.putSlot(Memory.swap(Memory.read(m, inputRegion(m), position, 8), 8));
    }

    /// @dev Operands: destination (i32), source (i64), length (i32); a `copyBytes` follows. imm:
    /// size index of the memory.
    function inputRead(Machine memory m) private pure {
        uint256 n = m.pop(0) & MASK_32;
        uint256 s = m.pop(1) & MASK_64;
        uint256 d = m.operand(2) & MASK_32;
        m.putSlot(Cursor.pack(d, s, n));
        uint256 target = Memory.size(m, m.lane(0));
        unchecked {
            if (d + n > target || s + n > m.registers.inputLength) m.fault(Trap.MEMORY_BOUNDS);
        }
    }

    /// @dev Operands: source (i32), length (i32); a `copyBytes` follows. imm: size index of the
    /// memory.
    function outputWrite(Machine memory m) private pure {
        uint256 n = m.pop(0) & MASK_32;
        uint256 s = m.operand(1) & MASK_32;
        uint256 d = reserveOutput(m, n);
        m.putSlot(Cursor.pack(d, s, n));
        unchecked {
            if (s + n > Memory.size(m, m.lane(0))) m.fault(Trap.MEMORY_BOUNDS);
        }
    }

    /// @dev Operand: the value (i64), written little-endian.
    function outputAppend(Machine memory m) private pure {
        uint256 value = m.pop(0);
        uint256 position = reserveOutput(m, 8);
        Memory.write(m, outputRegion(m), position, 8, Memory.swap(value, 8));
    }

    /// @dev Moves the end of the output by `count` bytes and gives the old one. The lower half of
    /// the region holds bytes.
    function reserveOutput(Machine memory m, uint256 count) private pure returns (uint256 position) {
        position = m.registers.outputLength;
        unchecked {
            if (position + count > 1 << (Memory.regionDepth(m) + 4)) m.fault(Trap.OUTPUT_FULL);
            m.registers.outputLength = (position + count) & MASK_48;
        }
    }
}
