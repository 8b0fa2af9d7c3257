/** How long stalling liars can keep a tournament open (docs/game.md, Parameters). */

/**
 * 1 + L + L² + … periods, a power for each level, with L = log2(1 + N) rounded up: at one level
 * there are L rounds and the time to join; with another above, each of its L rounds takes as long
 * as all that was there.
 *
 * @param liars N, the most false commitments in any of the tournaments
 */
export function delayInPeriods(levels: number, liars: number): number {
  const rounds = Math.ceil(Math.log2(1 + liars));
  return Array.from({ length: levels }).reduce<number>((delay) => 1 + rounds * delay, 1);
}
