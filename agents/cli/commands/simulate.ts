/** `simulate`: plays random disputes with everything going wrong. What it needs is loaded when it runs. */
import type { Command } from "commander";
import type { SimulateOptions } from "../actions/simulate.ts";
import { guarded } from "../failure.ts";

const FAULTS = "kill, reorg, rpc, censor, gas, disk, down";

const HELP = `
Each schedule is drawn from its seed: honest players, whose program, store and transactions are those of
\`worker\` and \`validator\`, against liars with 99 % of the money on a chain in this process, while what the
seed has drawn goes wrong. After each one it is checked that the truth was confirmed, that honest money is
back to the last wei with its reward, that nothing was done twice, and that bonds and delay are within
what docs/game.md states. If not, the seed and the command that plays it again are printed, and the exit
code is 1.

Examples:
  arbiter simulate --schedules 20
  arbiter simulate --schedules 1 --seed 17 --liars 1-16 --json
  arbiter simulate --schedules 100 --faults kill,reorg
  arbiter simulate --every-kill-point`;

/** Adds the command. */
export function addSimulate(program: Command): void {
  program
    .command("simulate")
    .description("play random disputes with kills, reorganisations, faulty endpoints, and check what must hold")
    .option("--schedules <count>", "how many schedules, one after the other", "10")
    .option("--seed <number>", "the first one's seed; each next one's is one more", "1")
    .option("--liars <range>", "how many liars there are in a schedule, from 1 to 256", "1-16")
    .option("--faults <list>", `what may go wrong: ${FAULTS}, or none`, FAULTS.replaceAll(" ", ""))
    .option("--every-kill-point", "one dispute, once for each point at which the validator can be killed")
    .option("--kill-point <point>", "the same dispute, killed at one of these points, such as before-17")
    .option("--json", "print a line of JSON for each schedule, with the schedule in it")
    .addHelpText("after", HELP)
    .action((options: SimulateOptions) =>
      guarded(async () => (await import("../actions/simulate.ts")).simulate(options), options.json),
    );
}
