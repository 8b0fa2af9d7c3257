/** What `validator` does: replays a Deal's fragments, and plays for the truth. */
import { bytesToHex, concat, keccak256 } from "viem";
import { TournamentLog } from "../../chain/tournament-log.ts";
import { StageOutbox } from "../../stage/outbox.ts";
import { Validator } from "../../validator/validator.ts";
import { stderr } from "../channels.ts";
import { ExitCode } from "../failure.ts";
import { text } from "../printable.ts";
import { beginService, replayerOf, serve, type ServiceOptions } from "../serving.ts";

/** Does what the command says, and gives the exit code. */
export async function validate(options: ServiceOptions): Promise<number> {
  const served = await beginService(options);
  const { signing, deal, log } = served;
  const { chain, self } = signing;
  const secret = bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
  const replayer = replayerOf(served);
  const validator = new Validator({
    ...{ chain, self, deal: log, replayer, outbox: new StageOutbox(chain) },
    tournaments: await TournamentLog.follow(chain, deal.tournament, deal.block),
    saltOf: (tournament) => keccak256(concat([secret, tournament])),
  });
  stderr.line(text`validator ${self} watches the Deal ${deal.address}`);
  await serve(served, validator, replayer, options.json === true);
  await replayer.close();
  return ExitCode.success;
}
