/** What `validator` does: replays a Deal's fragments, and plays for the truth. */
import { bytesToHex } from "viem";
import { Trace } from "../../../verifier/history/trace.ts";
import { TournamentLog } from "../../chain/tournament-log.ts";
import { Histories } from "../../validator/histories.ts";
import { Validator } from "../../validator/validator.ts";
import { stderr } from "../channels.ts";
import { ExitCode } from "../failure.ts";
import { text } from "../printable.ts";
import { beginService, replayOf, serve, type ServiceOptions } from "../serving.ts";

/** Does what the command says, and gives the exit code. */
export async function validate(options: ServiceOptions): Promise<number> {
  const service = await beginService(options);
  const { signing, deal, log, executor } = service;
  const { chain, self } = signing;
  const validator = new Validator({
    ...{ chain, self, deal: log, replay: replayOf(service) },
    tournaments: await TournamentLog.follow(chain, deal.tournament, deal.block),
    histories: new Histories(({ initial }) => new Trace(initial, deal.params.heights, { executor })),
    salt: bytesToHex(crypto.getRandomValues(new Uint8Array(32))),
  });
  stderr.line(text`validator ${self} watches the Deal ${deal.address}`);
  await serve(service, () => validator.poll(), options.json === true);
  return ExitCode.success;
}
