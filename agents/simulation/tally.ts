/** What the logs of the Tournament contract say about one player, event by event. */
import { type Hex, toFunctionSelector } from "viem";
import { tournamentAbi } from "../../contracts/abi/Tournament.ts";
import type { Params } from "../game/types.ts";
import type { Mined, Timed } from "./ledger.ts";

/** A root tournament. */
export interface Course {
  readonly id: Hex;
  readonly opened: number;
  /** When its winner was certain: it was closed, and its last match was over. */
  finished: number;
  /** Most commitments in it and in any tournament inside of it. */
  commitments: number;
  /** Tournaments of the family, it included. */
  readonly family: Set<Hex>;
}

interface Row {
  readonly root: Course;
  readonly level: number;
  readonly owners: Map<Hex, Hex>;
}

const RESOLVE = toFunctionSelector(
  tournamentAbi.filter((item) => item.type === "function").find(({ name }) => name === "resolve") ?? "resolve()",
);

/** Counts for one player. */
export class Tally {
  readonly courses = new Map<Hex, Course>();
  /** Half of each bond that the player has won, in wei. */
  prizes = 0n;
  /** Matches that its commitments have lost. */
  losses = 0;
  /** The most that it had in bonds at one time in one root tournament and those inside of it, in wei. */
  mostLocked = 0n;
  /** What all others have paid in as bonds of shown commitments, in wei. */
  othersPaid = 0n;
  readonly #player: Hex;
  readonly #params: Params;
  readonly #rows = new Map<Hex, Row>();
  readonly #matches = new Map<Hex, { readonly tournament: Hex; readonly one: Hex; readonly two: Hex }>();
  readonly #locked = new Map<Hex, bigint>();

  /** @param events in the order of the chain */
  constructor(events: readonly Timed[], params: Params, player: Hex) {
    this.#params = params;
    this.#player = player;
    for (const one of events) this.#follow(one);
  }

  /** Ends of matches for which the player was paid. */
  static resolves(mined: readonly Mined[]): bigint {
    return BigInt(mined.filter(({ success, data }) => success && data.startsWith(RESOLVE)).length);
  }

  #follow({ event, time }: Timed): void {
    switch (event.kind) {
      case "Opened": {
        const { tournament: id, closes } = event;
        const root = { id, opened: time, finished: closes, commitments: 0, family: new Set([id]) };
        this.courses.set(id, root);
        this.#rows.set(id, { root, level: 0, owners: new Map() });
        break;
      }
      case "Joined":
      case "Displaced": {
        const row = this.#row(event.tournament);
        if (row === undefined) break;
        const before = row.owners.get(event.root);
        row.owners.set(event.root, event.owner);
        row.root.commitments = Math.max(row.root.commitments, row.owners.size);
        if (event.kind === "Joined" && event.owner !== this.#player) this.othersPaid += this.#bond(row);
        if (before === this.#player) this.#lock(row, -1n);
        if (event.owner === this.#player) this.#lock(row, 1n);
        break;
      }
      case "Paired": {
        const { tournament, one, two } = event;
        this.#matches.set(event.id, { tournament, one, two });
        break;
      }
      case "Sealed": {
        const row = this.#row(this.#matches.get(event.id)?.tournament);
        if (row === undefined) break;
        row.root.family.add(event.id);
        this.#rows.set(event.id, { root: row.root, level: row.level + 1, owners: new Map() });
        break;
      }
      case "Ended": {
        const row = this.#row(event.tournament);
        const match = this.#matches.get(event.id);
        if (row === undefined || match === undefined) break;
        row.root.finished = Math.max(row.root.finished, time);
        for (const side of ["one", "two"] as const) {
          if (row.owners.get(match[side]) !== this.#player) continue;
          if (side === event.winner) this.prizes += this.#bond(row) / 2n;
          else {
            this.losses++;
            this.#lock(row, -1n);
          }
        }
        break;
      }
      case "Collected": {
        const row = this.#row(event.tournament);
        if (row?.owners.get(event.root) === this.#player) this.#lock(row, -1n);
        break;
      }
      default:
        break;
    }
  }

  #row(tournament: Hex | undefined): Row | undefined {
    return tournament === undefined ? undefined : this.#rows.get(tournament);
  }

  #bond({ level }: Row): bigint {
    return this.#params.bonds[level] ?? 0n;
  }

  #lock(row: Row, times: bigint): void {
    const { id } = row.root;
    const locked = (this.#locked.get(id) ?? 0n) + times * this.#bond(row);
    this.#locked.set(id, locked);
    if (locked > this.mostLocked) this.mostLocked = locked;
  }
}
