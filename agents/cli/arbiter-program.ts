/** What `arbiter.ts` runs: all commands. */
import { Command } from "commander";
import { addByHand } from "./commands/by-hand.ts";
import { addClaims } from "./commands/claims.ts";
import { addCommit } from "./commands/commit.ts";
import { addCompletion } from "./commands/completion.ts";
import { addConfig } from "./commands/config.ts";
import { addDeal } from "./commands/deal.ts";
import { addDeploy } from "./commands/deploy.ts";
import { addDispute } from "./commands/dispute.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addDrill } from "./commands/drill.ts";
import { addInspect } from "./commands/inspect.ts";
import { addKeys } from "./commands/keys.ts";
import { addMoney } from "./commands/money.ts";
import { addProve } from "./commands/prove.ts";
import { addResults } from "./commands/results.ts";
import { addRun } from "./commands/run.ts";
import { addSequencer } from "./commands/sequencer.ts";
import { addSimulate } from "./commands/simulate.ts";
import { addSubmit } from "./commands/submit.ts";
import { addValidator } from "./commands/validator.ts";
import { addWorker } from "./commands/worker.ts";
import { parse } from "./parse.ts";

const program = new Command("arbiter")
  .description("Run WebAssembly on a machine whose every step can be proven on chain.")
  .exitOverride()
  .showHelpAfterError("(--help tells more)")
  .addHelpText(
    "after",
    "\nErrors are a line on stderr, and a hint after it where there is one; with --json an object on stdout too. Exit code 0: done; 1: not done; 2: a dispute that the liar did not lose.",
  );
program.commandsGroup("A program on this machine:");
for (const add of [addRun, addCommit, addInspect, addProve, addDispute, addSimulate]) add(program);
program.commandsGroup("On a chain:");
for (const add of [addKeys, addDeploy, addDeal, addWorker, addValidator, addSequencer, addSubmit]) add(program);
for (const add of [addResults, addClaims, addByHand, addDrill, addMoney, addDoctor, addConfig, addCompletion])
  add(program);

// Help and mistakes in the command line need none of it.
program.hook("preAction", async () => (await import("../../verifier/node/use-node.ts")).useNode());
await parse(program);
