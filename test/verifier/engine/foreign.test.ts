/**
 * States that no run of the program leads to, and states of other programs: what the engine cannot
 * hold natively, it interprets.
 */
import { expect } from "chai";
import fc from "fast-check";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { execute } from "../../../verifier/interpreter/execute.ts";
import { packReference } from "../../../verifier/machine/word.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import type { State } from "../../../verifier/state/state.ts";
import { cGuest } from "../../../examples/c/guests.ts";
import { eagerEngine, identity } from "../../support/agree.ts";
import { SEED } from "../seed.ts";

/** Quicksort has frames, indirect calls, globals and memory. */
async function sorting(): Promise<{ program: Program; start: State }> {
  const program = buildProgram([{ name: "sort", bytes: await cGuest("sort") }], { convention: "typed" });
  const payload = encodeTypedPayload(
    program.exports.findIndex((e) => e.name === "run"),
    [1n],
  );
  const input = encodeTransactions([{ fuel: 10n ** 12n, keep: false, payload }]);
  return { program, start: load(initialState(program.image), input, 10n ** 13n) };
}

/** A change of one leaf of a state in the middle of a run. */
type Change = (state: State) => State;

const leaf = fc.oneof(
  fc.bigInt(0n, 2n ** 20n),
  fc.bigInt(0n, 2n ** 64n - 1n),
  fc.bigInt(0n, 2n ** 70n),
  fc.record({ type: fc.nat(5), entry: fc.nat(500), frame: fc.nat(40) }).map(packReference),
);

const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.nat(120), leaf).map(([slot, value]): Change => {
    return (state) => ({ ...state, stack: state.stack.set(slot, value) });
  }),
  fc.tuple(fc.nat(30), leaf).map(([cell, value]): Change => {
    return (state) => ({ ...state, cells: state.cells.set(cell % 2 ** state.header.cellsDepth, value) });
  }),
  fc.tuple(fc.nat(40_000), leaf).map(([index, value]): Change => {
    return (state) => ({ ...state, memory: state.memory.set(index, value) });
  }),
  fc.nat(40).map((pages): Change => {
    return (state) => ({ ...state, registers: { ...state.registers, sizes: BigInt(pages) << 192n } });
  }),
  fc.tuple(fc.nat(500), fc.nat(40)).map(([pc, base]): Change => {
    return (state) => ({ ...state, registers: { ...state.registers, pc, base } });
  }),
  fc.bigInt(0n, 3000n).map((fuel): Change => (state) => ({ ...state, registers: { ...state.registers, fuel } })),
);

describe("engine / foreign states", () => {
  it("goes on from states that were changed as the interpreter does", async () => {
    const { program, start } = await sorting();
    const engine = eagerEngine(program);
    const interpreter = Interpreter.load(start);
    const states: State[] = [];
    for (let i = 0; i < 12; i++) {
      interpreter.run(i === 0 ? 4_200_000 : 90_001);
      states.push(interpreter.save());
    }
    const property = fc.property(
      fc.nat(states.length - 1),
      changes,
      fc.integer({ min: 1, max: 20_000 }),
      (place, change, steps) => {
        const changed = change(states[place] ?? start);
        const execution = engine.load(changed);
        execution.run(BigInt(steps));
        expect(identity(execution.save())).to.deep.equal(identity(execute(changed, steps)));
      },
    );
    fc.assert(property, { seed: SEED, numRuns: Number(process.env["FUZZ_RUNS"] ?? 150) });
    expect(engine.report.refusals.size).to.be.greaterThan(0);
  });

  it("interprets the states of another program, and says so", async () => {
    const { program } = await sorting();
    const other = buildProgram([{ name: "fib", bytes: await cGuest("fib") }], { convention: "typed" });
    const input = encodeTransactions([{ fuel: 10n ** 9n, keep: false, payload: encodeTypedPayload(0, [12n]) }]);
    const start = load(initialState(other.image), input, 10n ** 10n);
    const engine = eagerEngine(program);
    const execution = engine.load(start);
    execution.run(5000n);
    expect(identity(execution.save())).to.deep.equal(identity(execute(start, 5000)));
    expect(engine.report.nativeSteps).to.equal(0n);
    expect([...engine.report.refusals.keys()]).to.deep.equal(["the header is another one"]);
  });
});
