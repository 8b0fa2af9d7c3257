/** Loads, stores and bulk instructions against bytes in an array, on code written by hand. */
import { expect } from "chai";
import fc from "fast-check";
import { LOADS, Op, STORES } from "../../../verifier/instructions/table.ts";
import { Status, Trap } from "../../../verifier/machine/codes.ts";
import { packImm32 } from "../../../verifier/machine/word.ts";
import type { State } from "../../../verifier/state/state.ts";
import { SEED } from "../seed.ts";
import { after, loadedState, runToHalt, type Setup, word } from "./assemble.ts";

const constant = (value: bigint, top: number): bigint => word(Op.i64Const, { top, imm: value });
const PAGE = 65_536;
const pattern = Uint8Array.from({ length: PAGE }, (_, i) => (i * 167 + (i >> 8) * 13 + 1) & 0xff);
const filled: Setup = { memory: [{ region: 0, offset: 0, bytes: pattern }] };
const memoryOf = (state: State): Uint8Array => state.memory.readBytes(0, PAGE / 32);

/** Little-endian. */
function integerAt(bytes: Uint8Array, address: number, size: number): bigint {
  return bytes.slice(address, address + size).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

const address = fc.oneof(fc.nat(200), fc.integer({ min: PAGE - 40, max: PAGE + 8 }), fc.nat(PAGE));

describe("loads", () => {
  for (const [op, { bytes, signed, bits }] of LOADS) {
    it(`of opcode 0x${op.toString(16)} read ${bytes} bytes${signed ? " with their sign" : ""} as ${bits} bits`, () => {
      fc.assert(
        fc.property(address, fc.nat(100), (at, offset) => {
          const words = [constant(BigInt(at), 0), word(op, { top: 1, imm: BigInt(offset) << 64n })];
          const state = after(loadedState(words, filled), 2);
          const from = at + offset;
          if (from + bytes > PAGE) {
            expect(state.registers.trapCode).to.equal(Trap.memoryBounds);
          } else {
            const raw = integerAt(pattern, from, bytes);
            expect(state.stack.get(0)).to.equal(signed ? BigInt.asUintN(bits, BigInt.asIntN(8 * bytes, raw)) : raw);
          }
        }),
        { seed: SEED, numRuns: 60 },
      );
    });
  }
});

describe("stores", () => {
  for (const [op, { bytes }] of STORES) {
    it(`of opcode 0x${op.toString(16)} write ${bytes} bytes and pop both operands`, () => {
      fc.assert(
        fc.property(address, fc.nat(100), fc.bigInt(0n, (1n << 64n) - 1n), (at, offset, value) => {
          const store = word(op, { top: 2, imm: BigInt(offset) << 64n });
          const state = after(loadedState([constant(BigInt(at), 0), constant(value, 1), store], filled), 3);
          const expected = pattern.slice();
          const from = at + offset;
          if (from + bytes > PAGE) {
            expect(state.registers.trapCode).to.equal(Trap.memoryBounds);
          } else {
            for (let i = 0; i < bytes; i++) expected[from + i] = Number((value >> BigInt(8 * i)) & 0xffn);
            expect([...state.stack.leaves()]).to.deep.equal([]);
          }
          expect(Buffer.compare(memoryOf(state), expected)).to.equal(0);
        }),
        { seed: SEED, numRuns: 60 },
      );
    });
  }

  it("and loads do not wrap around 2^32 or 2^64", () => {
    for (const imm of [(1n << 64n) - 1n, 0xffff_ffffn]) {
      const state = after(loadedState([constant(1n, 0), word(Op.i32Load, { top: 1, imm: imm << 64n })]), 2);
      expect(state.registers.trapCode).to.equal(Trap.memoryBounds);
    }
  });
});

describe("memory.grow", () => {
  const grow = (delta: bigint, limit: bigint, sizeIndex = 0, cells = {}): State =>
    after(
      loadedState([constant(delta, 0), word(Op.memoryGrow, { top: 1, b: sizeIndex, imm: limit << 64n })], { cells }),
      2,
    );

  it("gives the old size, or -1 exactly where the limit would be passed", () => {
    expect(grow(2n, 3n).stack.get(0)).to.equal(1n);
    expect(grow(2n, 3n).registers.sizes).to.equal(3n << 192n);
    expect(grow(3n, 3n).stack.get(0)).to.equal(0xffff_ffffn);
    expect(grow(3n, 3n).registers.sizes).to.equal(1n << 192n);
    expect(grow(0xffff_ffffn, 65_536n).stack.get(0)).to.equal(0xffff_ffffn);
  });

  it("keeps the sizes of memories 0 to 3 in the record and further ones in cells", () => {
    expect(grow(1n, 9n, 3).registers.sizes).to.equal((1n << 192n) | 1n);
    expect(grow(4n, 9n, 6, { 6: 2n }).cells.get(6)).to.equal(6n);
    expect(grow(4n, 9n, 6, { 6: 2n }).stack.get(0)).to.equal(2n);
  });

  it("and memory.size tell the same", () => {
    const words = [constant(4n, 0), word(Op.memoryGrow, { top: 1, imm: 9n << 64n }), word(Op.memorySize, { top: 1 })];
    expect(after(loadedState(words), 3).stack.get(1)).to.equal(5n);
  });
});

/**
 * Length of each piece that a copy moves, by the definition: up to the nearest leaf boundary of
 * either side.
 */
function pieces(d: number, s: number, n: number): number {
  let count = 0;
  for (let left = n; left > 0; count++) {
    const done = n - left;
    const k =
      d <= s
        ? Math.min(left, 32 - ((d + done) % 32), 32 - ((s + done) % 32))
        : Math.min(left, ((d + left - 1) % 32) + 1, ((s + left - 1) % 32) + 1);
    left -= k;
  }
  return count;
}

const length = fc.oneof(fc.nat(100), fc.nat(700), fc.constantFrom(0, 1, 31, 32, 33));
const near = fc.oneof(fc.nat(300), fc.integer({ min: PAGE - 400, max: PAGE + 1 }));

describe("bulk instructions on memory", () => {
  it("copy like memmove, in 1 + max(1, pieces) steps, or trap before anything is written", () => {
    const words = (d: number, s: number, n: number): bigint[] => [
      ...[d, s, n].map((v, i) => constant(BigInt(v), i)),
      word(Op.memoryCopy, { top: 3, imm: packImm32(0, 0) }),
      word(Op.copyBytes, { top: 1 }),
      word(Op.yield),
    ];
    fc.assert(
      fc.property(near, near, length, (d, s, n) => {
        const { state, steps } = runToHalt(after(loadedState(words(d, s, n), filled), 3));
        const expected = pattern.slice();
        if (d + n > PAGE || s + n > PAGE) {
          expect(state.registers).to.include({ status: Status.trapped, trapCode: Trap.memoryBounds });
        } else {
          expected.copyWithin(d, s, s + n);
          expect(steps - 1).to.equal(1 + Math.max(1, pieces(d, s, n)));
          expect([...state.stack.leaves()]).to.deep.equal([]);
        }
        expect(Buffer.compare(memoryOf(state), expected)).to.equal(0);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it("copy onto themselves forward", () => {
    const words = [
      ...[5n, 5n, 100n].map((v, i) => constant(v, i)),
      word(Op.memoryCopy, { top: 3, imm: packImm32(0, 0) }),
      word(Op.copyBytes, { top: 1 }),
    ];
    expect(after(loadedState(words, filled), 5).stack.get(0)).to.equal((73n << 128n) | (32n << 64n) | 32n);
  });

  it("fill with one byte, in 1 + max(1, ceil((d mod 32 + n) / 32)) steps", () => {
    fc.assert(
      fc.property(near, fc.nat(1000), length, (d, value, n) => {
        const words = [
          ...[d, value, n].map((v, i) => constant(BigInt(v), i)),
          word(Op.memoryFill, { top: 3 }),
          word(Op.fillBytes, { top: 1 }),
          word(Op.yield),
        ];
        const { state, steps } = runToHalt(after(loadedState(words, filled), 3));
        const expected = pattern.slice();
        if (d + n > PAGE) {
          expect(state.registers).to.include({ status: Status.trapped, trapCode: Trap.memoryBounds });
        } else {
          expected.fill(value & 0xff, d, d + n);
          expect(steps - 1).to.equal(1 + Math.max(1, Math.ceil(((d % 32) + n) / 32)));
        }
        expect(Buffer.compare(memoryOf(state), expected)).to.equal(0);
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  it("initialise from a data segment until it is dropped", () => {
    const segment = { region: 1, offset: 100, bytes: pattern.subarray(0, 50) };
    const init = (s: bigint, n: bigint, cells: Record<number, bigint> = { 7: 50n }): State =>
      runToHalt(
        loadedState(
          [
            ...[constant(3n, 0), constant(s, 1), constant(n, 2)],
            word(Op.memoryInit, { top: 3, imm: packImm32(0, 7) | 100n }),
            word(Op.copyBytes, { top: 1, a: 0, b: 1 }),
            word(Op.yield),
          ],
          { memory: [segment], cells },
        ),
      ).state;
    expect([...memoryOf(init(10n, 40n)).subarray(3, 43)]).to.deep.equal([...pattern.subarray(10, 50)]);
    expect(init(10n, 41n).registers.trapCode).to.equal(Trap.memoryBounds);
    expect(init(0n, 1n, {}).registers.trapCode).to.equal(Trap.memoryBounds);
    expect(init(0n, 0n, {}).registers.status).to.equal(Status.yielded);
    expect(after(loadedState([word(Op.dataDrop, { a: 7 })], { cells: { 7: 50n } }), 1).cells.get(7)).to.equal(0n);
  });
});
