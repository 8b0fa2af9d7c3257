/** A dispute as a picture of text: a tree of tournaments and matches, with what can be done next. */
import type { Hex } from "viem";
import { durationText } from "../config/amounts.ts";
import type { CommitmentNode, MatchNode, Option, TournamentNode } from "../players/dispute-tree.ts";
import { grouped } from "./narrator.ts";
import { type Printable, text } from "./printable.ts";

/** What a picture says beside the tree. */
export interface Legend {
  /** Timestamp of the latest block, in seconds. */
  readonly now: number;
  /** What is known of a final state, in a word or two. */
  readonly nameOf: (finalState: Hex) => string | undefined;
}

/** The lines of a tournament with all that is inside of it. */
export function disputePicture(node: TournamentNode, legend: Legend): Printable[] {
  const { now } = legend;
  const name = nameIn(node.commitments);
  const standing = node.isFinished ? "finished" : node.isOpen ? `open for ${left(node.closes, now)}` : "closed";
  const head = text`tournament ${short(node.id)}, level ${node.level}, ${standing}`;
  const matches = node.matches.map((match) => matchLines(match, name, legend));
  const options = node.next.map((option) => [text`${optionText(option, now)}`]);
  const branches = [...node.commitments.map((one) => [commitmentLine(one, name, legend)]), ...matches, ...options];
  return [head, ...branches.flatMap((lines, i) => branch(lines, i === branches.length - 1))];
}

function branch(lines: readonly Printable[], isLast: boolean): Printable[] {
  const [first, rest] = isLast ? ["└─ ", "   "] : ["├─ ", "│  "];
  return lines.map((line, i) => text`${i === 0 ? first : rest}${line}`);
}

function commitmentLine(one: CommitmentNode, name: (root: Hex) => string, { nameOf }: Legend): Printable {
  const known = nameOf(one.finalState);
  const end = known === undefined ? short(one.finalState) : `${short(one.finalState)}, ${known}`;
  return text`${name(one.root)} ${one.standing.padEnd(5)} of ${one.owner}, ends in ${end}`;
}

function matchLines(match: MatchNode, name: (root: Hex) => string, legend: Legend): Printable[] {
  const { phase, one, two, moves, ofMoves, after, upTo, clocks, turn, wonByTime, next, inner } = match;
  const pair = `${name(one)} against ${name(two)}`;
  if (phase === "done") return [text`${pair}: over`];
  const place = text`${pair}: ${moves} of ${ofMoves} moves, they differ first in steps ${grouped(after + 1n)} to ${grouped(upTo)}`;
  const clock = (side: "one" | "two"): string => {
    const runs = phase === "playing" && turn === side && wonByTime === undefined ? " and running" : "";
    return `${name(match[side])} has ${durationText(clocks[side])} left${runs}`;
  };
  const lines = [place, text`${clock("one")}, ${clock("two")}`];
  if (wonByTime !== undefined) lines.push(text`${name(wonByTime)} has won by time`);
  if (next !== undefined) lines.push(text`${optionText(next, legend.now, name(match[turn]))}`);
  return inner === undefined ? lines : [...lines, ...branch(disputePicture(inner, legend), true)];
}

/** What can be done, by whom, and until when. */
function optionText({ action, owner, until }: Option, now: number, side = ""): string {
  const who = owner === undefined ? "anybody" : side === "" ? owner : `${side}, ${owner},`;
  const late = until === undefined ? "at any time" : `within ${left(until, now)}`;
  return `next: ${who} can ${WORDS[action]} ${late}`;
}

const WORDS: Readonly<Record<Option["action"], string>> = {
  join: "join with another commitment",
  move: "move",
  "last move": "show the leaf, or the step, on which they differ",
  resolve: "end this match (resolve)",
  collect: "have its bond credited (collect)",
  settle: "apply the verdict (settle)",
};

function left(until: number, now: number): string {
  return durationText(Math.max(0, until - now));
}

function short(hash: Hex): string {
  return `${hash.slice(0, 10)}…`;
}

/** Letters for the commitments of a tournament, in the order of their arrival; numbers after Z. */
function nameIn(commitments: readonly CommitmentNode[]): (root: Hex) => string {
  const places = new Map(commitments.map(({ root }, place) => [root, place]));
  return (root) => {
    const place = places.get(root) ?? 0;
    return place < 26 ? String.fromCharCode(65 + place) : `#${place + 1}`;
  };
}
