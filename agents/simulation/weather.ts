/** What goes wrong at the moment, by the schedule: faults that begin after so many blocks. */
import type { Draw } from "./draw.ts";
import type { Network } from "./network.ts";
import type { Fault, Honest, Misbehaviour, Schedule } from "./schedule.ts";

/** A fault that lasts for some time. */
type Spell = Extract<Fault, { readonly seconds: number }>;

/** The state of everything that can go wrong. */
export class Weather {
  /** How often blocks were replaced. */
  reorganisations = 0;
  readonly #schedule: Schedule;
  readonly #network: Network;
  readonly #draw: Draw;
  #blocks = 0;
  /** What goes on, and until when. */
  #spells: { readonly fault: Spell; readonly until: number }[] = [];

  /** @param draw decides which transactions a reorganisation loses */
  constructor(schedule: Schedule, network: Network, draw: Draw) {
    this.#schedule = schedule;
    this.#network = network;
    this.#draw = draw;
  }

  /**
   * A block has come: what begins after it begins, what is over at this instant ends. Tells whether
   * blocks were replaced.
   */
  async pass(now: number): Promise<boolean> {
    const { reorganisations } = this;
    this.#blocks++;
    this.#spells = this.#spells.filter(({ until }) => until > now);
    for (const fault of this.#schedule.faults) {
      if (!("at" in fault) || fault.at !== this.#blocks) continue;
      if ("seconds" in fault) this.#spells.push({ fault, until: now + fault.seconds });
      if (fault.kind === "reorg") await this.#reorganise(fault);
    }
    const factor = Math.max(1, ...this.#spells.map(({ fault }) => (fault.kind === "gas" ? fault.factor : 1)));
    this.#network.targetFee = BigInt(this.#schedule.baseFee) * BigInt(factor);
    return this.reorganisations > reorganisations;
  }

  /** When the next thing ends, in seconds; undefined if nothing goes on. */
  nextChange(now: number): number | undefined {
    const ends = this.#spells.map(({ until }) => until).filter((until) => until > now);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  /** Whether transactions of the honest side are kept out of blocks. */
  get isCensored(): boolean {
    return this.#spells.some(({ fault }) => fault.kind === "censor");
  }

  /** Whether nothing of the honest side gets through, so that there is nothing to look at. */
  get isStill(): boolean {
    return this.isCensored || (this.isDown("validator") && this.isDown("worker"));
  }

  /** Whether a service is not running. */
  isDown(who: Honest): boolean {
    return this.#spells.some(({ fault }) => fault.kind === "down" && fault.who === who);
  }

  /** Whether the disk of a service is full. */
  isFull(who: Honest): boolean {
    return this.#spells.some(({ fault }) => fault.kind === "disk" && fault.who === who);
  }

  /** How an endpoint behaves; undefined: as it should. */
  moodOf(endpoint: number): Misbehaviour | undefined {
    for (const fault of this.#schedule.faults) {
      if (fault.kind !== "rpc" || fault.endpoint !== endpoint) continue;
      if (this.#blocks >= fault.at && this.#blocks < fault.at + fault.blocks) return fault.how;
    }
    return undefined;
  }

  async #reorganise({ depth, lost, back }: Extract<Fault, { kind: "reorg" }>): Promise<void> {
    this.reorganisations++;
    await this.#network.reorganise(
      depth,
      () => this.#draw.happens(lost),
      () => this.#draw.happens(back),
    );
  }
}
