/**
 * Programs that nobody here wrote: on the machine they do what they do under V8, and random steps
 * of them are proven on chain.
 */
import { expect } from "chai";
import Table from "cli-table3";
import { hexlify } from "ethers";
import { prove } from "../../../verifier/proof/witness.ts";
import { stateRoot } from "../../../verifier/state/state.ts";
import { decode } from "../../../verifier/wasm/decode.ts";
import { deployVerifier, queryOf, type StepQuery, type Verifier } from "../../contracts/machine/verifier.ts";
import { RandomBits } from "../../verifier/machine/float-operands.ts";
import { SEED } from "../../verifier/seed.ts";
import { bcrypt } from "../../../examples/foreign/bcrypt.ts";
import { chacha } from "../../../examples/foreign/chacha.ts";
import { dprintJson } from "../../../examples/foreign/dprint-json.ts";
import { ghostty } from "../../../examples/foreign/ghostty.ts";
import { gofmt } from "../../../examples/foreign/gofmt.ts";
import { llhttp } from "../../../examples/foreign/llhttp.ts";
import { oniguruma } from "../../../examples/foreign/oniguruma.ts";
import { type Machine, machineOf, play, type Playback, statesAt, stepsOf } from "./play.ts";
import { GUEST, packageVersion } from "../../../examples/foreign/program.ts";
import { quickjs } from "../../../examples/foreign/quickjs.ts";
import { rapier } from "../../../examples/foreign/rapier.ts";
import { record, type Recording } from "../../../examples/foreign/record.ts";
import { rnnoise } from "../../../examples/foreign/rnnoise.ts";
import { sourceMap } from "../../../examples/foreign/source-map.ts";
import { wasmTools } from "../../../examples/foreign/wasm-tools.ts";
import { xxhash } from "../../../examples/foreign/xxhash.ts";
import { zstd } from "../../../examples/foreign/zstd.ts";

const PROGRAMS = [
  quickjs,
  wasmTools,
  rapier,
  rnnoise,
  gofmt,
  dprintJson,
  ghostty,
  zstd,
  oniguruma,
  llhttp,
  sourceMap,
  bcrypt,
  chacha,
  xxhash,
] as const;

/** Steps of each program that are proven on chain. */
const PROVEN = Number(process.env["FOREIGN_STEPS"] ?? 1000);

/**
 * Steps from which on a call is long: each such call is first attempted with too little fuel, which
 * must leave no trace.
 */
const LONG = 10_000n;

/**
 * A step of a run: the query for the contract, and the root that reference step function and
 * interpreter give.
 */
interface ProvenStep extends StepQuery {
  readonly step: bigint;
  readonly reference: string;
  readonly interpreted: string;
  /**
   * Whether it is the foreign module's own, rather than the driver's, the harness's or a supporting
   * module's.
   */
  readonly isForeign: boolean;
  readonly mnemonic: string;
}

/** Different steps of a run, each as likely as any other, in ascending order. */
function randomSteps(total: bigint, count: number, random: RandomBits): bigint[] {
  const chosen = new Set<bigint>();
  while (chosen.size < count && BigInt(chosen.size) < total) {
    chosen.add(((BigInt(random.word()) << 32n) | BigInt(random.word())) % total);
  }
  return [...chosen].sort((a, b) => (a < b ? -1 : 1));
}

function proveSteps(machine: Machine, playback: Playback, steps: readonly bigint[]): ProvenStep[] {
  return Array.from(statesAt(machine, playback, steps), ({ step, before, after }) => {
    const { witness, next } = prove(before);
    const place = machine.program.map.locate(before.registers.pc);
    return {
      ...queryOf(witness),
      step,
      reference: hexlify(stateRoot(next)),
      interpreted: hexlify(stateRoot(after)),
      isForeign: place?.moduleName === GUEST,
      mnemonic: place?.mnemonic ?? "finish",
    };
  });
}

/** Results of all calls, memory and globals. */
function expectSameAsV8(playback: Playback, recording: Recording): void {
  expect(playback.results).to.deep.equal(recording.calls.map(({ results }) => results));
  expect(playback.memory.length).to.equal(recording.memory.length);
  // Chai would print whole memories.
  const different = playback.memory.findIndex((byte, address) => byte !== recording.memory[address]);
  expect(different).to.equal(-1, "address of the first byte that V8 leaves different");
  expect(playback.globals).to.deep.equal(recording.globals);
}

describe("programs that nobody here wrote", () => {
  const table = new Table({
    head: ["program", "made with", "bytes", "functions", "steps", "proven", "its own", "floats", "agree"],
    style: { head: [], border: [] },
  });
  const instructions = new Set<string>();
  let verifier: Verifier;
  before(async () => {
    verifier = await deployVerifier();
  });
  after(() => {
    console.log(table.toString());
    console.log(`${instructions.size} different instructions are among the proven steps.`);
  });

  for (const [number, program] of PROGRAMS.entries()) {
    const version = packageVersion(program.package);
    it(`${program.package}: ${program.computes}`, async () => {
      const recording = await record(program);
      expect(recording.answer).to.equal(await program.expected());

      const machine = machineOf(recording);
      const playback = play(machine, recording);
      expectSameAsV8(playback, recording);
      const attempts = new Map(
        playback.fuelUsed.flatMap((used, call): [number, bigint][] => (used < LONG ? [] : [[call, (used * 2n) / 3n]])),
      );
      expect(attempts).to.not.be.empty;
      const interrupted = play(machine, recording, attempts);
      expect(new Set(interrupted.attempts)).to.deep.equal(new Set(["out of fuel"]));
      expectSameAsV8(interrupted, recording);

      const total = stepsOf(playback);
      const steps = proveSteps(machine, playback, randomSteps(total, PROVEN, new RandomBits(SEED + number)));
      expect(steps).to.have.length(PROVEN);
      const answers = await verifier.steps(steps);
      const disagreements = steps.flatMap(({ step, mnemonic, reference, interpreted }, i) => {
        const answer = answers[i];
        const chain = answer?.accepted === true ? answer.next : answer?.reason;
        if (chain === reference && interpreted === reference) return [];
        return [`${mnemonic} at step ${step}: reference ${reference}, interpreter ${interpreted}, chain ${chain}`];
      });

      const bytes = program.module();
      table.push([
        `${program.package}@${version}`,
        program.toolchain,
        bytes.length,
        decode(bytes).functions.filter(({ imported }) => imported === undefined).length,
        Number(total).toLocaleString("en"),
        steps.length,
        steps.filter(({ isForeign }) => isForeign).length,
        steps.filter(({ mnemonic }) => /f(32|64)/.test(mnemonic)).length,
        steps.length - disagreements.length,
      ]);
      for (const { mnemonic } of steps) instructions.add(mnemonic);
      expect(disagreements).to.deep.equal([]);
    });
  }
});
