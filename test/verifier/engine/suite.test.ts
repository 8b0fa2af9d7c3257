/**
 * The official test suite on the engine: every call beside the interpreter, with pauses in between.
 */
import { expect } from "chai";
import type { EngineExecutor } from "../../../verifier/engine/executor.ts";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import type { Session } from "../../../verifier/program/session.ts";
import type { State } from "../../../verifier/state/state.ts";
import { MISSING, scripts } from "../../conformance/location.ts";
import { planFile } from "../../conformance/play-file.ts";
import { ScriptPlayer } from "../../conformance/script-player.ts";
import type { Runner } from "../../conformance/session-player.ts";
import { SPECTEST } from "../../conformance/spectest.ts";
import { readScript } from "../../conformance/suite.ts";
import { eagerEngine, gapsUpTo, identity } from "../../support/agree.ts";

/** The longest calls have millions of steps; pauses there are far apart. */
const PAUSES = 12;

/** Runs everything twice, and compares. */
class ComparingRunner implements Runner {
  readonly #engines = new WeakMap<Session, EngineExecutor>();
  readonly #gaps = gapsUpTo(2 ** 20);
  states = 0;
  native = 0n;

  async run(loaded: State, session: Session, line: number): Promise<State> {
    const engine = this.#engines.get(session) ?? eagerEngine(session);
    this.#engines.set(session, engine);
    const before = engine.report.nativeSteps;
    const total = Interpreter.load(loaded).run(Number.MAX_SAFE_INTEGER);
    const interpreter = Interpreter.load(loaded);
    const execution = engine.load(loaded);
    for (let pause = 1; ; pause++) {
      const random = this.#gaps.next().value;
      const gap = pause < PAUSES ? 1 + (random % Math.ceil((2 * total) / PAUSES)) : Number.MAX_SAFE_INTEGER;
      const taken = interpreter.run(gap);
      if (interpreter.stuck) throw new Error(`line ${line}: the interpreter needs help`);
      expect(execution.run(BigInt(gap)), `line ${line}`).to.equal(BigInt(taken));
      const state = interpreter.save();
      expect(identity(execution.save()), `line ${line}, pause ${pause}`).to.deep.equal(identity(state));
      this.states++;
      if (taken === gap) continue;
      this.native += engine.report.nativeSteps - before;
      return Promise.resolve(state);
    }
  }
}

describe("engine / the official test suite", () => {
  if (MISSING !== undefined) {
    it(`is exact on every call ${MISSING}`);
    return;
  }

  let states = 0;
  let native = 0n;
  const chosen = process.env["ENGINE_SUITE"];
  for (const name of scripts().filter((script) => chosen === undefined || chosen.split(",").includes(script))) {
    it(`is exact on every call of ${name}.wast`, async () => {
      const runner = new ComparingRunner();
      const player = new ScriptPlayer(await planFile(name, readScript(name)), await SPECTEST, runner);
      for await (const { verdict, line, detail } of player.play()) {
        expect(verdict, `line ${line}: ${detail}`).to.not.equal("failed");
      }
      states += runner.states;
      native += runner.native;
    });
  }

  it("has been compared at thousands of states, and ran natively", () => {
    expect(states).to.be.greaterThan(chosen === undefined ? 10_000 : 0);
    expect(native > 0n).to.equal(true);
  });
});
