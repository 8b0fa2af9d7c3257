/**
 * The outbox of a real chain: has intents signed, written and sent, and sees to each one until it is
 * mined for good. It waits for no receipt: every look takes up where the last one left off, in this
 * process or an earlier one.
 */
import { keccak256, type PublicClient } from "viem";
import { Problem } from "../../../verifier/errors.ts";
import type { Attempt, Flight, Intents } from "../../store/intents.ts";
import type { Signer } from "../accounts/signer.ts";
import { isEarly, isOvertaken } from "../attempt.ts";
import type { Failure, Intent, Outbox, Outcome } from "../intent.ts";
import { Broadcast, type Endpoints } from "./broadcast.ts";
import { estimate } from "./estimate.ts";
import { type Observation, observe } from "./observe.ts";
import { planLook, type Step, tooPoor, type Wish } from "./plan.ts";
import { POLICY, type Policy } from "./policy.ts";
import { type Settled, settle, standing, type Standing } from "./settle.ts";
import { Watch } from "./watch.ts";

/** What a sender works with. */
export interface SenderSetup {
  readonly chainId: number;
  /** For what decides: state, receipts, prices. */
  readonly reader: PublicClient;
  readonly endpoints: Endpoints;
  readonly signer: Signer;
  readonly journal: Journal;
  readonly policy?: Partial<Policy>;
}

/** Where signed transactions are written before they are sent. */
export type Journal = Pick<Intents, "flights" | "sign" | "show" | "note" | "retire">;

/** Sends for one account, which nothing else sends for. */
export class Sender implements Outbox {
  readonly #setup: SenderSetup;
  readonly #policy: Policy;
  readonly #broadcast: Broadcast;
  readonly #watch = new Watch();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(setup: SenderSetup) {
    this.#setup = setup;
    this.#policy = { ...POLICY, ...setup.policy };
    this.#broadcast = new Broadcast(setup.endpoints);
  }

  carryOut(intents: readonly Intent[], now: number): Promise<Outcome> {
    const look = this.#turn.then(() => this.#look(intents, now));
    this.#turn = look.catch(() => undefined);
    return look;
  }

  async #look(intents: readonly Intent[], now: number): Promise<Outcome> {
    const { reader, signer, journal } = this.#setup;
    const failures: Failure[] = [];
    const wanted = this.#wanted(intents, now, failures);
    const flights = journal.flights();
    const seen = await observe(reader, signer.address, flights);
    this.#watch.see(seen, now);
    const lostFor = (nonce: number): number => this.#watch.lostFor(nonce, now);
    const settled = settle(flights, { ...seen, lostFor }, new Set(wanted.keys()), this.#policy);
    this.#keep(settled, failures);
    for (const flight of settled.reverted) failures.push(...revertOf(flight, wanted));

    const stands = standing(settled);
    const wishes = await this.#wishes([...wanted.values()], stands, seen, failures);
    const situation = {
      self: signer.address,
      now,
      wanted,
      wishes,
      flights: settled.flying,
      underpriced: this.#watch.underpriced,
      stalled: this.#stalled([...wanted.values()], now),
      canConceal: this.#broadcast.canConceal,
      ...seen,
    };
    const plan = planLook(situation, this.#policy);
    failures.push(...plan.failures);
    const sending: Promise<void>[] = [];
    for (const step of plan.steps) {
      const fail = (cause: unknown): void => {
        failures.push({ intent: intentOf(step, wanted), cause });
      };
      try {
        const attempt = await this.#write(step, now);
        sending.push(this.#send(attempt, step.shown).catch(fail));
      } catch (cause) {
        fail(cause);
      }
    }
    await Promise.all(sending);
    const failed = new Set(failures.map(({ intent }) => intent.key));
    const started = plan.steps.map(({ cargo }) => cargo.key);
    const under = new Set([...stands.busy, ...started.filter((key) => key !== undefined && !failed.has(key))]);
    return { sent: [...wanted.keys()].filter((key) => under.has(key)).length, failures };
  }

  /** What can be wanted of this account, each key once. */
  #wanted(intents: readonly Intent[], now: number, failures: Failure[]): Map<string, Intent> {
    const wanted = new Map<string, Intent>();
    for (const intent of intents) {
      if (now >= intent.deadline || wanted.has(intent.key)) continue;
      if (intent.from.toLowerCase() === this.#setup.signer.address.toLowerCase()) wanted.set(intent.key, intent);
      else failures.push({ intent, cause: new Problem(`there is no key for ${intent.from}`) });
    }
    return wanted;
  }

  /** What is found out again at the next look if it can't be written now. */
  #keep({ changed, retired }: Settled, failures: Failure[]): void {
    try {
      this.#setup.journal.note(changed);
      this.#setup.journal.retire(retired);
    } catch (cause) {
      failures.push({ intent: this.#housekeeping("keep the journal"), cause });
    }
  }

  /** Tries what nothing is under way for. */
  async #wishes(
    intents: readonly Intent[],
    { busy, reverts }: Standing,
    { balance, head }: Observation,
    failures: Failure[],
  ): Promise<Wish[]> {
    const tried = intents
      .filter(({ key }) => !busy.has(key))
      .slice(0, this.#policy.flights)
      .map(async (intent): Promise<Wish | undefined> => {
        try {
          const { value = 0n } = intent.call;
          if (value > balance) throw tooPoor(value, balance);
          const reverted = reverts.get(intent.key) ?? 0;
          if (reverted >= this.#policy.reverts) throw new Problem(`it reverted ${reverted} times when it was mined`);
          return await this.#try(intent, reverted, head);
        } catch (cause) {
          if (!isOvertaken(cause) && !isEarly(cause)) failures.push({ intent, cause });
          return undefined;
        }
      });
    return (await Promise.all(tried)).filter((wish) => wish !== undefined);
  }

  /**
   * A call that was refused as too early is tried with the time of the next block, but only when
   * that is surely later than the head's: blocks of test nodes may share a second.
   */
  async #try(intent: Intent, reverted: number, head: bigint): Promise<Wish> {
    const { reader, signer } = this.#setup;
    const withReserve = (used: bigint): bigint => this.#withReserve(used, reverted);
    const trial = { reader, from: signer.address, withReserve, limit: this.#policy.gasLimit };
    try {
      return { intent, ...(await estimate({ ...trial, at: head }, intent.call)) };
    } catch (error) {
      if (!isEarly(error) || this.#watch.headAge() < 1_000) throw error;
      return { intent, ...(await estimate({ ...trial, at: "pending" }, intent.call)) };
    }
  }

  /** Whether foreign transactions have had their time; what is urgent waits for them less long. */
  #stalled(intents: readonly Intent[], now: number): boolean {
    const { patience, blockTime } = this.#policy;
    const left = Math.min(Infinity, ...intents.map(({ deadline }) => deadline - now));
    return this.#watch.waitsFor(now) >= Math.max(blockTime, Math.min(3 * patience, left / 8));
  }

  /** More after each revert: it may have been for want of gas. */
  #withReserve(used: bigint, reverted: number): bigint {
    const { gasReserve, gasLimit } = this.#policy;
    const wanted = (used * (gasReserve + 50n * BigInt(reverted))) / 100n;
    return wanted < gasLimit ? wanted : gasLimit;
  }

  /** What is to be sent, once it is written: whatever fails, nothing is sent that isn't. */
  async #write(step: Step, now: number): Promise<Attempt> {
    const { journal } = this.#setup;
    const { nonce, cargo, shown } = step;
    if (step.kind === "again") {
      if (shown && !step.attempt.shown) journal.show(step.attempt.hash);
      return step.attempt;
    }
    const raw = await this.#sign(step);
    const attempt = { hash: keccak256(raw), raw, ...step.fees, at: now, shown, cancels: step.cancels };
    journal.sign(nonce, cargo, attempt);
    return attempt;
  }

  #sign({ nonce, cargo, cancels, fees }: Extract<Step, { kind: "sign" }>): Promise<`0x${string}`> {
    const { chainId, signer } = this.#setup;
    const { to, data, value, gas } = cargo;
    const load = cancels ? { to: signer.address, gas: 21_000n } : { to, data, value, gas };
    const { maxFee: maxFeePerGas, tip: maxPriorityFeePerGas } = fees;
    return signer.signTransaction({ type: "eip1559", chainId, nonce, ...load, maxFeePerGas, maxPriorityFeePerGas });
  }

  async #send({ hash, raw }: Attempt, shown: boolean): Promise<void> {
    const reception = await this.#broadcast.send(raw, shown);
    if (reception === "underpriced") this.#watch.underpriced.add(hash);
    else this.#watch.underpriced.delete(hash);
  }

  #housekeeping(label: string): Intent {
    return housekeeping(label, this.#setup.signer.address);
  }
}

/** An intent of the sender's own, to tell a failure with. */
function housekeeping(label: string, self: Intent["from"]): Intent {
  const call = { label, to: self, abi: [], functionName: "", args: [] };
  return { key: label, from: self, call, deadline: Infinity, stake: 0n };
}

function intentOf({ nonce, cargo }: Step, wanted: ReadonlyMap<string, Intent>): Intent {
  const intent = cargo.key === undefined ? undefined : wanted.get(cargo.key);
  return intent ?? housekeeping(`free nonce ${nonce}`, cargo.to);
}

function revertOf({ cargo, mined }: Flight, wanted: ReadonlyMap<string, Intent>): Failure[] {
  const intent = cargo.key === undefined ? undefined : wanted.get(cargo.key);
  if (intent === undefined || mined === undefined) return [];
  return [{ intent, cause: new Problem(`it reverted when it was mined, in transaction ${mined.hash}`) }];
}
