import { expect } from "chai";
import type { Hex } from "viem";
import { disputePicture } from "../../../agents/cli/dispute-picture.ts";
import type { MatchNode, TournamentNode } from "../../../agents/players/dispute-tree.ts";

const hash = (digit: string): Hex => `0x${digit.repeat(64)}`;
const [ROOT, OTHER, TRUE, FALSE]: readonly Hex[] = ["1", "2", "a", "b"].map(hash);
const OWNER: Hex = `0x${"11".repeat(20)}`;

const commitment = (root: Hex, finalState: Hex, standing: "plays" | "waits" | "out"): never =>
  ({ root, owner: OWNER, finalState, standing }) as never;

const tournament = (change: Partial<TournamentNode>): TournamentNode => ({
  ...{ id: hash("c"), level: 0, closes: 130, isOpen: true, isFinished: false, commitments: [], matches: [], next: [] },
  ...change,
});

const match = (change: Partial<MatchNode>): MatchNode => ({
  ...{ id: hash("d"), one: hash("1"), two: hash("2"), phase: "playing", turn: "one", after: 0n, upTo: 2n ** 20n },
  ...{ moves: 4, ofMoves: 11, clocks: { one: 45, two: 60 }, wonByTime: undefined, next: undefined, inner: undefined },
  ...change,
});

const drawn = (node: TournamentNode): string =>
  disputePicture(node, { now: 100, nameOf: (state) => (state === FALSE ? "as claimed" : undefined) }).join("\n");

describe("the picture of a dispute", () => {
  it("shows commitments, matches with their clocks, what can be done next, and what lies inside", () => {
    const inner = tournament({ level: 1, closes: 90, isOpen: false });
    const commitments = [
      commitment(ROOT as Hex, FALSE as Hex, "plays"),
      commitment(OTHER as Hex, TRUE as Hex, "plays"),
    ];
    const next = [{ action: "join", owner: undefined, until: 130 }] as const;
    const playing = match({ next: { action: "move", owner: OWNER, until: 145 } });
    expect(drawn(tournament({ commitments, matches: [playing, match({ phase: "inner", inner })], next }))).equal(
      `tournament 0xcccccccc…, level 0, open for 30 s
├─ A plays of ${OWNER}, ends in 0xbbbbbbbb…, as claimed
├─ B plays of ${OWNER}, ends in 0xaaaaaaaa…
├─ A against B: 4 of 11 moves, they differ first in steps 1 to 1,048,576
│  A has 45 s left and running, B has 1 min left
│  next: A, ${OWNER}, can move within 45 s
├─ A against B: 4 of 11 moves, they differ first in steps 1 to 1,048,576
│  A has 45 s left, B has 1 min left
│  └─ tournament 0xcccccccc…, level 1, closed
└─ next: anybody can join with another commitment within 30 s`,
    );
  });

  it("says who has won by time, and what is over", () => {
    const late = match({ wonByTime: hash("2"), next: { action: "resolve", owner: undefined, until: undefined } });
    const lines = drawn(
      tournament({
        commitments: [commitment(ROOT as Hex, TRUE as Hex, "out"), commitment(OTHER as Hex, TRUE as Hex, "waits")],
        matches: [match({ phase: "done" }), late],
      }),
    );
    expect(lines).match(/A against B: over\n/);
    expect(lines).match(/B has won by time\n {3}next: anybody can end this match \(resolve\) at any time$/);
  });
});
