/** Lets services act on an embedded chain until none of them has anything left to do. */
import type { Look, Service } from "../chain/look.ts";
import type { EmbeddedChain } from "./embedded.ts";

/** A service of one process, which can be waited for. */
export interface Agent extends Service {
  /**
   * Resolves when everything is computed that its looks have asked for; tells whether that was
   * anything.
   */
  settled?(): Promise<boolean>;
}

/** Who hears of what failed. By default the first failure ends it all. */
export type Listener = (look: Look, agent: Agent) => void;

/**
 * Lets the agents look in turn. When nobody has anything to do, and nothing is being computed, the
 * chain's clock is moved on to the next deadline; ends when there is none.
 *
 * @param deadline the next instant at which something can happen by time alone
 */
export async function takeTurns(
  embedded: EmbeddedChain,
  agents: readonly Agent[],
  deadline: (now: number) => Promise<number | undefined>,
  listen: Listener = insist,
): Promise<void> {
  for (;;) {
    let sent = 0;
    for (const agent of agents) {
      const look = await agent.look();
      sent += look.sent;
      listen(look, agent);
    }
    if (sent > 0) continue;
    let computed = false;
    for (const agent of agents) computed = ((await agent.settled?.()) ?? false) || computed;
    if (computed) continue;
    const now = await embedded.chain.now();
    const next = await deadline(now);
    if (next === undefined) return;
    await embedded.advance(next - now);
  }
}

/** Ends a play at the first failure. */
export function insist({ failures, problems }: Look): void {
  const all = [...failures.map(({ cause }) => cause), ...problems];
  if (all.length > 0) throw all[0];
}
