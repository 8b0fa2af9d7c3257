/** Roots computed in batches against those of the reference step function, state by state. */
import { expect } from "chai";
import fc from "fast-check";
import { StepRoots } from "../../../verifier/history/step-roots.ts";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { Op } from "../../../verifier/instructions/table.ts";
import { Status } from "../../../verifier/machine/codes.ts";
import { keccak256 } from "../../../verifier/merkle/keccak.ts";
import { buildProgram } from "../../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import { type State, stateRoot } from "../../../verifier/state/state.ts";
import { isHalted, stepState } from "../../../verifier/state/step-state.ts";
import { guest } from "../../../examples/build.ts";
import { anyBudget, anyGaps, generatedCase, generatedRun } from "../../support/generated-transactions.ts";
import { type CGuest, cGuest, GUESTS } from "../../../examples/c/guests.ts";
import { ledgerTransactions } from "../../../examples/ledger/transactions.ts";
import { loaded, Session } from "../../../examples/database/session.ts";
import { shopStatements } from "../../../examples/database/shop.ts";
import { anyState, leafValue } from "../machine/arbitrary-state.ts";
import { loadedState, word } from "../machine/assemble.ts";
import { SEED } from "../seed.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 40);

const FUEL = 10n ** 9n;

const text = (root: Uint8Array): string => Buffer.from(root).toString("hex");

/**
 * Takes up to `limit` steps in pieces of these sizes, which repeat themselves, and expects the root
 * of each state to be the reference's; at the end of some pieces it saves, and after the first of
 * them a second run starts from what was saved. Gives the number of steps and the last state.
 */
function expectRoots(start: State, pieces: readonly number[], limit: number): { steps: number; end: State } {
  let state = start;
  let run = new StepRoots(start);
  let steps = 0;
  for (let piece = 0; steps < limit && !isHalted(state); piece++) {
    const asked = Math.min(pieces[piece % pieces.length] ?? 1, limit - steps);
    const roots = run.next(asked);
    const taken = roots.length / 32;
    for (let i = 0; i < taken; i++) {
      const { pc } = state.registers;
      expect(isHalted(state)).to.equal(false);
      state = stepState(state);
      if (text(roots.subarray(32 * i, 32 * i + 32)) !== text(stateRoot(state))) {
        expect.fail(`another root after step ${steps + i + 1}, from pc ${pc}, ${i} steps into a piece of ${asked}`);
      }
    }
    steps += taken;
    expect(taken === asked || isHalted(state), `${taken} of ${asked} steps`).to.equal(true);
    expect(run.halted()).to.equal(isHalted(state));
    if (piece % 3 === 0) expect(stateRoot(run.save())).to.deep.equal(stateRoot(state));
    if (piece === 3) run = new StepRoots(run.save());
  }
  expect(stateRoot(run.save())).to.deep.equal(stateRoot(state));
  expect(run.next(5).length === 0).to.equal(isHalted(state));
  return { steps, end: state };
}

/** The state after so many steps, by the fast way. */
function skip(start: State, steps: number): State {
  const interpreter = Interpreter.load(start);
  interpreter.run(steps);
  return interpreter.save();
}

async function guestState(name: CGuest, argument: bigint, fuel = FUEL): Promise<State> {
  const program = buildProgram([{ name, bytes: await cGuest(name) }], { convention: "typed" });
  const number = program.exports.findIndex((e) => e.name === "run");
  const payload = encodeTypedPayload(number, [argument]);
  return load(initialState(program.image), encodeTransactions([{ fuel, keep: false, payload }]), 2n * FUEL);
}

describe("StepRoots", () => {
  for (const name of GUESTS) {
    it(`gives the reference's roots of ${name}`, async () => {
      const start = await guestState(name, 100n);
      const begun = expectRoots(start, [700, 1, 1024, 5, 2049], 3000);
      const later = expectRoots(skip(start, 4000), [4096], 3000);
      // The shortest of them is over early in the second stretch.
      expect(begun.steps + later.steps).to.be.greaterThan(2900);
    });
  }

  it("of the ledger, whose transactions commit and roll back", async () => {
    const { image } = buildProgram([{ name: "ledger", bytes: await guest("ledger") }], { convention: "payload" });
    const transactions = ledgerTransactions(60).slice(0, 5);
    const { steps, end } = expectRoots(
      load(initialState(image), encodeTransactions(transactions), FUEL),
      [611],
      200_000,
    );
    expect(steps).to.be.greaterThan(20_000);
    expect(end.registers.status).to.equal(Status.yielded);
  });

  it("of SQLite", async () => {
    const start = loaded((await Session.open()).state, shopStatements().slice(0, 40));
    for (const at of [0, 50_000, 700_000]) expectRoots(skip(start, at), [1500], 5000);
  });

  it("through more nodes than the arena holds, some of them over and over", async () => {
    // Stores all over memory: what is in use grows beyond the arena, so everything is forgotten
    // from time to time.
    const scatter = loadedState(
      [
        word(Op.i32Const, { top: 0, imm: 12_345n }),
        word(Op.localGet, { top: 1, a: 0 }),
        word(Op.i32Const, { top: 2, imm: 1_103_515_245n }),
        word(0x6c, { top: 3 }),
        word(Op.i32Const, { top: 2, imm: 12_345n }),
        word(0x6a, { top: 3 }),
        word(Op.localTee, { top: 2, a: 0 }),
        word(Op.i32Const, { top: 2, imm: 0xffffc0n }),
        word(0x71, { top: 3 }),
        word(Op.localGet, { top: 2, a: 0 }),
        word(Op.i32Store, { top: 3 }),
        word(Op.br, { top: 1, a: 2, b: 1 }),
      ],
      { header: { memoryDepth: 24 }, pages: 256n, budget: FUEL },
    );
    const start = skip(scatter, 1000);
    const run = new StepRoots(start);
    const roots = Array.from({ length: 130 }, () => run.next(2000));
    // At each of the places the roots of a while are those of the reference.
    for (const place of [1, 17, 33, 77, 129]) {
      let state = skip(start, 2000 * place);
      for (let i = 0; i < 120; i++) {
        state = stepState(state);
        expect(text(roots[place]!.subarray(32 * i, 32 * i + 32)), `${place}, ${i}`).to.equal(text(stateRoot(state)));
      }
    }
    expect(stateRoot(run.save())).to.deep.equal(stateRoot(skip(start, 260_000)));
  });

  it("where fuel ends, inside a transaction and outside", async () => {
    for (const fuel of [0n, 1n, 700n]) expectRoots(await guestState("sort", 4n, fuel), [256], 20_000);
    const outside = loadedState([word(Op.nop), word(Op.br, { a: 1, flags: 2 })], { budget: 99n });
    const { steps, end } = expectRoots(outside, [40], 200);
    expect(steps).to.equal(100);
    expect(end.registers.status).to.equal(Status.trapped);
  });

  it("nothing of a machine that has halted", () => {
    const start = loadedState([word(Op.yield)]);
    expectRoots(start, [10], 10);
    const run = new StepRoots(stepState(start));
    expect(run.halted()).to.equal(true);
    expect(run.next(10)).to.have.length(0);
    expect(() => new StepRoots(start).next(0)).not.to.throw();
  });

  it("where a cut clears few leaves, many, or some far away", () => {
    const cut = [word(Op.localGet, { top: 3, a: 0 }), word(Op.br, { top: 4, a: 1, b: 2, flags: 1 })];
    const start = loadedState(cut, { header: { stackDepth: 14, slotLimit: 9000 }, budget: 30n });
    for (const slots of [[5], [5, 6, 7, 9], Array.from({ length: 100 }, (_, i) => 4 + i), [9000], [200, 1300, 9001]]) {
      const stack = slots.reduce((tree, slot) => tree.set(slot, BigInt(slot)), start.stack.set(0, 77n));
      expectRoots({ ...start, stack }, [7], 40);
    }
  });

  it("of generated modules, however their transactions end", () => {
    const runs = fc.record({ ...generatedCase, pieces: anyGaps(3000), budget: anyBudget });
    const property = fc.property(runs, ({ generated, terms, pieces, budget }) => {
      expectRoots(generatedRun(generated, terms, budget).first, pieces, 4000);
    });
    fc.assert(property, { seed: SEED, numRuns: RUNS });
  });

  it("of any states, well-formed or not", () => {
    fc.assert(
      fc.property(anyState, fc.integer({ min: 1, max: 5 }), (state, piece) => {
        expectRoots(state, [piece], 12);
      }),
      { seed: SEED, numRuns: 25 * RUNS },
    );
  });

  it("of states of a program in which leaves were changed at random", async () => {
    const start = skip(await guestState("sort", 5n), 3_000);
    const change = fc.record({
      tree: fc.constantFrom("stack" as const, "memory" as const, "cells" as const),
      near: fc.integer({ min: -12, max: 40 }),
      value: leafValue,
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
        const state = changes.reduce((current, { tree, near, value }) => {
          const index = Math.max(0, (tree === "stack" ? current.registers.base : 0) + near);
          const size = 2 ** current[tree].depth;
          return { ...current, [tree]: current[tree].set(index % size, value) };
        }, start);
        expectRoots(state, [113], 250);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it("while a checkpoint is open whose preimage nobody knows", () => {
    const code = [word(Op.i32Const, { top: 0, imm: 5n }), word(Op.drop, { top: 1 }), word(Op.commit), word(Op.yield)];
    const open: State = { ...loadedState(code), checkpoint: keccak256(Uint8Array.of(1)) };
    const { end } = expectRoots(open, [2], 10);
    expect(end.registers.status).to.equal(Status.yielded);
  });
});
