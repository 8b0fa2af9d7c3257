/** Floats.sol against the host's own WebAssembly, bit by bit. */
import { expect } from "chai";
import { Trap } from "../../../verifier/machine/codes.ts";
import { checkSnapshot } from "../../../scripts/snapshot.ts";
import { RandomBits, SPECIAL } from "../../verifier/machine/float-operands.ts";
import { SEED } from "../../verifier/seed.ts";
import { FLOATS, type FloatHost, floatHost } from "./float-host.ts";
import { FloatPairs } from "./float-pairs.ts";
import { deployVerifier, packWords, unpackWords, type Verifier } from "./verifier.ts";

type Operation = readonly [op: number, x: bigint, y: bigint];

const F64_SQRT = 0x9f;

/** Random operands, or pairs of them, for each instruction. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 1_500);
/** Operations in one call. */
const BATCH = 2_000;
/**
 * Gas of the static call of one operation: a step's calldata costs far more than the step (measured
 * in gas.test.ts).
 */
const GAS_CEILING = 3_000;

describe("Floats", () => {
  let verifier: Verifier;
  let host: FloatHost;
  before(async () => {
    verifier = await deployVerifier();
    host = floatHost();
  });

  async function compute(operations: readonly Operation[]): Promise<bigint[]> {
    const results: bigint[] = [];
    for (let i = 0; i < operations.length; i += BATCH) {
      const part = operations.slice(i, i + BATCH).flatMap(([op, x, y]) => [BigInt(op), x, y]);
      results.push(...unpackWords(await verifier.batch.operations(verifier.floats, packWords(part))));
    }
    return results;
  }

  async function expectAgreement(operations: readonly Operation[]): Promise<void> {
    const results = await compute(operations);
    operations.forEach(([op, x, y], i) => {
      const { value, trap } = host(op, x, y);
      if (results[2 * i] === value && results[2 * i + 1] === BigInt(trap)) return;
      const got = { value: results[2 * i], trap: Number(results[2 * i + 1]) };
      expect(got, `opcode 0x${op.toString(16)} of 0x${x.toString(16)}, 0x${y.toString(16)}`).to.deep.equal({
        value,
        trap,
      });
    });
  }

  for (const [op, { name, operands, bits }] of FLOATS) {
    it(`computes ${name} as the host does, on all special operands and on random ones`, async () => {
      const special = SPECIAL[bits];
      const pairs = special.flatMap((x) => (operands === 2 ? special : [0n]).map((y): Operation => [op, x, y]));
      const random = new FloatPairs(bits, SEED + op);
      const drawn = Array.from({ length: RUNS }, (): Operation => [op, ...random.next()]);
      await expectAgreement([...pairs, ...drawn]);
    });
  }

  it("rounds up a square root that is a little above a tie", async () => {
    // Roots of subnormal numbers, whose first bits look like a tie that goes down to an even
    // result.
    await expectAgreement([170n, 343n, 550n, 971n, 2026n, 19_713n].map((x): Operation => [F64_SQRT, x, 0n]));
  });

  it("ignores the bits above the width of an operand, and the second operand of an instruction of one", async () => {
    const random = new RandomBits(SEED);
    const noise = (bits: number): bigint => (1n << 255n) | (BigInt(random.word()) << BigInt(bits));
    const clean = FLOATS.flatMap(([op, { bits }]) =>
      SPECIAL[bits].map((x, i): Operation => [op, x, SPECIAL[bits][i ^ 5] ?? 0n]),
    );
    const shapes = new Map(FLOATS);
    const noisy = clean.map(([op, x, y]): Operation => {
      const { bits, operands } = shapes.get(op)!;
      return [op, x | noise(bits), operands === 2 ? y | noise(bits) : noise(0)];
    });
    expect(await compute(noisy)).to.deep.equal(await compute(clean));
  });

  it("costs at most what the snapshot says, and little beside the calldata of a step", async () => {
    const costs: Record<string, number> = {};
    for (const [op, { name, bits }] of FLOATS) {
      const special = SPECIAL[bits].map((x, i): Operation => [op, x, SPECIAL[bits].at(5 - i) ?? 0n]);
      const random = new FloatPairs(bits, SEED + op);
      const drawn = Array.from({ length: 500 }, (): Operation => [op, ...random.next()]);
      const packed = packWords([...special, ...drawn].flatMap(([, x, y]) => [BigInt(op), x, y]));
      const used = unpackWords(await verifier.batch.gasOf(verifier.floats, packed));
      // The first call pays for the contract's address as well.
      costs[name] = Number(used.slice(1).reduce((most, gas) => (gas > most ? gas : most)));
      expect(costs[name], name).to.be.at.most(GAS_CEILING);
    }
    checkSnapshot("float-gas", costs);
  });

  it("traps on every other opcode", async () => {
    const known = new Set(FLOATS.map(([op]) => op));
    const unknown = Array.from({ length: 300 }, (_, op) => op).filter((op) => !known.has(op));
    const results = await compute([...unknown, 0xf000, 0xfbff, 0xfc08, 0xffff].map((op): Operation => [op, 6n, 3n]));
    results.forEach((result, i) => expect(result).to.equal(i % 2 === 0 ? 0n : BigInt(Trap.invalidInstruction)));
    expect(await verifier.floats.alu(1n << 255n, 6n, 3n, 0n)).to.deep.equal([0n, BigInt(Trap.invalidInstruction)]);
  });
});
