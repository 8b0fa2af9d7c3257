/** Lets agents act on an embedded chain until none of them has anything left to do. */
import type { EmbeddedChain } from "./embedded.ts";

/** Somebody who acts when there is something to do. */
export interface Agent {
  /** Does at most one thing; tells whether there was one. */
  poll(): Promise<boolean>;
}

/**
 * Polls the agents in turn. When nobody acts, the chain's clock is moved on to the next deadline;
 * ends when there is none.
 *
 * @param deadline the next instant at which something can happen by time alone
 */
export async function takeTurns(
  embedded: EmbeddedChain,
  agents: readonly Agent[],
  deadline: (now: number) => Promise<number | undefined>,
): Promise<void> {
  for (;;) {
    let acted = false;
    for (const agent of agents) acted = (await agent.poll()) || acted;
    if (acted) continue;
    const now = await embedded.chain.now();
    const next = await deadline(now);
    if (next === undefined) return;
    await embedded.advance(next - now);
  }
}
