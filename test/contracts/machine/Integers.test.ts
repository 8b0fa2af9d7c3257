/**
 * Integers.sol against `verifier/machine/integers.ts`, which has its own test against the host's
 * WebAssembly.
 */
import { expect } from "chai";
import fc from "fast-check";
import { alu } from "../../../verifier/machine/integers.ts";
import { NUMERIC } from "../../../verifier/instructions/table.ts";
import { Trap } from "../../../verifier/machine/codes.ts";
import { SEED } from "../../verifier/seed.ts";
import { deployVerifier, packWords, unpackWords, type Verifier } from "./verifier.ts";

type Operation = readonly [op: number, x: bigint, y: bigint];

/**
 * Where results change: around zero and the ends of every width, shift counts, and bits above 64.
 */
const EDGES: readonly bigint[] = [
  ...[0n, 1n, 2n, 7n, 31n, 32n, 33n, 63n, 64n, 65n],
  ...[8n, 16n, 32n, 64n].flatMap((bits) => [(1n << (bits - 1n)) - 1n, 1n << (bits - 1n), (1n << bits) - 1n]),
  ...[1n << 32n, 1n << 64n, (1n << 255n) + 3n, (1n << 256n) - 1n],
];

const word = fc.oneof(fc.bigInt(0n, (1n << 64n) - 1n), fc.bigInt(0n, (1n << 256n) - 1n));

describe("Integers", () => {
  let verifier: Verifier;
  before(async () => {
    verifier = await deployVerifier();
  });

  async function expectAgreement(operations: readonly Operation[]): Promise<void> {
    const { batch, integers } = verifier;
    const packed = packWords(operations.flatMap(([op, x, y]) => [BigInt(op), x, y]));
    const results = unpackWords(await batch.operations(integers, packed));
    operations.forEach(([op, x, y], i) => {
      const expected = alu(op, x, y);
      const got = { value: results[2 * i], trap: Number(results[2 * i + 1]) };
      expect(got, `opcode ${op} of ${x} and ${y}`).to.deep.equal(expected);
    });
  }

  for (const [op, { name }] of NUMERIC) {
    it(`computes ${name}, on edges and on random operands`, async () => {
      const edges = EDGES.flatMap((x) => EDGES.map((y): Operation => [op, x, y]));
      const random = fc.sample(fc.tuple(word, word), { numRuns: 300, seed: SEED + op });
      await expectAgreement([...edges, ...random.map(([x, y]): Operation => [op, x, y])]);
    });
  }

  it("traps on every other opcode", async () => {
    const unknown = Array.from({ length: 300 }, (_, op) => op).filter((op) => !NUMERIC.has(op));
    await expectAgreement([...unknown, 0xf000, 0xffff].map((op): Operation => [op, 6n, 3n]));
    expect(await verifier.integers.alu(1n << 255n, 6n, 3n, 0n)).to.deep.equal([0n, BigInt(Trap.invalidInstruction)]);
  });
});
