/** What `prove` does: proves one step on the embedded chain. */
import { bytesToHex, size } from "viem";
import { prove as proveStep } from "../../../verifier/proof/witness.ts";
import { isHalted } from "../../../verifier/state/step-state.ts";
import { stateRoot } from "../../../verifier/state/state.ts";
import { startEmbeddedChain } from "../../stage/embedded.ts";
import { deploy } from "../../stage/deploy.ts";
import { verifyOnChain } from "../../stage/step-on-chain.ts";
import { ExitCode, UserError } from "../failure.ts";
import { stdout } from "../channels.ts";
import { text } from "../printable.ts";
import { tellRefusedGrowth } from "../memory-limit.ts";
import { parseNumber } from "../program-file.ts";
import { loadedState, unitOf, type UnitOptions } from "../fragment.ts";

/** Options of `arbiter prove` as commander gives them. */
export interface ProveOptions extends UnitOptions {
  readonly at: string;
}

/** Does what the command says, and gives the exit code. */
export async function prove(module: string, args: readonly string[], options: ProveOptions): Promise<number> {
  const at = parseNumber(options.at, "--at", 1n);
  const unit = await unitOf(module, args, options);
  const { program, engine } = unit;
  const { executor, refusedGrowth } = engine;
  const run = executor.load(loadedState(unit));
  const taken = run.run(at - 1n);
  const state = run.save();
  if (taken < at - 1n || isHalted(state)) throw new UserError(`--at ${at}: the computation ends after ${taken} steps`);

  const place = program.map.locate(state.registers.pc);
  const { witness, next } = proveStep(state);
  const embedded = await startEmbeddedChain();
  try {
    const { verifier } = await deploy(embedded);
    const [from = "0x"] = embedded.accounts;
    const pre = bytesToHex(stateRoot(state));
    const post = bytesToHex(stateRoot(next));
    const proof = bytesToHex(witness);
    const { onchain, gas, calldataBytes } = await verifyOnChain(embedded.chain, from, verifier, pre, proof);
    const agrees = onchain === post;
    const refused = refusedGrowth();
    const report = {
      step: at.toString(),
      instruction: place?.mnemonic ?? "none",
      function: place?.functionName ?? "none",
      offset: place?.offset ?? 0,
      pre,
      post,
      onchain,
      agrees,
      gas: Number(gas),
      calldataBytes,
      witnessBytes: size(proof),
      ...(refused.length === 0 ? {} : { refusedGrowth: refused }),
    };
    if (options.json) stdout.json(report);
    else {
      stdout.line(text`step ${report.step}: ${report.instruction} in ${report.function} at byte ${report.offset}`);
      stdout.line(
        text`  before    ${pre}\n  off chain ${post}\n  on chain  ${onchain} ${agrees ? "(the same)" : "(DIFFERENT)"}`,
      );
      stdout.line(text`  gas ${report.gas}, calldata ${report.calldataBytes} bytes`);
      tellRefusedGrowth(refused);
    }
    return agrees ? ExitCode.success : ExitCode.failure;
  } finally {
    await embedded.close();
  }
}
