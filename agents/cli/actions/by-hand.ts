/** What `challenge`, `move`, `resolve` and `settle` do: one deed of a validator, by hand. */
import { isLocalChain } from "../../chain/accounts/local-test.ts";
import type { Duty } from "../../chain/duty.ts";
import type { Intent, Outbox, Outcome } from "../../chain/intent.ts";
import { durationText, etherText } from "../../config/amounts.ts";
import { canBeat, SETTLING } from "../../players/decide.ts";
import { NEVER } from "../../players/play.ts";
import type { Replayer } from "../../replay/replayer.ts";
import { saltsOf } from "../../store/secret.ts";
import { type Request, type Requested, requested, whyNot } from "../../validator/by-hand.ts";
import { Validator } from "../../validator/validator.ts";
import { stderr, stdout } from "../channels.ts";
import { jsonValue } from "../facts.ts";
import { ExitCode, UserError } from "../failure.ts";
import { text } from "../printable.ts";
import { beginService, type ServiceOptions, type Serving } from "../serving.ts";
import { claimNamed } from "../sight.ts";
import type { MinedTransaction } from "../telling.ts";
import { confirm } from "../terminal-question.ts";

/** Options as commander gives them. */
export interface HandOptions extends ServiceOptions {
  readonly yes?: boolean;
}

/** Does what the command says, and gives the exit code. */
export async function byHand(
  request: Request,
  name: string,
  { json = false, yes = false, dryRun = false, ...options }: HandOptions,
): Promise<number> {
  // The validator's own store: what it has announced is shown from here, and the two never act at once.
  const served = await beginService("validator", options);
  const { store, chain, self, deal, log, tournaments, lineups, replayer, outbox, live, close } = served;
  const replay = replayer();
  const hand = new Hand(served, replay, request, name);
  const validator = new Validator({
    ...{ chain, self, deal: log, tournaments, replayer: replay, outbox: hand, lineups },
    saltOf: saltsOf(store),
    settling: isLocalChain(served.signing.chainId) ? 0 : SETTLING,
  });
  const before = new Set(served.mined().map(({ hash }) => hash));
  let isAlive = false;
  try {
    await hand.prepare(() => validator.look());
    for (const duty of hand.wanted) stderr.line(dutyLine(duty, await chain.now()));
    if (dryRun) {
      for (const { from, call } of hand.wanted) await chain.rehearse(from, call);
    } else {
      if (request === "challenge") stderr.line(text`  and, once it is announced, the challenge`);
      confirm(`send ${hand.wanted.length === 1 ? "it" : "them"} from ${self}?`, yes);
      const done = new AbortController();
      hand.send(outbox, () => {
        done.abort();
      });
      isAlive = true;
      const service = { look: async () => ({ ...(await validator.look()), warnings: [] }) };
      await live(service, replay, done.signal);
    }
    const transactions = hand.mined.filter(({ hash }) => !before.has(hash));
    if (json) stdout.json(jsonValue({ deal: deal.address, intents: hand.told, transactions }));
    return hand.isDone || dryRun ? ExitCode.success : ExitCode.failure;
  } finally {
    if (!isAlive) await close(replay);
  }
}

/** Looks that find nothing more to do before it counts as done: the first may not have seen the last block. */
const QUIET = 2;

/** Looks at which nothing can be sent before it is given up. */
const PATIENCE = 3;

/** Passes on of a validator's intents what was asked for, once it was agreed to. */
class Hand implements Outbox {
  readonly #served: Serving;
  readonly #replay: Replayer;
  readonly #request: Request;
  readonly #name: string;
  #outbox: Outbox | undefined;
  /** Keys of what was agreed to. */
  #agreed: ReadonlySet<string> = new Set();
  #done: (() => void) | undefined;
  #quiet = 0;
  #failing = 0;
  #hasSent = false;
  /** What is wanted at the latest look. */
  wanted: readonly Duty[] = [];
  /** All that is mined of what the account has sent. */
  mined: readonly MinedTransaction[] = [];
  /** All that was ever wanted. */
  readonly told: { readonly label: string; readonly key: string }[] = [];

  constructor(served: Serving, replay: Replayer, request: Request, name: string) {
    this.#served = served;
    this.#replay = replay;
    this.#request = request;
    this.#name = name;
  }

  /** Whether all that was asked for has been sent and is wanted no more. */
  get isDone(): boolean {
    return this.#hasSent && this.#quiet >= QUIET;
  }

  /**
   * Looks until everything is computed that the decision needs.
   *
   * @throws UserError if there is nothing to do
   */
  async prepare(look: () => Promise<{ readonly problems: readonly unknown[] }>): Promise<void> {
    // A run, a commitment, its nodes and leaves, a witness: each is asked for when the last is known.
    for (let looks = 0; looks < 8; looks++) {
      const { problems } = await look();
      if (this.wanted.length > 0) return;
      await this.#replay.settled();
      if (looks > 0 && problems[0] instanceof Error) throw problems[0];
    }
    throw new UserError(`nothing to ${this.#request}: ${whyNot(await this.#asked())}`);
  }

  /** From now on it sends; `done` hears when nothing is left to do. */
  send(outbox: Outbox, done: () => void): void {
    this.#outbox = outbox;
    this.#done = done;
    this.#agreed = new Set(this.wanted.map(({ key }) => key));
  }

  async carryOut(intents: readonly Intent[], now: number): Promise<Outcome> {
    const all = requested(intents as readonly Duty[], await this.#asked());
    // What comes after the answer to a move was not agreed to; a challenge is one matter with its announcement.
    const isAgreed = ({ key }: Duty): boolean => this.#request === "challenge" || this.#agreed.has(key);
    this.wanted = this.#outbox === undefined ? all : all.filter(isAgreed);
    for (const { key, call } of this.wanted)
      if (!this.told.some((one) => one.key === key)) this.told.push({ label: call.label, key });
    if (this.#outbox === undefined) return { sent: 0, failures: [] };
    const outcome = await this.#outbox.carryOut(this.wanted, now);
    this.mined = this.#served.mined();
    if (outcome.sent > 0) this.#hasSent = true;
    this.#failing = outcome.sent === 0 && outcome.failures.length > 0 ? this.#failing + 1 : 0;
    this.#quiet = this.wanted.length === 0 && !(await this.#isBetween(now)) ? this.#quiet + 1 : 0;
    if (this.#quiet >= QUIET || this.#failing >= PATIENCE) this.#done?.();
    return outcome;
  }

  /** A challenge comes only when its announcement is mined, which is not seen at once. */
  async #isBetween(now: number): Promise<boolean> {
    if (this.#request !== "challenge") return false;
    const { claim, own } = await this.#asked();
    return claim.phase === "open" && canBeat(now, claim.since + own.params.period);
  }

  async #asked(): Promise<Requested> {
    const { chain, self, deal, log, tournaments, store } = this.#served;
    const [view, game, now] = await Promise.all([log.view(), tournaments.state(), chain.now()]);
    const contracts = { deal: deal.address, tournament: deal.tournament };
    const own = { self, contracts, params: deal.params, runs: this.#replay, saltOf: saltsOf(store), wallet: 0n };
    return { request: this.#request, claim: claimNamed({ deal, view }, this.#name), view, game, own, now };
  }
}

function dutyLine({ call: { label, to, value = 0n }, deadline }: Duty, now: number) {
  const paying = value === 0n ? "" : `, with ${etherText(value)}`;
  const late = deadline < NEVER ? `, within ${durationText(Math.max(0, deadline - now))}` : "";
  return text`  ${label.padEnd(12)} to ${to}${paying}${late}`;
}
