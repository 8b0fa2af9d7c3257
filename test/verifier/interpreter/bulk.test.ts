/**
 * Moves in one go, in parts and a step at a time: overlapping ranges in both directions, fills,
 * tables, input and output.
 */
import { expect } from "chai";
import fc from "fast-check";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { Op } from "../../../verifier/instructions/table.ts";
import { Status } from "../../../verifier/machine/codes.ts";
import { packImm32 } from "../../../verifier/machine/word.ts";
import type { State } from "../../../verifier/state/state.ts";
import { loadedState, word } from "../machine/assemble.ts";
import { SEED } from "../seed.ts";
import { expectAgreement } from "../../support/agree.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 60);

/** Three operands, a check, its move, and the end. */
function moving(operands: readonly number[], check: bigint, move: bigint): State {
  const constants = operands.map((value, top) => word(Op.i32Const, { top, imm: BigInt(value) }));
  const memory = [{ region: 0, offset: 0, bytes: Uint8Array.from({ length: 1000 }, (_, i) => i * 31 + (i >> 8)) }];
  const cells = {
    4: 20n,
    ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [10 + i, (BigInt(i + 1) << 56n) | 7n])),
  };
  const input = Uint8Array.from({ length: 600 }, (_, i) => 255 - (i % 251));
  return loadedState([...constants, check, move, word(Op.yield)], { memory, cells, input, budget: 100_000n });
}

const copy = (d: number, s: number, n: number): State =>
  moving([d, s, n], word(Op.memoryCopy, { top: 3 }), word(Op.copyBytes, { top: 1 }));
const fill = (d: number, value: number, n: number): State =>
  moving([d, value, n], word(Op.memoryFill, { top: 3 }), word(Op.fillBytes, { top: 1 }));
const copyTable = (d: number, s: number, n: number): State =>
  moving([d, s, n], word(Op.tableCopy, { top: 3, imm: packImm32(4, 4) }), word(Op.copyCells, { top: 1, a: 10, b: 10 }));
const readInput = (d: number, s: number, n: number): State =>
  moving([d, s, n], word(Op.inputRead, { top: 3 }), word(Op.copyBytes, { top: 1, b: 3 }));
const writeOutput = (s: number, n: number): State =>
  moving([s, n], word(Op.outputWrite, { top: 2 }), word(Op.copyBytes, { top: 1, a: 2 }));

const gaps = fc.array(fc.oneof(fc.constant(1), fc.nat(30)), { minLength: 1, maxLength: 6 }).map((list) => [...list, 3]);
const near = fc.oneof(fc.nat(100), fc.nat(400));

function property(make: (d: number, s: number, n: number) => State, most: number): void {
  const range = fc.oneof(fc.nat(Math.min(most, 40)), fc.nat(most));
  const check = (d: number, s: number, n: number, pauses: number[]): void => {
    expectAgreement(make(d % (most + 1), s % (most + 1), n), pauses);
  };
  fc.assert(fc.property(near, near, range, gaps, check), { seed: SEED, numRuns: RUNS });
}

describe("interpreter / bulk instructions", () => {
  it("copies in memory, whichever way the ranges overlap", () => {
    property(copy, 300);
  });

  it("fills", () => {
    property(fill, 300);
  });

  it("copies in tables, whichever way the ranges overlap", () => {
    property(copyTable, 20);
  });

  it("reads input", () => {
    property(readInput, 300);
  });

  it("writes output", () => {
    property((s, _, n) => writeOutput(s, n), 300);
  });

  for (const [name, state, steps] of [
    ["a copy of nothing", copy(0, 64, 0), 2],
    ["a copy inside one leaf", copy(0, 64, 32), 2],
    ["a copy between leaves that lie alike", copy(5, 69, 64), 4],
    ["a copy between leaves that lie differently", copy(0, 65, 64), 5],
    ["a copy of 60,000 bytes", copy(64, 0, 60_000), 1 + 1875],
    ["a fill of nothing", fill(9, 1, 0), 2],
    ["a fill of 60,000 bytes", fill(16, 1, 60_000), 1 + 1876],
    ["a copy of three elements", copyTable(1, 0, 3), 4],
  ] as const) {
    it(`counts the steps of ${name}: ${steps}`, () => {
      const interpreter = Interpreter.load(state);
      // Three constants and the yield.
      expect(interpreter.run(1e6)).to.equal(steps + 4);
      expect(interpreter.status).to.equal(Status.yielded);
    });
  }

  it("copies several pages exactly as the reference, forward and from the end", () => {
    for (const state of [copy(3, 9001, 20_000), copy(9001, 3, 20_000)]) expectAgreement(state, [777]);
  });

  for (const [name, state] of [
    ["a source that ends beyond memory", copy(0, 65_500, 37)],
    ["a target that ends beyond memory", copy(65_500, 0, 37)],
    ["an input that ends too early", readInput(0, 590, 11)],
    ["an output that is full", writeOutput(0, 33_000)],
    ["a table that ends too early", copyTable(15, 0, 6)],
  ] as const) {
    it(`traps before it changes anything: ${name}`, () => {
      expect(expectAgreement(state, [1]).end.registers.status).to.equal(Status.trapped);
    });
  }
});
