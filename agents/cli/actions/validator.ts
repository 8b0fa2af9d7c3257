/** What `validator` does: has a Deal's fragments replayed, and plays for the truth. */
import { zeroHash } from "viem";
import { isLocalChain } from "../../chain/accounts/local-test.ts";
import { SETTLING } from "../../players/decide.ts";
import { saltsOf } from "../../store/secret.ts";
import type { Mode } from "../../validator/modes.ts";
import { Validator } from "../../validator/validator.ts";
import { ExitCode } from "../failure.ts";
import { beginService, beginWatch, type ServiceOptions } from "../serving.ts";

/** Options as commander gives them. */
export interface ValidatorOptions extends ServiceOptions {
  readonly mode: Mode;
}

/** Does what the command says, and gives the exit code. */
export async function validate({ mode, ...options }: ValidatorOptions): Promise<number> {
  if (mode === "watch") return watch(options);
  const served = await beginService("validator", options);
  const { chain, self, deal, log, tournaments, store, outbox, lineups, replayer, telling, live } = served;
  const replay = replayer();
  const validator = new Validator({
    ...{ chain, self, deal: log, tournaments, replayer: replay, outbox, lineups, mode },
    saltOf: saltsOf(store),
    settling: isLocalChain(await chain.reader.getChainId()) ? 0 : SETTLING,
  });
  telling.note(`validator ${self} ${mode === "full" ? "watches" : "defends in"} the Deal ${deal.address}`);
  await live(validator, replay);
  return ExitCode.success;
}

/** Looks, replays and tells; without an account. */
async function watch(options: ServiceOptions): Promise<number> {
  const { chain, self, deal, log, tournaments, outbox, lineups, replayer, telling, live } = await beginWatch(
    "watch",
    options,
  );
  const replay = replayer();
  const validator = new Validator({
    ...{ self, deal: log, tournaments, replayer: replay, outbox, lineups, mode: "watch" },
    chain: { now: () => chain.now(), balance: () => Promise.resolve(0n) },
    // Nothing is announced.
    saltOf: () => zeroHash,
  });
  telling.note(`a validator without an account watches the Deal ${deal.address}`);
  await live(validator, replay);
  return ExitCode.success;
}
