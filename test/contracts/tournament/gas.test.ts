import { expect } from "chai";
import type { Hex } from "viem";
import { announcementHash, matchId, opening, tournamentId } from "../../../agents/game/openings.ts";
import type { Action, Eight, Params, Side } from "../../../agents/game/types.ts";
import { checkSnapshot } from "../../../scripts/snapshot.ts";
import { deploy, hex } from "./chain.ts";
import type { Chain } from "./chain.ts";
import { deepPair } from "./deep.ts";
import type { DeepPair, Ending, Path } from "./deep.ts";
import { toyState, toyWitness } from "../../support/toy.ts";
import { NO_SALT } from "../../support/toy-tree.ts";

/** The heights for local use: 2^48 steps. */
const PARAMS: Params = { period: 100_000, grace: 1_000, heights: [33, 15], bonds: [1000n, 500n], bounty: 99n };

const INITIAL = toyState(0n, 0n);
const OTHER: Hex = `0x${"77".repeat(32)}`;

/**
 * Every digit twice, so that the average is that of random paths; no path starts with 7 or ends in
 * 0.
 */
const OUTER: Path = [0, 1, 2, 3, 4, 5, 6, 7, 7, 0, 3];
const INNER: Path = [5, 4, 6, 2, 1];

describe("Tournament gas", () => {
  it("is that of the snapshot, and a move costs at most 50,000 on average", async () => {
    const { figures, moves } = await disputeOfTwoLevels();
    const average = Math.round(moves.reduce((sum, gas) => sum + gas, 0) / moves.length);
    expect(moves.length).to.equal(14);
    expect(average).to.be.at.most(50_000);
    checkSnapshot("tournament-gas", {
      ...figures,
      moveAverage: average,
      moveLeast: Math.min(...moves),
      moveMost: Math.max(...moves),
    });
  });
});

/**
 * Plays one dispute of two levels over 2^48 steps: every move of it, the seal and the step; then
 * the same pairs run out of time.
 */
async function disputeOfTwoLevels(): Promise<{ figures: Record<string, number>; moves: number[] }> {
  const chain = await deploy(PARAMS);
  const tournament = tournamentId(chain.arbiter, NO_SALT);
  const figures: Record<string, number> = {};
  const moves: number[] = [];
  let time = (await chain.now()) + 1;
  const [players, rival] = [playersOf(chain), playersOf(chain).two];
  const send = async (name: string | undefined, action: Action, sender: Hex): Promise<number> => {
    const outcome = await chain.send(action, sender, ++time);
    if (!outcome.accepted) throw new Error(`${action.kind} was refused: ${outcome.reason}`);
    if (name !== undefined) {
      figures[name] = outcome.gas;
      figures[`${name}Calldata`] = outcome.calldata;
    }
    if (action.kind === "move") {
      figures["moveMostCalldata"] = Math.max(figures["moveMostCalldata"] ?? 0, outcome.calldata);
    }
    return outcome.gas;
  };
  const announce = async (owner: Hex, root: Hex, name?: string): Promise<number> =>
    send(
      name,
      { kind: "announce", announcement: announcementHash(owner, tournament, root, NO_SALT), value: 1000n },
      owner,
    );

  const agreed = toyState(0n, 9n);
  const outer = deepPair(OUTER, { agreed, leaves: finals(2n), finals: finals(3n) }, "outer");
  await announce(chain.arbiter, outer.roots.one, "announce");
  await announce(rival, outer.roots.two);
  const stranger = deepPair(OUTER, { agreed, leaves: finals(4n), finals: finals(5n) }, "stranger");
  await announce(rival, stranger.roots.one);
  await send(
    "open",
    {
      kind: "open",
      tournament,
      initial: INITIAL,
      owner: chain.arbiter,
      commitment: outer.commitments.one,
    },
    chain.arbiter,
  );
  await send("joinPaired", { kind: "join", tournament, commitment: outer.commitments.two, value: 0n }, rival);
  await send("joinWaiting", { kind: "join", tournament, commitment: stranger.commitments.one, value: 0n }, rival);

  const match = matchId(tournament, outer.roots.one, outer.roots.two);
  const turn = await descend(match, outer, OUTER);
  await send("lastSealing", lastAction(tournament, outer, OUTER, turn, agreed, "0x"), players[turn]);

  const before = toyState(0n, 41n);
  const truth: Ending = {
    agreed: before,
    leaves: { one: toyState(0n, 42n), two: OTHER },
    finals: finals(2n),
  };
  const inner = deepPair(INNER, truth, "inner");
  await send(
    "joinInner",
    { kind: "join", tournament: match, commitment: inner.commitments.one, value: 500n },
    players.one,
  );
  await send(undefined, { kind: "join", tournament: match, commitment: inner.commitments.two, value: 500n }, rival);
  const innerTurn = await descend(matchId(match, inner.roots.one, inner.roots.two), inner, INNER);
  await send("lastStep", lastAction(match, inner, INNER, innerTurn, before, toyWitness(0n, 41n)), players[innerTurn]);

  time += PARAMS.period;
  const pairing = { tournament, one: outer.roots.one, two: outer.roots.two };
  await send("resolveInner", { kind: "resolve", pairing }, rival);
  await send("collect", { kind: "collect", tournament: match }, rival);
  time += PARAMS.period;
  const rest = { tournament, one: stranger.roots.one, two: outer.roots.one };
  await send("resolveTimeout", { kind: "resolve", pairing: rest }, rival);
  await send("withdraw", { kind: "withdraw", to: rival }, rival);
  figures["disputeMoves"] = moves.length + 2;
  figures["disputeMovesTotal"] =
    moves.reduce((sum, gas) => sum + gas, 0) + (figures["lastSealing"] ?? 0) + (figures["lastStep"] ?? 0);
  return { figures, moves };

  async function descend(id: Hex, pair: DeepPair, path: Path): Promise<Side> {
    let side: Side = "one";
    for (let group = 0; group + 1 < path.length; group++) {
      const { digit, opp, siblings } = openingAt(pair, group, side);
      const next: Eight = eightAt(pair, group + 1, side);
      moves.push(await send(undefined, { kind: "move", id, digit, opp, siblings, next }, players[side]));
      side = side === "one" ? "two" : "one";
    }
    return side;
  }
}

function lastAction(tournament: Hex, pair: DeepPair, path: Path, side: Side, agreed: Hex, witness: Hex): Action {
  const shown = { ...openingAt(pair, path.length - 1, side), agreed, proof: pair.proof, witness };
  return { kind: "last", pairing: { tournament, one: pair.roots.one, two: pair.roots.two }, shown };
}

function openingAt(pair: DeepPair, group: number, side: Side) {
  const found = opening(eightAt(pair, group, side), eightAt(pair, group, side === "one" ? "two" : "one"));
  if (!found) throw new Error("the sides do not differ");
  return found;
}

function eightAt(pair: DeepPair, group: number, side: Side): Eight {
  const found = pair.eights[group];
  if (!found) throw new RangeError(`no group ${group}`);
  return found[side];
}

function finals(lineage: bigint): Readonly<Record<Side, Hex>> {
  return { one: toyState(0n, lineage), two: toyState(lineage, lineage) };
}

function playersOf(chain: Chain): Readonly<Record<Side, Hex>> {
  const two = chain.accounts[1];
  if (!two) throw new Error("the network has one account");
  return { one: chain.arbiter, two: hex(two.address) };
}
