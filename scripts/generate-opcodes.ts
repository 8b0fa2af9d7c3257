/**
 * `contracts/machine/Opcodes.sol` as the table in `verifier/instructions/table.ts`, the one source
 * of opcode numbers, has it. `npm run generate` writes it.
 */
import { Crash } from "../verifier/errors.ts";
import { Flag, Outcome, Status, Trap } from "../verifier/machine/codes.ts";
import {
  EXECUTED,
  keyOf,
  LOADS,
  type MemoryShape,
  NUMERIC,
  type NumericShape,
  Op,
  OPERATIONS,
  STORES,
} from "../verifier/instructions/table.ts";

/** `callIndirect` → `CALL_INDIRECT`. */
function constantName(key: string): string {
  return key.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toUpperCase();
}

/**
 * Opcodes of what is executed and not numeric, by name: first those of WebAssembly, as its binary
 * format numbers them.
 */
function opcodes(): Record<string, number> {
  const rows = [...EXECUTED.values()].filter(({ op }) => !NUMERIC.has(op)).sort((a, b) => a.op - b.op);
  const own = rows.filter(({ op }) => !OPERATIONS.has(op));
  const known = rows.filter(({ op }) => OPERATIONS.has(op));
  return Object.fromEntries([...known, ...own].map(({ op, mnemonic }) => [keyOf(mnemonic), op]));
}

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, "0")}`;

/** A library with one constant an entry. */
function library(name: string, notice: string, entries: Record<string, number>, digits: number): string {
  const lines = Object.entries(entries).map(([key, value]) => {
    return `    uint256 internal constant ${constantName(key)} = ${digits === 0 ? value : hex(value, digits)};`;
  });
  return [`/// @notice ${notice}`, `library ${name} {`, ...lines, "}", ""].join("\n");
}

/** Opcodes below this have a bit in a bitmap; the others are {@link saturating}. */
const BITMAP_END = 256;

/** A constant whose bit `op` tells whether a numeric opcode has a property. */
function bitmap(name: string, notice: string, has: (shape: NumericShape) => boolean): string {
  let bits = 0n;
  for (const [op, shape] of NUMERIC) if (op < BITMAP_END && has(shape)) bits |= 1n << BigInt(op);
  return `    /// @notice ${notice}\n    uint256 internal constant ${name} = 0x${bits.toString(16).padStart(64, "0")};\n`;
}

/**
 * The first and the last of the numeric opcodes that have no bit: float instructions of one
 * operand, without a gap.
 */
function saturating(): string {
  const rows = [...NUMERIC].filter(([op]) => op >= BITMAP_END);
  const ops = rows.map(([op]) => op);
  const [first, last] = [Math.min(...ops), Math.max(...ops)];
  if (last - first + 1 !== rows.length || rows.some(([, s]) => s.family !== "float" || s.operands !== 1))
    throw new Crash("numeric opcodes beyond the bitmaps must be unary float instructions without a gap");
  return [
    "    /// @notice The first of the saturating truncations: float instructions of one operand, beyond",
    "    /// the bitmaps.",
    `    uint256 internal constant SATURATING_FIRST = ${hex(first, 4)};`,
    "",
    "    /// @notice The last of them.",
    `    uint256 internal constant SATURATING_LAST = ${hex(last, 4)};`,
    "",
  ].join("\n");
}

/**
 * One byte an opcode from `Op.i32Load`, the first least significant: bytes, 32 if signed, 64 if 64
 * bits, 128 if a store.
 */
function memoryShapes(): string {
  let packed = 0n;
  const add = (op: number, s: MemoryShape, store: boolean): void => {
    const byte = s.bytes + (s.signed ? 32 : 0) + (s.bits === 64 ? 64 : 0) + (store ? 128 : 0);
    packed |= BigInt(byte) << BigInt(8 * (op - Op.i32Load));
  };
  for (const [op, shape] of LOADS) add(op, shape, false);
  for (const [op, shape] of STORES) add(op, shape, true);
  return packed.toString(16).padStart(64, "0");
}

/** The text of `contracts/machine/Opcodes.sol`. */
export function generateOpcodes(): string {
  return [
    "// SPDX-License-Identifier: MIT",
    "// Generated from verifier/instructions/table.ts by scripts/generate-opcodes.ts.",
    "// One table, one file: the libraries below hold nothing but its constants.\n// solhint-disable one-contract-per-file",
    "pragma solidity 0.8.35;",
    "",
    library("Op", "Opcodes of control, stack, memory, cells and host instructions.", opcodes(), 4),
    "/// @notice Shapes of numeric, load and store instructions, packed for lookup by opcode.",
    "library Shape {",
    bitmap("INTEGER", "Bit `op` is set if it is an integer instruction.", ({ family }) => family === "integer"),
    bitmap("FLOAT", "Bit `op` is set if it is a float instruction.", ({ family }) => family === "float"),
    bitmap("BINARY", "Bit `op` is set if the numeric instruction takes two operands.", (s) => s.operands === 2),
    bitmap("WIDE", "Bit `op` is set if the numeric instruction reads 64 bits.", ({ bits }) => bits === 64),
    saturating(),
    "    /// @notice A byte each opcode from `Op.I32_LOAD`, the first least significant; zero: neither a",
    "    /// load nor a store.",
    "    /// Bits 0 to 4: bytes that are touched, 5: sign extension, 6: a type of 64 bits, 7: a store.",
    `    uint256 internal constant MEMORY = 0x${memoryShapes()};`,
    "}",
    "",
    library("Flag", "Flags of the instruction word.", Flag, 0),
    library("Trap", "Why a step trapped.", Trap, 0),
    library("Status", "The status register; every other value halts as well.", Status, 0),
    library("Outcome", "The kind in the upper half of the outcome register.", Outcome, 0),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}
