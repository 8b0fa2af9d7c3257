/** Random steps of programs with WASI, proven on chain. */
import { expect } from "chai";
import { hexlify } from "ethers";
import { interpreterExecutor } from "../../../../verifier/interpreter/execute.ts";
import { prove } from "../../../../verifier/proof/witness.ts";
import { stateRoot } from "../../../../verifier/state/state.ts";
import { deployVerifier, queryOf, type StepQuery, type Verifier } from "../../../contracts/machine/verifier.ts";
import { commandProgram, commandState, type Given, wasiProgram } from "../../../support/wasi/run.ts";
import { RandomBits } from "../../machine/float-operands.ts";
import { SEED } from "../../seed.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Steps of each program. */
const STEPS = 500;

const PROGRAMS: readonly (readonly [name: Parameters<typeof wasiProgram>[0], given: Given])[] = [
  ["hello", { args: ["hello", "7"], environment: new Map([["HOME", "/"]]) }],
  ["files", { args: ["files"], files: new Map([["given/in.txt", utf8("content")]]) }],
  ["scores", { args: ["scores"], stdin: utf8("ada 3.5\nbob 2\nada 1e3\n") }],
  ["time", { clock: 1_700_000_000_000_000_000n }],
];

describe("random steps of programs with WASI on chain", () => {
  let verifier: Verifier;

  before(async () => {
    verifier = await deployVerifier();
  });

  for (const [name, given] of PROGRAMS) {
    it(`${STEPS} of ${name}`, async () => {
      const program = commandProgram(await wasiProgram(name));
      const start = commandState(program, given);
      const length = Number(interpreterExecutor.load(start).run(1n << 40n));
      const random = new RandomBits(SEED);
      const places = new Set(Array.from({ length: STEPS }, () => random.word() % length));
      const execution = interpreterExecutor.load(start);
      const queries: (StepQuery & { readonly expected: string; readonly label: string })[] = [];
      const modules = new Set<string | undefined>();
      let position = 0;
      for (const place of [...places].sort((a, b) => a - b)) {
        execution.run(BigInt(place - position));
        position = place;
        const state = execution.save();
        const where = program.map.locate(state.registers.pc);
        modules.add(where?.moduleName);
        const { witness, next } = prove(state);
        queries.push({ ...queryOf(witness), expected: hexlify(stateRoot(next)), label: `${place} ${where?.mnemonic}` });
      }
      const answers = await verifier.steps(queries);
      const wrong = queries.filter(({ expected }, i) => {
        const answer = answers[i];
        return answer?.accepted !== true || answer.next !== expected;
      });
      expect(wrong.map(({ label }) => label)).deep.equal([]);
      expect([...modules]).include.members(["guest", "wasi_snapshot_preview1"]);
    });
  }
});
