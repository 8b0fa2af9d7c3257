/**
 * Lies are about the instruction that is executed: about what it stores, what it computes, where it
 * goes on or how it ends.
 */
import { expect } from "chai";
import fc from "fast-check";
import { LieSearch } from "../../../agents/players/adversaries/lie-site.ts";
import { type VisibleLie, visibleLies } from "../../../agents/players/adversaries/visible-lies.ts";
import { effectOf } from "../../../agents/players/adversaries/writes.ts";
import { differences, type Difference } from "../../../agents/report/difference.ts";
import { guest } from "../../../examples/build.ts";
import { cGuest } from "../../../examples/c/guests.ts";
import { sqliteProgram } from "../../../examples/database/session.ts";
import { shopTransactions } from "../../../examples/database/shop.ts";
import { ledgerTransactions } from "../../../examples/ledger/transactions.ts";
import { engineExecutor } from "../../../verifier/engine/executor.ts";
import { Trace } from "../../../verifier/history/trace.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { begin } from "../../../verifier/program/fragment.ts";
import { machineMnemonic } from "../../../verifier/program/map.ts";
import { encodeTransactions, encodeTypedPayload, type Transaction } from "../../../verifier/program/transactions.ts";
import { encodeCommand } from "../../../verifier/program/wasi/command.ts";
import { unpackWord } from "../../../verifier/machine/word.ts";
import { equalHashes } from "../../../verifier/merkle/keccak.ts";
import type { State } from "../../../verifier/state/state.ts";
import { stepState } from "../../../verifier/state/step-state.ts";
import { commandProgram, wasiProgram } from "../../support/wasi/run.ts";
import { SEED } from "../../verifier/seed.ts";
import { assemble, SUMS } from "../guests.ts";
import { isAt, touchedBy } from "./touched.ts";

const HEIGHTS = [33, 15];

/** A program at work. */
interface Setting {
  readonly program: Program;
  readonly trace: Trace;
}

function settingOf(program: Program, transactions: readonly Transaction[]): Setting {
  const initial = begin(program, encodeTransactions(transactions), 1n << 40n);
  return { program, trace: new Trace(initial, HEIGHTS, { executor: engineExecutor(program) }) };
}

const GUESTS: Readonly<Record<string, () => Promise<Setting>>> = {
  "a ledger in AssemblyScript": async () => {
    const program = buildProgram([{ name: "ledger", bytes: await guest("ledger") }], { convention: "payload" });
    return settingOf(program, ledgerTransactions().slice(0, 20));
  },
  "a hash in C": async () => {
    const program = buildProgram([{ name: "guest", bytes: await cGuest("sha256") }], { convention: "typed" });
    const run = program.exports.findIndex(({ name }) => name === "run");
    return settingOf(program, [{ fuel: 10n ** 9n, keep: false, payload: encodeTypedPayload(run, [1n]) }]);
  },
  "a program for WASI": async () => {
    const payload = encodeCommand({ args: ["words"], stdin: new TextEncoder().encode("to be or not to be\n") });
    return settingOf(commandProgram(await wasiProgram("words")), [{ fuel: 10n ** 9n, keep: true, payload }]);
  },
  SQLite: async () => settingOf(await sqliteProgram(), shopTransactions().slice(0, 4)),
};

/** What a report says of a lie about the step out of a state. */
function reported({ program }: Setting, before: State, lie: Pick<VisibleLie, "mutate">): Difference[] {
  const honest = stepState(before);
  return differences({ before, honest, liar: lie.mutate(honest) }, program.map);
}

const nameOf = ({ code, registers }: State): string => machineMnemonic(unpackWord(code.get(registers.pc)).op);

describe("a lie about an instruction", () => {
  for (const [name, make] of Object.entries(GUESTS)) {
    describe(`of ${name}`, () => {
      let setting: Setting;
      let steps: bigint;
      before(async () => {
        setting = await make();
        steps = setting.trace.halt();
      });

      /**
       * Checks a property of a random step, each drawn after the one before in a stretch of the
       * history.
       */
      const ofSteps = (runs: number, check: (step: bigint) => void): void => {
        const step = fc.bigInt({ min: 1n, max: steps });
        fc.assert(fc.property(step, check), { seed: SEED, numRuns: runs, endOnFailure: true });
      };

      it("is about the place that the instruction touches", () => {
        const seen = new Set<string>();
        ofSteps(60, (first) => {
          let state = setting.trace.stateAt(first - 1n);
          for (let i = 0; i < 25 && state.registers.status === 0; i++) {
            if (!effectOf(state).trapped) {
              const [lie] = visibleLies(state);
              const [difference, ...others] = reported(setting, state, lie!);
              expect(others, nameOf(state)).deep.equal([]);
              expect(difference!.honest).not.equal(difference!.liar);
              const place = touchedBy(state);
              expect(isAt(difference!.place, place), `${nameOf(state)}: ${difference!.place}`).equal(true);
              seen.add(nameOf(state));
            }
            state = stepState(state);
          }
        });
        expect(seen.size).greaterThan(15);
      });

      it("leaves another final state, and is about fuel almost never", () => {
        const search = new LieSearch(setting.trace, engineExecutor(setting.program));
        const truth = setting.trace.rootAt(steps);
        let aboutFuel = 0;
        ofSteps(5, (step) => {
          const lie = search.at(step);
          expect(lie.step).equal(step);
          const { trace } = setting;
          const lied = new Trace(trace.stateAt(0n), HEIGHTS, {
            executor: engineExecutor(setting.program),
            faults: [lie],
          });
          expect(lied.rootAt(lied.length)).deep.equal(lie.finalRoot);
          expect(equalHashes(lie.finalRoot, truth)).equal(false);
          if (lie.about === "fuel") aboutFuel++;
        });
        expect(aboutFuel).lessThan(2);
      });

      it("is about something stored or computed where nobody says which instruction", () => {
        const search = new LieSearch(setting.trace, engineExecutor(setting.program));
        ofSteps(4, (from) => {
          const lie = search.after((from * 9n) / 10n);
          expect(lie.about).oneOf(["store", "value"]);
          const before = setting.trace.stateAt(lie.step - 1n);
          const [difference, ...others] = reported(setting, before, lie);
          expect(others).deep.equal([]);
          expect(isAt(difference!.place, touchedBy(before)), `${nameOf(before)}: ${difference!.place}`).equal(true);
        });
      });
    });
  }
});

describe("a lie about a step without a result", () => {
  let program: Program;
  before(async () => {
    program = buildProgram([{ name: "guest", bytes: await assemble(SUMS) }], { convention: "typed" });
  });

  /** The first state in a run of `export` in which a check holds. */
  const find = (name: string, args: readonly bigint[], check: (state: State) => boolean): State => {
    const number = program.exports.findIndex((exported) => exported.name === name);
    const input = encodeTransactions([{ fuel: 10_000n, keep: false, payload: encodeTypedPayload(number, args) }]);
    let state = begin(program, input, 1n << 30n);
    while (!check(state)) {
      expect(state.registers.status).equal(0);
      state = stepState(state);
    }
    return state;
  };
  const told = (state: State): Difference => {
    const honest = stepState(state);
    const [lie] = visibleLies(state);
    const [difference] = differences({ before: state, honest, liar: lie!.mutate(honest) }, program.map);
    return difference!;
  };

  it("says where the branch leads, for one side and for the other", () => {
    const branch = find(
      "sums",
      [3n],
      (state) => nameOf(state) === "br_if" && program.map.locate(state.registers.pc)?.moduleName === "guest",
    );
    const { place, honest, liar } = told(branch);
    expect(place).equal("register pc");
    for (const text of [honest, liar]) expect(text).match(/^\d+ \(\S+ in sums at byte \d+\)$/);
    expect(honest).not.equal(liar);
  });

  it("says which trap it was", () => {
    const trap = find("fail", [], (state) => nameOf(state) === "unreachable");
    expect(told(trap)).include({ place: "register outcome", honest: "4294967297 (trap: unreachable)" });
    expect(told(trap).liar).match(/\(trap: out of bounds memory access\)$/);
  });

  it("outlives even a transaction that is rolled back", () => {
    const number = program.exports.findIndex(({ name }) => name === "fail");
    const input = encodeTransactions([{ fuel: 10_000n, keep: false, payload: encodeTypedPayload(number, []) }]);
    const trace = new Trace(begin(program, input, 1n << 30n), HEIGHTS, { executor: interpreterExecutor });
    const search = new LieSearch(trace, interpreterExecutor);
    const about = new Set<string>();
    for (let step = 1n; step <= trace.halt(); step += 1n) about.add(search.at(step).about);
    expect([...about]).include.members(["value", "store", "target", "ending"]);
  });

  it("says what became of a transaction and of the run", () => {
    const commit = find("sums", [3n], (state) => nameOf(state) === "commit");
    expect(told(commit)).include({ place: "register outcome", honest: "0 (success)" });
    const end = find("sums", [3n], (state) => nameOf(state) === "yield");
    expect(told(end)).deep.equal({ place: "register status", honest: "1 (yielded)", liar: "2 (finished)" });
  });
});
