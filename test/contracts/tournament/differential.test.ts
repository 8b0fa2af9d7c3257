import { expect } from "chai";
import fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import type { Hex } from "viem";
import { tournamentId } from "../../../agents/game/openings.ts";
import { follow, rebuild } from "../../../agents/game/events.ts";
import type { GameEvent } from "../../../agents/game/events.ts";
import { Refused } from "../../../agents/game/refused.ts";
import { apply, verdict } from "../../../agents/game/rules.ts";
import type { Rules } from "../../../agents/game/rules.ts";
import { EMPTY_GAME } from "../../../agents/game/types.ts";
import type { Action, GameState, Params } from "../../../agents/game/types.ts";
import { deploy, hex, LIMIT } from "./chain.ts";
import type { Chain } from "./chain.ts";
import { attempt, Cast, drawFrom, resolvable } from "./schedule.ts";
import { toyStep } from "../../support/toy.ts";
import { NO_SALT } from "../../support/toy-tree.ts";

const RUNS = process.env["FUZZ_PROFILE"] === "ci" ? 200 : 20;
const SEED = 0x0a4b17e4;

function paramsFor(heights: readonly number[]): Params {
  return {
    period: 1000,
    grace: 100,
    heights,
    bonds: heights.map((_, level) => 1001n - 200n * BigInt(level)),
    bounty: 99n,
  };
}

/** The contract and the model, played at once. */
class Game {
  readonly chain: Chain;
  readonly rules: Rules;
  readonly events: GameEvent[] = [];
  /** How often each reason to refuse came up, and each action was accepted. */
  readonly seen = new Map<string, number>();
  state: GameState = EMPTY_GAME;
  /** The state from the logs alone. */
  heard: GameState = EMPTY_GAME;
  time: number;

  constructor(chain: Chain, params: Params, time: number) {
    this.chain = chain;
    this.rules = { params, arbiter: chain.arbiter, step: toyStep(LIMIT) };
    this.time = time;
  }

  /** Both accept and go to the same state, or both refuse for the same reason. */
  async play(action: Action, sender: Hex, wait: number): Promise<boolean> {
    this.time += wait;
    const expected = this.#expect(action, sender);
    const outcome = await this.chain.send(action, sender, this.time);
    const reason = outcome.accepted ? undefined : outcome.reason;
    expect(reason, `${action.kind} at ${this.time}`).to.equal(
      expected instanceof Refused ? expected.reason : undefined,
    );
    const name = reason ?? action.kind;
    this.seen.set(name, (this.seen.get(name) ?? 0) + 1);
    if (expected instanceof Refused || !outcome.accepted) return false;
    this.state = expected;
    this.events.push(...outcome.events);
    for (const event of outcome.events) this.heard = follow(this.heard, event, this.rules.params);
    if (!isDeepStrictEqual(this.heard, this.state)) expect(this.heard).to.deep.equal(this.state);
    return true;
  }

  /** The contract holds what the model says, and as much money as it owes. */
  async check(): Promise<void> {
    expect(await this.chain.read(this.state)).to.deep.equal(this.state);
    const { credits, burned, tournaments } = this.state;
    let owed = burned + BigInt(this.state.announced.size) * (this.rules.params.bonds[0] ?? 0n);
    for (const amount of credits.values()) owed += amount;
    for (const row of tournaments.values()) {
      const bond = this.rules.params.bonds[row.level] ?? 0n;
      for (const { status } of row.commitments.values()) if (status === "alive") owed += bond;
      if (row.collected) owed -= bond;
    }
    expect(await this.chain.balance()).to.equal(owed);
  }

  #expect(action: Action, sender: Hex): GameState | Refused {
    try {
      return apply(this.state, action, { sender, time: this.time }, this.rules);
    } catch (error) {
      if (error instanceof Refused) return error;
      throw error;
    }
  }
}

describe("Tournament against the rules in TypeScript", () => {
  const seen = new Map<string, number>();

  for (const heights of [[3], [6], [3, 3], [6, 3], [6, 3, 3], [3, 3, 3, 3]]) {
    it(`accepts and refuses the same in random schedules, heights ${heights.join(", ")}`, async () => {
      let executed = 0;
      let displaced = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 2, max: 32 }),
          fc.array(fc.noBias(fc.integer({ min: 0, max: 2 ** 32 - 1 })), {
            minLength: 150,
            maxLength: 250,
            size: "max",
          }),
          async (opinions, choices) => {
            const game = await schedule(heights, opinions, choices);
            for (const [name, times] of game.seen) seen.set(name, (seen.get(name) ?? 0) + times);
            for (const { kind } of game.events) {
              if (kind === "Stepped") executed++;
              if (kind === "Displaced") displaced++;
            }
          },
        ),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
      expect(executed, "disputes that came down to a step").to.be.at.least(10);
      expect(displaced, "commitments that somebody had announced before").to.be.at.least(1);
    });
  }

  it("met every action and every reason to refuse", () => {
    expect([...seen.keys()].sort()).to.deep.equal(EVERYTHING);
  });
});

/** Every action accepted and every error at least once: the schedules are not empty talk. */
const EVERYTHING = [
  "AgreedWrong",
  "AnnouncementKnown",
  "BondCollected",
  "BondWrong",
  "ClockRunning",
  "ClockSpent",
  "CommitmentKnown",
  "DigitOutOfRange",
  "FinalNotInTree",
  "FinalOutsideMatch",
  "HeightUnfit",
  "MatchNotLive",
  "MatchNotPlaying",
  "NoDifference",
  "NotAnnounced",
  "NotArbiter",
  "NothingToWithdraw",
  "OpeningWrong",
  "ProofLengthWrong",
  "SiblingsWrong",
  "TournamentClosed",
  "TournamentExists",
  "TournamentUnfinished",
  "TournamentUnknown",
  "TournamentWithoutWinner",
  "WitnessWrong",
  "announce",
  "collect",
  "join",
  "last",
  "move",
  "open",
  "resolve",
  "withdraw",
];

/** One game: the choices one by one, then time alone until the root tournament is finished. */
async function schedule(heights: readonly number[], opinions: number, choices: readonly number[]): Promise<Game> {
  const params = paramsFor(heights);
  const chain = await deploy(params);
  const game = new Game(chain, params, (await chain.now()) + 1);
  const tournament = tournamentId(chain.arbiter, NO_SALT);
  const owners = chain.accounts.slice(1, 9).map(({ address }) => hex(address));
  const cast = new Cast(params, tournament, chain.arbiter, owners, opinions, drawFrom(opinions));
  for (const action of cast.announcements(drawFrom(opinions))) await game.play(action, chain.arbiter, 0);
  game.time++;
  for (const choice of choices) {
    if (verdict(game.state, tournament, game.time).finished && choice % 4 > 0) continue;
    const { action, sender, wait } = attempt(cast, game.state, game.time, drawFrom(choice));
    await game.play(action, sender, wait);
  }
  await game.check();
  await drain(game, owners[0] ?? chain.arbiter);
  for (const row of game.state.tournaments.values()) {
    await game.play({ kind: "collect", tournament: row.id }, chain.arbiter, 0);
  }
  for (const owner of game.state.credits.keys()) await game.play({ kind: "withdraw", to: owner }, owner, 0);
  await game.check();
  expect(rebuild(game.events, params)).to.deep.equal(game.state);
  return game;
}

/**
 * Nobody plays any more: whatever can be resolved is, until every tournament is finished. Each
 * round must bring something.
 */
async function drain(game: Game, sender: Hex): Promise<void> {
  while ([...game.state.tournaments.keys()].some((id) => !verdict(game.state, id, game.time).finished)) {
    const closing = [...game.state.tournaments.values()].map(({ closes }) => closes - game.time);
    let progress = Math.max(...closing) > 0;
    game.time += game.rules.params.period;
    for (const action of resolvable(game.state)) progress = (await game.play(action, sender, 0)) || progress;
    expect(progress, "a dead state").to.equal(true);
  }
}
