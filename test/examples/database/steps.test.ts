import { expect } from "chai";
import { hexlify } from "ethers";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { prove } from "../../../verifier/proof/witness.ts";
import { type State, stateRoot } from "../../../verifier/state/state.ts";
import { isHalted } from "../../../verifier/state/step-state.ts";
import { deployVerifier } from "../../contracts/machine/verifier.ts";
import { Numbers } from "../../../examples/numbers.ts";
import { loaded, Session } from "../../../examples/database/session.ts";
import { shopStatements } from "../../../examples/database/shop.ts";

/** Places in the run, and steps that are proven from each on. */
const PLACES = 50;
const STEPS = 20;

/** A stretch of the shop's day that has every kind of statement. */
const PAYLOADS = shopStatements().slice(0, 120);

describe("steps of SQLite", () => {
  it(`${PLACES * STEPS} of them, anywhere in a run: chain, reference and interpreter agree`, async () => {
    const start = loaded((await Session.open()).state, PAYLOADS);
    const length = interpreterExecutor.load(start).run(1n << 40n);
    const verifier = await deployVerifier();
    const queries: { root: Uint8Array; witness: Uint8Array }[] = [];
    const expected: string[] = [];
    const run = interpreterExecutor.load(start);
    let position = 0n;
    for (const place of places(Number(length))) {
      position += run.run(BigInt(place) - position);
      let state: State = run.save();
      const reached = stateRoot(run.save());
      for (let i = 0; i < STEPS && !isHalted(state); i++) {
        const { witness, next } = prove(state);
        queries.push({ root: stateRoot(state), witness });
        expected.push(hexlify(stateRoot(next)));
        state = next;
      }
      // The interpreter goes the same way.
      position += run.run(BigInt(STEPS));
      expect(stateRoot(run.save()), `from ${hexlify(reached)}`).deep.equal(stateRoot(state));
    }
    expect(queries).length(PLACES * STEPS);
    const answers = await verifier.steps(queries);
    expect(answers).deep.equal(expected.map((next) => ({ accepted: true, next })));
  });
});

/**
 * Random steps of a run in ascending order, at least as far apart as the stretches that are proven.
 */
function places(length: number): number[] {
  const numbers = new Numbers(20_261_120);
  const room = Math.floor(length / PLACES);
  return Array.from({ length: PLACES }, (_, i) => i * room + numbers.below(room - STEPS));
}
