/**
 * The programs that the bench measures, all of them: the engine has the interpreter's state roots
 * after thousands of random steps.
 */
import { expect } from "chai";
import { RECIPES } from "../../bench/workloads/list.ts";
import { Workload } from "../../bench/workloads/workload.ts";
import { eagerEngine, expectEngineAgreement, someGaps } from "../support/agree.ts";

/** Pauses of each program; at each of them two states are compared. */
const PAUSES = Number(process.env["ENGINE_PAUSES"] ?? 1000);

/** Of a program with hundreds of pages, which are compared at every pause, a tenth of them. */
const LARGE: ReadonlySet<string> = new Set(["sqlite"]);

describe("programs of the bench", () => {
  for (const [name, make] of RECIPES) {
    it(`are exact at random pauses: ${name}`, async () => {
      const workload = new Workload(await make(() => undefined));
      const engine = eagerEngine(workload.program);
      const start = workload.start(workload.recipe.sizes.small);
      const pauses = LARGE.has(name) ? PAUSES / 10 : PAUSES;
      const { states } = expectEngineAgreement(engine, start, someGaps(20_000, pauses), pauses);
      expect(states).to.be.greaterThan(0.9 * pauses);
      expect(engine.report.nativeSteps > engine.report.interpretedSteps).to.equal(true);
    });
  }
});
