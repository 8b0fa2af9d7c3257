/** A Deal and its disputes as a command sees them, and the claim that somebody means. */
import { type ClaimView, type DealView, isPending } from "../chain/deal-log.ts";
import { type DealFacts, readDeal } from "../chain/deal-facts.ts";
import { DealWatch } from "../chain/deal-watch.ts";
import { tournamentId } from "../game/openings.ts";
import type { GameState } from "../game/types.ts";
import { connect } from "./connection.ts";
import { UserError } from "./failure.ts";
import type { SettingOptions } from "./options/settings.ts";
import { configOf } from "./settings.ts";

/** A Deal at one block. */
export interface Sight {
  readonly deal: DealFacts;
  readonly view: DealView;
  readonly game: GameState;
  /** Timestamp of the block. */
  readonly now: number;
}

/** Looks at the Deal of the settings. */
export async function look(options: SettingOptions): Promise<Sight> {
  const config = configOf(options);
  const address = config.need("deal");
  const { chain } = await connect(config);
  const deal = await readDeal(chain, address);
  const { tournament, params, block: from } = deal;
  const { state, head } = await new DealWatch(chain, { deal: address, tournament, params, from, owners: [] }).look();
  return { deal, view: state.deal, game: state.game, now: head.timestamp };
}

/** Whether an argument names a claim or a tournament: 0x and the first digits of it. */
function isId(name: string): boolean {
  return /^0x[0-9a-fA-F]{1,64}$/.test(name);
}

/**
 * The claim that is meant: by its id, by that of its tournament, by the first digits of one of
 * them, or by the number of its fragment, of which the latest claim counts.
 *
 * @throws UserError if there is none, or more than one
 */
export function claimNamed({ deal, view }: Pick<Sight, "deal" | "view">, name: string): ClaimView {
  const claims = [...view.claims.values()];
  const id = name.toLowerCase();
  const found = /^\d+$/.test(name)
    ? claims.filter(({ fragment }) => fragment === Number(name)).slice(-1)
    : claims.filter((claim) => claim.id.startsWith(id) || tournamentId(deal.address, claim.id).startsWith(id));
  const [claim] = found;
  if (claim !== undefined && found.length === 1) return claim;
  const pending = claims.filter(isPending).map((one) => `${one.id.slice(0, 10)}… of fragment ${one.fragment}`);
  const hint = pending.length === 0 ? "no claim is pending" : `pending are ${pending.join(", ")}`;
  if (!/^\d+$/.test(name) && !isId(name)) {
    throw new UserError(`"${name}" is neither the number of a fragment nor an id, 0x and hexadecimal digits`, { hint });
  }
  const many = `${found.length} claims and tournaments begin with ${name}`;
  throw new UserError(found.length === 0 ? `there is no claim ${name} in the Deal ${deal.address}` : many, { hint });
}
