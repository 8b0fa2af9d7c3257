import { expect } from "chai";
import type { ClaimPhase, ClaimView } from "../../../agents/chain/deal-log.ts";
import { EMPTY_GAME, type GameState, type Params, type TournamentState } from "../../../agents/game/types.ts";
import { figuresOf } from "../../../agents/service/figures.ts";

const SELF = "0x01";
const PARAMS: Params = { period: 100, grace: 10, heights: [3, 3], bonds: [7n, 5n], bounty: 1n };

function tournament(id: `0x${string}`, given: Partial<TournamentState>): [`0x${string}`, TournamentState] {
  const empty = { initial: "0x", leaves: undefined, waiting: undefined, live: 0, collected: false } as const;
  return [id, { id, level: 0, ...empty, closes: 100, commitments: new Map(), ...given }];
}

function commitment(owner: `0x${string}`, status: "alive" | "out"): TournamentState["commitments"] {
  const parts = {
    clock: 1,
    number: 1,
    finalState: "0x",
    children: ["0x", "0x", "0x", "0x", "0x", "0x", "0x", "0x"],
  } as const;
  return new Map([["0xaa", { root: "0xaa", owner, status, ...parts }]]);
}

describe("figures of a service", () => {
  it("count pending claims, disputes, and bonds that are still in play", () => {
    const claims = (["open", "open", "disputed", "confirmed", "dead"] as ClaimPhase[]).map(
      (phase) => ({ phase }) as ClaimView,
    );
    const game: GameState = {
      ...EMPTY_GAME,
      credits: new Map([[SELF, 3n]]),
      tournaments: new Map([
        tournament("0x0a", { closes: 60, commitments: commitment(SELF, "alive"), live: 1 }),
        tournament("0x0b", { closes: 40, commitments: commitment(SELF, "alive"), live: 1 }),
        tournament("0x0c", { level: 1, commitments: commitment(SELF, "alive"), live: 1 }),
        tournament("0x0d", { closes: 40, commitments: commitment(SELF, "alive"), waiting: "0xaa", collected: true }),
        tournament("0x0e", { closes: 60, commitments: commitment(SELF, "out") }),
        tournament("0x0f", { closes: 60, commitments: commitment("0x02", "alive") }),
      ]),
    };
    expect(figuresOf(claims, game, PARAMS, SELF, 50)).to.deep.equal({
      claims: { open: 2, disputed: 1 },
      disputes: { joining: 3, playing: 1, decided: 1 },
      locked: 19n,
      credit: 3n,
    });
  });
});
