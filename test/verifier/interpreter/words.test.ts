/**
 * Random programs of words: the interpreter agrees with the reference, also where it has to leave
 * steps to it.
 */
import { expect } from "chai";
import fc from "fast-check";
import { packSizes } from "../../../verifier/interpreter/core.ts";
import { packWord, type Word } from "../../../verifier/machine/word.ts";
import type { State } from "../../../verifier/state/state.ts";
import { Draw } from "../../support/draw.ts";
import { loadedState } from "../machine/assemble.ts";
import { SEED } from "../seed.ts";
import { expectAgreement, expectExecution } from "../../support/agree.ts";
import { type RandomProgram, spoil, WordWriter } from "./random-words.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 150);

const numbers = fc.array(fc.noBias(fc.nat(65_535)), { minLength: 200, maxLength: 600, size: "max" });
const gaps = fc.array(fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 200 })), {
  minLength: 1,
  maxLength: 12,
});

function stateOf({ cells }: RandomProgram, words: readonly Word[], budget: bigint): State {
  const state = loadedState(words.map(packWord), {
    header: { codeDepth: 9, stackDepth: 8, slotLimit: 120 },
    cells,
    budget,
    input: Uint8Array.from({ length: 500 }, (_, i) => i * 7),
    memory: [
      { region: 0, offset: 3, bytes: Uint8Array.from({ length: 700 }, (_, i) => i * 13 + 1) },
      { region: 1, offset: 0, bytes: Uint8Array.from({ length: 200 }, (_, i) => i + 50) },
    ],
  });
  // Each of the regions is a memory of one page as well.
  const sizes = packSizes([1, 1, 1, 1]);
  return { ...state, registers: { ...state.registers, sizes } };
}

describe("interpreter / random words", () => {
  it("agrees with the reference at random pauses, all by itself", () => {
    let steps = 0;
    const check = (drawn: number[], pauses: number[]): void => {
      const program = new WordWriter(new Draw(drawn)).write();
      steps += expectAgreement(stateOf(program, program.words, 1500n), pauses).steps;
    };
    fc.assert(fc.property(numbers, gaps, check), { seed: SEED, numRuns: RUNS });
    expect(steps).to.be.greaterThan(50 * RUNS);
  });

  it("agrees with the reference after every single step", () => {
    const check = (drawn: number[]): void => {
      const program = new WordWriter(new Draw(drawn)).write();
      expectAgreement(stateOf(program, program.words, 250n), [1]);
    };
    fc.assert(fc.property(numbers, check), { seed: SEED + 1, numRuns: Math.ceil(RUNS / 4) });
  });

  it("leaves to the reference what is ill-formed", () => {
    const check = (drawn: number[], pauses: number[]): void => {
      const draw = new Draw(drawn);
      const program = new WordWriter(draw).write();
      expectExecution(stateOf(program, spoil(program.words, draw, 25), 800n), pauses);
    };
    fc.assert(fc.property(numbers, gaps, check), { seed: SEED + 2, numRuns: RUNS });
  });
});
