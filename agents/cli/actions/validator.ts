/** What `validator` does: has a Deal's fragments replayed, and plays for the truth. */
import { saltsOf } from "../../store/secret.ts";
import { Validator } from "../../validator/validator.ts";
import { ExitCode } from "../failure.ts";
import { beginService, type ServiceOptions } from "../serving.ts";

/** Does what the command says, and gives the exit code. */
export async function validate(options: ServiceOptions): Promise<number> {
  const served = await beginService("validator", options);
  const { signing, deal, log, tournaments, store, outbox, lineups, replayer, telling, live } = served;
  const { chain, self } = signing;
  const replay = replayer();
  const validator = new Validator({
    ...{ chain, self, deal: log, tournaments, replayer: replay, outbox, lineups },
    saltOf: saltsOf(store),
  });
  telling.note(`validator ${self} watches the Deal ${deal.address}`);
  await live(validator, replay);
  return ExitCode.success;
}
