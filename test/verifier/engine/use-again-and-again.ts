/**
 * For `leak.test.ts`: loads, runs and saves states on one engine for a while, and prints what the
 * process holds before and after.
 */
import { engineExecutor } from "../../../verifier/engine/executor.ts";
import { buildProgram } from "../../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import { useNode } from "../../../verifier/node/use-node.ts";
import type { State } from "../../../verifier/state/state.ts";
import { ACTS, actsGuest, RUN_ACTS } from "../../support/acts.ts";

type Act = (typeof ACTS)[number];

const program = buildProgram([{ name: "acts", bytes: await actsGuest() }], {
  convention: "typed",
  limits: { slotLimit: 60_000 },
});

function started(calls: readonly (readonly Act[])[], fuel: bigint): State {
  const transactions = calls.map((acts, i) => {
    const word = acts.reduceRight((packed, act) => (packed << 8n) | BigInt(ACTS.indexOf(act)), 0n);
    return { fuel, keep: false, payload: encodeTypedPayload(RUN_ACTS, [word, BigInt(31 * i + 1)]) };
  });
  return load(initialState(program.image), encodeTransactions(transactions), 10n ** 12n);
}

const everything = started(
  ACTS.filter((act) => act !== "abyss").flatMap((act): Act[][] => [
    [act, act, "labour"],
    [act, "work", act],
  ]),
  10n ** 9n,
);
// They run out of fuel, and have grown for nothing.
const shrinking = started(
  Array.from({ length: 40 }, (): Act[] => ["growFirst", "growCell", "growFirst", "labour", "labour", "labour"]),
  5000n,
);

useNode();

const engine = engineExecutor(program, { leastStretch: 1n, warmUp: 0n });
let runs = 0;
let shrunk = 0;

function use(start: State, count: number): void {
  let state = start;
  for (let i = 0; i < count; i++) {
    const execution = engine.load(state);
    const taken = execution.run(BigInt(1000 + ((i * 7919) % 9000)));
    const next = execution.save();
    if (next.registers.sizes < state.registers.sizes) shrunk++;
    state = taken === 0n ? start : next;
    runs++;
  }
}

function usage(): { held: number; resident: number } {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: heapUsed + external, resident: rss };
}

use(everything, 300);
use(shrinking, 200);
const first = usage();
use(everything, 900);
use(shrinking, 900);
process.stdout.write(JSON.stringify({ first, last: usage(), runs, shrunk }));
