/** Compiled guests: the engine is in the interpreter's state wherever it is stopped. */
import { expect } from "chai";
import { engineExecutor } from "../../../verifier/engine/executor.ts";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { Outcome, Trap } from "../../../verifier/machine/codes.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { resultsOf } from "../../../verifier/program/fragment.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import type { State } from "../../../verifier/state/state.ts";
import { guest } from "../../../examples/build.ts";
import { cGuest, type CGuest } from "../../../examples/c/guests.ts";
import { ledgerTransactions } from "../../../examples/ledger/transactions.ts";
import { eagerEngine, expectEngineAgreement, identity, someGaps } from "../../support/agree.ts";

/** Small work for each guest: some hundred thousand to some million steps. */
const WORK: Readonly<Record<CGuest, number>> = {
  copy: 1,
  deep: 800,
  fib: 21,
  heap: 1000,
  keccak: 40,
  matmul: 0,
  mix: 1,
  nan: 400,
  nbody: 500,
  sha256: 1,
  sort: 1,
  switch: 20_000,
};

/**
 * Pauses of each guest: short gaps, so that most pauses are reached in several pieces, and long
 * ones.
 */
const PAUSES = Number(process.env["ENGINE_PAUSES"] ?? 40);

async function programOf(name: CGuest): Promise<Program> {
  return buildProgram([{ name, bytes: await cGuest(name) }], { convention: "typed" });
}

function started(program: Program, argument: number, fuel = 10n ** 12n): State {
  const number = program.exports.findIndex((e) => e.name === "run");
  const payload = encodeTypedPayload(number, [BigInt(argument)]);
  return load(initialState(program.image), encodeTransactions([{ fuel, keep: false, payload }]), 10n ** 13n);
}

describe("engine / guests", () => {
  for (const [name, argument] of Object.entries(WORK) as [CGuest, number][]) {
    it(`is exact at pauses all over ${name}`, async () => {
      const program = await programOf(name);
      const engine = eagerEngine(program);
      const start = started(program, argument);
      const total = Interpreter.load(start).run(Number.MAX_SAFE_INTEGER);
      expectEngineAgreement(engine, start, someGaps(Math.ceil((2 * total) / PAUSES), PAUSES), PAUSES);
      expectEngineAgreement(engine, start, someGaps(40, PAUSES), PAUSES);
      expectEngineAgreement(engine, start, someGaps(3000, PAUSES), PAUSES);
      expect(engine.interpreted).to.deep.equal([]);
      expect(engine.report.nativeSteps > engine.report.interpretedSteps).to.equal(true);
    });
  }

  it("ends as the interpreter does, in one go", async () => {
    for (const [name, argument] of Object.entries(WORK) as [CGuest, number][]) {
      const program = await programOf(name);
      const start = started(program, argument);
      const interpreter = Interpreter.load(start);
      const steps = interpreter.run(Number.MAX_SAFE_INTEGER);
      const execution = engineExecutor(program).load(start);
      expect(execution.run(10n ** 15n), name).to.equal(BigInt(steps));
      expect(identity(execution.save()), name).to.deep.equal(identity(interpreter.save()));
    }
  });

  it("recurses beyond the host's stack, and traps where the machine's is exhausted", async () => {
    const program = buildProgram([{ name: "deep", bytes: await cGuest("deep") }], {
      convention: "typed",
      limits: { slotLimit: 400_000 },
    });
    for (const depth of [20_000, 1_000_000]) {
      const engine = eagerEngine(program);
      const start = started(program, depth);
      const interpreter = Interpreter.load(start);
      const steps = interpreter.run(Number.MAX_SAFE_INTEGER);
      const execution = engine.load(start);
      expect(execution.run(10n ** 15n)).to.equal(BigInt(steps));
      const end = execution.save();
      expect(identity(end)).to.deep.equal(identity(interpreter.save()));
      const [result] = resultsOf(end);
      expect(result?.kind).to.equal(depth > 100_000 ? Outcome.trap : Outcome.success);
      if (depth > 100_000) expect(result?.code).to.equal(Trap.stackExhausted);
      expect(engine.report.nativeSteps > BigInt(steps) / 2n).to.equal(true);
    }
  });

  it("runs out of fuel at the exact step", async () => {
    const program = await programOf("mix");
    const total = Interpreter.load(started(program, 1)).run(Number.MAX_SAFE_INTEGER);
    const engine = eagerEngine(program);
    for (const part of someGaps(total, 20, 7)) {
      const start = started(program, 1, BigInt(part));
      const interpreter = Interpreter.load(start);
      const steps = interpreter.run(Number.MAX_SAFE_INTEGER);
      const execution = engine.load(start);
      expect(execution.run(10n ** 15n)).to.equal(BigInt(steps));
      expect(identity(execution.save()), `fuel ${part}`).to.deep.equal(identity(interpreter.save()));
    }
  });
});

describe("engine / ledger", () => {
  it("is exact through transactions that trap", async () => {
    const program = buildProgram([{ name: "ledger", bytes: await guest("ledger") }], { convention: "payload" });
    const engine = eagerEngine(program);
    const start = load(initialState(program.image), encodeTransactions(ledgerTransactions(100)), 10n ** 10n);
    const { states } = expectEngineAgreement(engine, start, someGaps(120_000, 80), 80);
    expect(states).to.be.greaterThan(70);
    expect(engine.report.traps).to.be.greaterThan(0);
  });
});
