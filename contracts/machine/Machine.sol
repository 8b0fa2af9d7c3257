// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {MASK_32, MachineRecord, Record, Registers} from "./MachineRecord.sol";
import {Trap} from "./Opcodes.sol";
import {Openings, Tree, Witness} from "./Openings.sol";
import {ZeroHashes} from "./ZeroHashes.sol";

/// @notice The working state of one step. A fault sticks: after the first, nothing more is opened
/// or changed, and reads give zero, so a handler needs no early exits and is total by construction.
/// The twin of `verifier/machine/machine.ts`.
/// @param trap Trap code of the first fault; 0 while there is none.
/// @param before The record before the step; its registers, sizes and lengths are written at the
/// end.
/// @param registers The registers that the step is writing.
/// @param saved The word `saved` that the step is writing: not zero while a checkpoint is open.
/// @param op Opcode of the instruction.
/// @param flags Flags of the instruction.
/// @param top Frame offset of the first free operand slot: the top operand lies at base + top - 1.
/// @param a First field of the instruction, u32.
/// @param b Second field of the instruction, u32.
/// @param imm Immediate of the instruction, u128.
/// @param witness What is left to read of the witness.
/// @param code The code tree.
/// @param stack The stack tree.
/// @param mem The memory tree.
/// @param cells The cells tree.
struct Machine {
    uint256 trap;
    Record before;
    Registers registers;
    bytes32 saved;
    uint256 op;
    uint256 flags;
    uint256 top;
    uint256 a;
    uint256 b;
    uint256 imm;
    Witness witness;
    Tree code;
    Tree stack;
    Tree mem;
    Tree cells;
}

using {
    start,
    fault,
    discard,
    writeBack,
    decode,
    lane,
    take,
    put,
    slot,
    operand,
    putSlot,
    pop,
    push,
    cut,
    next,
    jump
} for Machine global;

/// @notice Prepares a step of the record in `before`, which has a valid header.
/// @param position Where in the calldata the openings begin.
function start(Machine memory m, uint256 position) pure {
    Record memory record = m.before;
    uint256 header = record.header;
    MachineRecord.unpack(record, m.registers);
    m.saved = record.saved;
    m.witness.position = position;
    m.witness.zeros = ZeroHashes.load();
    Openings.initialize(m.code, record.codeRoot, MachineRecord.codeDepth(header));
    Openings.initialize(m.stack, record.stackRoot, MachineRecord.stackDepth(header));
    Openings.initialize(m.mem, record.memoryRoot, MachineRecord.memoryDepth(header));
    Openings.initialize(m.cells, record.cellsRoot, MachineRecord.cellsDepth(header));
}

/// @notice Undoes every change of this step to trees, registers and `saved`.
function discard(Machine memory m) pure {
    Record memory before = m.before;
    MachineRecord.unpack(before, m.registers);
    m.stack.root = before.stackRoot;
    m.mem.root = before.memoryRoot;
    m.cells.root = before.cellsRoot;
    m.saved = before.saved;
}

/// @notice Writes what the step changed into the record.
function writeBack(Machine memory m) pure {
    Record memory record = m.before;
    record.stackRoot = m.stack.root;
    record.memoryRoot = m.mem.root;
    record.cellsRoot = m.cells.root;
    record.saved = m.saved;
    MachineRecord.pack(record, m.registers);
}

/// @notice Reads the fields of an instruction word. Total.
function decode(Machine memory m, uint256 word) pure {
    m.op = word >> 240;
    m.flags = (word >> 224) & 0xffff;
    m.top = (word >> 192) & MASK_32;
    m.a = (word >> 160) & MASK_32;
    m.b = (word >> 128) & MASK_32;
    m.imm = word & type(uint128).max;
}

/// @notice The `k`-th u32 of the immediate, 0 most significant, 3 least.
function lane(Machine memory m, uint256 k) pure returns (uint256) {
    // Callers give literals up to 3.
    unchecked {
        return (m.imm >> (96 - 32 * k)) & MASK_32;
    }
}

/// @notice Records a fault; the first one decides the trap code.
function fault(Machine memory m, uint256 code) pure {
    if (m.trap == 0) m.trap = code;
}

/// @notice Opens a leaf; an index outside the tree is a fault.
function take(Machine memory m, Tree memory tree, uint256 index) pure returns (uint256) {
    if (m.trap != 0) return 0;
    if (index >> tree.depth != 0) {
        m.trap = Trap.INDEX;
        return 0;
    }
    return Openings.take(tree, m.witness, index);
}

/// @notice Replaces the leaf taken last from the tree.
function put(Machine memory m, Tree memory tree, uint256 value) pure {
    if (m.trap == 0) Openings.put(tree, bytes32(value));
}

/// @notice Opens the stack slot at a frame offset, which is negative if it is above 2^255.
function slot(Machine memory m, uint256 offset) pure returns (uint256) {
    // Base and offset have 32 bits and a sign: a sum below zero wraps to an index that lies outside
    // of every tree.
    unchecked {
        return m.take(m.stack, m.registers.base + offset);
    }
}

/// @notice Opens the `k`-th operand from the top, 0 being the top.
function operand(Machine memory m, uint256 k) pure returns (uint256) {
    // May wrap below zero, as `slot` expects.
    unchecked {
        return m.slot(m.top - 1 - k);
    }
}

/// @notice Replaces the stack slot taken last.
function putSlot(Machine memory m, uint256 value) pure {
    m.put(m.stack, value);
}

/// @notice Opens the `k`-th operand and clears its slot.
function pop(Machine memory m, uint256 k) pure returns (uint256 value) {
    value = m.operand(k);
    m.putSlot(0);
}

/// @notice Writes a value to the first free operand slot.
function push(Machine memory m, uint256 value) pure {
    m.slot(m.top);
    m.putSlot(value);
}

/// @notice Cuts the stack at a frame offset: the slot there gets the value, everything above
/// becomes zero.
function cut(Machine memory m, uint256 offset, uint256 value) pure {
    m.slot(offset);
    if (m.trap == 0) Openings.cut(m.stack, m.witness, value);
}

/// @notice Goes on with the next instruction word.
function next(Machine memory m) pure {
    // A u32 plus one.
    unchecked {
        m.jump((m.registers.pc + 1) & MASK_32);
    }
}

/// @notice Goes on at a pc, a u32.
function jump(Machine memory m, uint256 pc) pure {
    m.registers.pc = pc;
}
