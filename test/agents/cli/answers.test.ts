/**
 * Answers come from what the chain has: its bytes are checked, and what the chain takes back is
 * forgotten.
 */
import { expect } from "chai";
import type { Hex } from "viem";
import { Answers } from "../../../agents/cli/answers.ts";
import { UserError } from "../../../agents/cli/failure.ts";
import type { ClaimView, DealView } from "../../../agents/chain/deal-log.ts";
import { WrongInput } from "../../../agents/replay/reason.ts";
import type { Submitted } from "../../../agents/replay/replayer.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import type { Program } from "../../../verifier/program/build.ts";
import type { Executor } from "../../../verifier/state/executor.ts";
import { textGuest } from "../../support/text-guest.ts";
import { BUDGET, callsOf, HEIGHTS, programOf, rootAfter } from "../replay/fragments.ts";

describe("Answers", () => {
  let program: Program;
  let loads: number;
  before(async () => {
    program = programOf(await textGuest("counter"));
  });
  beforeEach(() => (loads = 0));

  const answers = (): Answers => {
    const executor: Executor = {
      ...interpreterExecutor,
      load(state) {
        loads++;
        return interpreterExecutor.load(state);
      },
    };
    return new Answers(program, executor, { terms: { budget: BUDGET }, params: { heights: HEIGHTS } });
  };
  const adding = (...numbers: bigint[]): Submitted[] => callsOf(program, "add", numbers);
  const viewOf = (fragments: readonly Submitted[], claims: readonly Partial<ClaimView>[] = []): DealView => ({
    submitted: fragments.length,
    ...{ fragments, claims: new Map(claims.map((claim, i) => [`0x${i}`, claim as ClaimView])), head: "0x" },
    ...{ hidden: false, resolved: 0, ended: false, closesAt: 0, workers: new Set<Hex>() },
  });
  const counted = async (of: Answers, fragments: readonly Submitted[], index: number): Promise<number | undefined> => {
    const output = (await of.of(viewOf(fragments), index))?.run.results[0]?.output;
    return output && new DataView(output.buffer, output.byteOffset).getInt32(0, true);
  };

  it("run each fragment once, from where the one before ended, whoever asks meanwhile", async () => {
    const own = answers();
    const fragments = adding(5n, 3n);
    const asked = [1, 0, 1, 2].map((index) => counted(own, fragments, index));
    expect(await Promise.all(asked)).deep.equal([8, 5, 8, undefined]);
    expect(loads).equal(2);
  });

  it("refuse bytes that are not those that were submitted, and take the right ones later", async () => {
    const own = answers();
    const fragments = adding(5n);
    const wrong = fragments.map((one) => ({ ...one, input: adding(6n)[0]!.input }));
    const failure = await counted(own, wrong, 0).catch((error: unknown) => error);
    expect(failure).instanceOf(WrongInput);
    expect(String(failure)).match(/the \d+ bytes of fragment 0 have root 0x\w+, but 0x\w+ was submitted/);
    expect(loads).equal(0);
    expect(await counted(own, fragments, 0)).equal(5);
  });

  it("forget a fragment that the chain has replaced, and all after it", async () => {
    const own = answers();
    expect(await counted(own, adding(5n, 3n, 1n), 2)).equal(9);
    expect(await counted(own, adding(5n, 10n, 1n), 2)).equal(16);
    expect(loads).equal(5);
  });

  it("tell how far a fragment is, and when the chain has confirmed another state", async () => {
    const own = answers();
    const fragments = adding(5n);
    const claimed = (finalState: Hex): DealView => viewOf(fragments, [{ fragment: 0, phase: "confirmed", finalState }]);
    const root = rootAfter(program, fragments);
    expect(await own.of(claimed(root), 0)).include({ standing: "confirmed", root });
    const failure = await own.of(claimed(`0x${"66".repeat(32)}`), 0).catch((error: unknown) => error);
    expect(failure).instanceOf(UserError);
    expect(String(failure)).contain("the chain has confirmed another state of fragment 0");
  });
});
