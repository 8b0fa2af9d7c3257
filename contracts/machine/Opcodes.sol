// SPDX-License-Identifier: MIT
// Generated from verifier/instructions/table.ts by scripts/generate-opcodes.ts.
// One table, one file: the libraries below hold nothing but its constants.
// solhint-disable one-contract-per-file
pragma solidity 0.8.35;

/// @notice Opcodes of control, stack, memory, cells and host instructions.
library Op {
    uint256 internal constant UNREACHABLE = 0x0000;
    uint256 internal constant NOP = 0x0001;
    uint256 internal constant IF = 0x0004;
    uint256 internal constant BR = 0x000c;
    uint256 internal constant BR_IF = 0x000d;
    uint256 internal constant BR_TABLE = 0x000e;
    uint256 internal constant RETURN = 0x000f;
    uint256 internal constant CALL = 0x0010;
    uint256 internal constant CALL_INDIRECT = 0x0011;
    uint256 internal constant DROP = 0x001a;
    uint256 internal constant SELECT = 0x001b;
    uint256 internal constant LOCAL_GET = 0x0020;
    uint256 internal constant LOCAL_SET = 0x0021;
    uint256 internal constant LOCAL_TEE = 0x0022;
    uint256 internal constant GLOBAL_GET = 0x0023;
    uint256 internal constant GLOBAL_SET = 0x0024;
    uint256 internal constant TABLE_GET = 0x0025;
    uint256 internal constant TABLE_SET = 0x0026;
    uint256 internal constant I32_LOAD = 0x0028;
    uint256 internal constant I64_LOAD = 0x0029;
    uint256 internal constant F32_LOAD = 0x002a;
    uint256 internal constant F64_LOAD = 0x002b;
    uint256 internal constant I32_LOAD8_S = 0x002c;
    uint256 internal constant I32_LOAD8_U = 0x002d;
    uint256 internal constant I32_LOAD16_S = 0x002e;
    uint256 internal constant I32_LOAD16_U = 0x002f;
    uint256 internal constant I64_LOAD8_S = 0x0030;
    uint256 internal constant I64_LOAD8_U = 0x0031;
    uint256 internal constant I64_LOAD16_S = 0x0032;
    uint256 internal constant I64_LOAD16_U = 0x0033;
    uint256 internal constant I64_LOAD32_S = 0x0034;
    uint256 internal constant I64_LOAD32_U = 0x0035;
    uint256 internal constant I32_STORE = 0x0036;
    uint256 internal constant I64_STORE = 0x0037;
    uint256 internal constant F32_STORE = 0x0038;
    uint256 internal constant F64_STORE = 0x0039;
    uint256 internal constant I32_STORE8 = 0x003a;
    uint256 internal constant I32_STORE16 = 0x003b;
    uint256 internal constant I64_STORE8 = 0x003c;
    uint256 internal constant I64_STORE16 = 0x003d;
    uint256 internal constant I64_STORE32 = 0x003e;
    uint256 internal constant MEMORY_SIZE = 0x003f;
    uint256 internal constant MEMORY_GROW = 0x0040;
    uint256 internal constant I32_CONST = 0x0041;
    uint256 internal constant I64_CONST = 0x0042;
    uint256 internal constant F32_CONST = 0x0043;
    uint256 internal constant F64_CONST = 0x0044;
    uint256 internal constant MEMORY_INIT = 0xfc08;
    uint256 internal constant DATA_DROP = 0xfc09;
    uint256 internal constant MEMORY_COPY = 0xfc0a;
    uint256 internal constant MEMORY_FILL = 0xfc0b;
    uint256 internal constant TABLE_INIT = 0xfc0c;
    uint256 internal constant ELEM_DROP = 0xfc0d;
    uint256 internal constant TABLE_COPY = 0xfc0e;
    uint256 internal constant TABLE_GROW = 0xfc0f;
    uint256 internal constant TABLE_FILL = 0xfc11;
    uint256 internal constant MOVE = 0xf000;
    uint256 internal constant COPY_BYTES = 0xf001;
    uint256 internal constant FILL_BYTES = 0xf002;
    uint256 internal constant COPY_CELLS = 0xf003;
    uint256 internal constant FILL_CELLS = 0xf004;
    uint256 internal constant CHECKPOINT = 0xf100;
    uint256 internal constant COMMIT = 0xf101;
    uint256 internal constant LEAVE = 0xf102;
    uint256 internal constant YIELD = 0xf103;
    uint256 internal constant FINISH = 0xf104;
    uint256 internal constant RECEIPT = 0xf105;
    uint256 internal constant OUTCOME = 0xf106;
    uint256 internal constant FUEL = 0xf107;
    uint256 internal constant INPUT_LENGTH = 0xf108;
    uint256 internal constant INPUT_LOAD = 0xf109;
    uint256 internal constant INPUT_READ = 0xf10a;
    uint256 internal constant OUTPUT_WRITE = 0xf10b;
    uint256 internal constant OUTPUT_APPEND = 0xf10c;
}

/// @notice Shapes of numeric, load and store instructions, packed for lookup by opcode.
library Shape {
    /// @notice Bit `op` is set if it is an integer instruction.
    uint256 internal constant INTEGER = 0x000000000000001f00003080000007ffffffff8007ffffe00000000000000000;

    /// @notice Bit `op` is set if it is a float instruction.
    uint256 internal constant FLOAT = 0x0000000000000000ffffcf7ffffff8000000007ff80000000000000000000000;

    /// @notice Bit `op` is set if the numeric instruction takes two operands.
    uint256 internal constant BINARY = 0x00000000000000000000007f01fc07fff1fffc7ffffeffc00000000000000000;

    /// @notice Bit `op` is set if the numeric instruction reads 64 bits.
    uint256 internal constant WIDE = 0x000000000000001ca6730cfffe0007fffe00007e07ff00000000000000000000;

    /// @notice The first of the saturating truncations: float instructions of one operand, beyond
    /// the bitmaps.
    uint256 internal constant SATURATING_FIRST = 0xfc00;

    /// @notice The last of them.
    uint256 internal constant SATURATING_LAST = 0xfc07;

    /// @notice A byte each opcode from `Op.I32_LOAD`, the first least significant; zero: neither a
    /// load nor a store.
    /// Bits 0 to 4: bytes that are touched, 5: sign extension, 6: a type of 64 bits, 7: a store.
    uint256 internal constant MEMORY = 0x000000000000000000c4c2c18281c884c8844464426241610222012148044804;
}

/// @notice Flags of the instruction word.
library Flag {
    uint256 internal constant CARRY = 1;
    uint256 internal constant KEEP = 2;
}

/// @notice Why a step trapped.
library Trap {
    uint256 internal constant UNREACHABLE = 1;
    uint256 internal constant INVALID_INSTRUCTION = 2;
    uint256 internal constant DIVIDE_BY_ZERO = 3;
    uint256 internal constant INTEGER_OVERFLOW = 4;
    uint256 internal constant INVALID_CONVERSION = 5;
    uint256 internal constant MEMORY_BOUNDS = 6;
    uint256 internal constant TABLE_BOUNDS = 7;
    uint256 internal constant UNINITIALIZED_ELEMENT = 8;
    uint256 internal constant INDIRECT_CALL_TYPE = 9;
    uint256 internal constant STACK_EXHAUSTED = 10;
    uint256 internal constant OUT_OF_FUEL = 11;
    uint256 internal constant INDEX = 12;
    uint256 internal constant HOST = 13;
    uint256 internal constant HEADER = 14;
    uint256 internal constant PC = 15;
    uint256 internal constant OUTPUT_FULL = 16;
    uint256 internal constant UNDEFINED_ELEMENT = 17;
}

/// @notice The status register; every other value halts as well.
library Status {
    uint256 internal constant RUNNING = 0;
    uint256 internal constant YIELDED = 1;
    uint256 internal constant FINISHED = 2;
    uint256 internal constant TRAPPED = 3;
}

/// @notice The kind in the upper half of the outcome register.
library Outcome {
    uint256 internal constant SUCCESS = 0;
    uint256 internal constant TRAP = 1;
    uint256 internal constant LEFT = 2;
    uint256 internal constant SKIPPED = 3;
}
