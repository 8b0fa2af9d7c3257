/** Many plays, one after the other on one chain, each judged. */
import { judge, type Judgement } from "./invariants.ts";
import { play, type PlayOptions } from "./play.ts";
import type { Schedule } from "./schedule.ts";
import { World } from "./world.ts";

/** A play, and what came of it. */
export interface Played {
  readonly schedule: Schedule;
  readonly judgement: Judgement;
  /** Effects of the validator: journal entries, signatures, transactions handed over. */
  readonly effects: number;
}

/**
 * Plays schedules, in their order. A play that throws is a broken invariant as well.
 *
 * @param options for all of them
 */
export async function* campaign(
  schedules: Iterable<Schedule>,
  options: PlayOptions = {},
): AsyncGenerator<Played, void> {
  const world = await World.start();
  try {
    for (const schedule of schedules) {
      yield await played(world, schedule, options);
      await world.reset();
    }
  } finally {
    await world.close();
  }
}

async function played(world: World, schedule: Schedule, options: PlayOptions): Promise<Played> {
  try {
    const ending = await play(world, schedule, options);
    return { schedule, judgement: await judge(ending), effects: ending.services.validator.effects.count };
  } catch (error) {
    const broken = [`it could not be played to its end: ${error instanceof Error ? error.message : String(error)}`];
    return { schedule, judgement: { broken, measured: undefined }, effects: 0 };
  }
}
