/** The report of a Deal's play: from the chain, and from what the validator and the liar ran. */
import type { Hex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import type { Program } from "../../verifier/program/build.ts";
import { decodeTransactions } from "../../verifier/program/transactions.ts";
import { DealLog, type DealView, type Fragment } from "../chain/deal-log.ts";
import { type DisputedStep, explain } from "../report/disputed-step.ts";
import { executedMatches, pathOf } from "../report/executed.ts";
import { type GasBook, gasOf } from "../report/gas-book.ts";
import type { Balance, Report } from "../report/report.ts";
import { burned, earningsOf, freeOf, lockOf, type Purse } from "../stage/balances.ts";
import type { Outcome, Scene } from "./roles.ts";

/** What the chain does not tell. */
export interface Told {
  readonly program: Program;
  readonly outcome: Outcome;
  readonly gas: GasBook;
  /** What the workers had locked before the work began. */
  readonly locked: ReadonlyMap<Hex, bigint>;
}

/** Puts the report together. */
export async function dealReport(scene: Scene, { program, outcome, gas, locked }: Told): Promise<Report> {
  const { cast, embedded, deal } = scene;
  const view = await new DealLog(embedded.chain, deal).view();
  const after = await locksOf(scene);
  const slashed = (after.get(cast.liar) ?? 0n) < (locked.get(cast.liar) ?? 0n);
  return {
    verdict: slashed ? "liar lost" : "liar won",
    disputed: await disputedStep(scene, program, outcome, view),
    steps: view.fragments.reduce((sum, fragment) => sum + stepsOf(fragment, outcome), 0n),
    ...gasOf(gas),
    deposits: await balances(scene, locked, after),
  };
}

/** Steps of a fragment as the validator ran it; none if it did not. */
function stepsOf({ id }: Fragment, { replayer }: Outcome): bigint {
  const replayed = replayer.replayed(id);
  return replayed.phase === "done" ? replayed.run.steps : 0n;
}

/** The step that was executed, if one was, with its number and its transaction's counted over all fragments. */
async function disputedStep(
  { deployment }: Scene,
  program: Program,
  { plan, liar, replayer }: Outcome,
  { fragments }: DealView,
): Promise<DisputedStep | undefined> {
  const game = await deployment.tournaments.state();
  const [executed] = executedMatches(game);
  const fragment = fragments[plan.lie.fragment];
  const honest = replayer.history(plan.lie.fragment);
  if (executed === undefined || liar.history === undefined) return undefined;
  if (fragment === undefined || honest === undefined)
    throw new Crash(`nobody knows the history of fragment ${plan.lie.fragment}`);
  const sides = { input: fragment.input, honest, liar: liar.history };
  const disputed = explain(program, sides, pathOf(game, executed));
  const { transaction } = disputed;
  const earlier = fragments
    .slice(0, fragment.index)
    .reduce((sum, { input }) => sum + decodeTransactions(input).length, 0);
  return {
    ...disputed,
    step: disputed.step + plan.lie.offset,
    ...(transaction && { transaction: { ...transaction, number: transaction.number + earlier } }),
  };
}

/** What the workers have locked for the Deal, by address. */
export async function locksOf(scene: Scene): Promise<Map<Hex, bigint>> {
  const locks = new Map<Hex, bigint>();
  for (const worker of scene.cast.workers) locks.set(worker, await lockOf(purseOf(scene), worker));
  return locks;
}

async function balances(
  scene: Scene,
  before: ReadonlyMap<Hex, bigint>,
  after: ReadonlyMap<Hex, bigint>,
): Promise<Balance[]> {
  const { cast } = scene;
  const purse = purseOf(scene);
  const nameOf = (account: Hex): string => cast.names.get(account) ?? account;
  const list = cast.workers.map((worker): Balance => {
    const [had, has] = [before.get(worker) ?? 0n, after.get(worker) ?? 0n];
    return { name: nameOf(worker), role: "deposit", before: had, after: has, note: has === 0n ? "slashed" : "locked" };
  });
  for (const worker of cast.workers) {
    const earned = await earningsOf(purse, worker);
    const note = earned > 0n ? "confirmed work" : "";
    list.push({ name: nameOf(worker), role: "earnings", before: 0n, after: earned, note });
  }
  const [reward, rest] = [await freeOf(purse, cast.validator), await burned(purse)];
  list.push({ name: "validator", role: "reward", before: 0n, after: reward, note: "reporter's share" });
  list.push({ name: "nobody", role: "burned", before: 0n, after: rest, note: "the rest of the slashed deposit" });
  return list;
}

function purseOf({ embedded, deployment, deal }: Scene): Purse {
  return { chain: embedded.chain, deposits: deployment.deposits, deal };
}
