/** States as bytes and back, and bytes that are none. */
import { expect } from "chai";
import fc from "fast-check";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { packHeader } from "../../../verifier/machine/record.ts";
import { equalHashes } from "../../../verifier/merkle/keccak.ts";
import { Tree } from "../../../verifier/merkle/tree.ts";
import { buildProgram } from "../../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { Checkpoint } from "../../../verifier/state/checkpoint.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import {
  decodeState,
  encodeState,
  STATE_FORMAT,
  StateBytesError,
  statePieces,
} from "../../../verifier/state/state-bytes.ts";
import { type State, StateError, stateRoot } from "../../../verifier/state/state.ts";
import { cGuest, GUESTS } from "../../../examples/c/guests.ts";
import { Numbers } from "../../../examples/numbers.ts";
import { anyState } from "../machine/arbitrary-state.ts";
import { loadedState } from "../machine/assemble.ts";
import { SEED } from "../seed.ts";

const joined = (pieces: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces));

/** The bytes, after a look at the state that comes back. */
function roundTrip(state: State, base?: State): Uint8Array {
  const pieces = statePieces(state, base);
  const back = decodeState(pieces, base);
  expect(equalHashes(stateRoot(back), stateRoot(state)), "root").to.be.true;
  expect(back.registers).to.deep.equal(state.registers);
  expect(packHeader(back.header)).to.equal(packHeader(state.header));
  for (const name of ["code", "stack", "memory", "cells"] as const) {
    expect([...back[name].pagesUnlike(state[name])].every(([first, bytes]) => sameAt(state[name], first, bytes))).to.be
      .true;
  }
  if (state.checkpoint instanceof Checkpoint) {
    expect(back.checkpoint).to.be.instanceOf(Checkpoint);
    expect((back.checkpoint as Checkpoint).preimage()).to.deep.equal(state.checkpoint.preimage());
  } else expect(back.checkpoint).to.deep.equal(state.checkpoint);
  return joined(pieces);
}

function sameAt(tree: Tree, first: number, bytes: Uint8Array): boolean {
  return Buffer.compare(tree.readBytes(first, bytes.length / 32), bytes) === 0;
}

/** The bytes cut into pieces of random lengths, some of them empty. */
function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = i % 50 === 49 ? 0 : (lengths[i % lengths.length] ?? 7) % 997;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
    if (i > 20 * bytes.length) break;
  }
  return pieces;
}

/** A machine with 64 KiB of memory in use, and the same one further on. */
const base = loadedState([1n, 2n, 3n], {
  memory: [{ region: 0, offset: 0, bytes: Uint8Array.from({ length: 65_536 }, (_, i) => 1 + (i % 255)) }],
  cells: { 5: 7n, 6: 8n },
});
const written = (state: State, first: number, length: number, byte: number): State => ({
  ...state,
  memory: state.memory.withBytes(first, new Uint8Array(32 * length).fill(byte)),
});
const later: State = {
  ...written(written(written(base, 3, 4, 9), 200, 300, 0), 1000, 128, 5),
  registers: { ...base.registers, pc: 17, fuel: 12n, sizes: 5n },
  stack: base.stack.set(3, 4n).set(9, 1n << 200n),
  cells: base.cells.set(5, 0n),
};
const inside: State = {
  ...written(later, 40, 1, 3),
  checkpoint: new Checkpoint(later, { sizes: 3n, context: 1n << 250n }),
};

describe("bytes of a state", () => {
  it("lead back to states of all kinds, relative to another one and alone", () => {
    fc.assert(
      fc.property(anyState, (state) => {
        roundTrip(state);
        const memory = state.memory.depth > 7 ? state.memory.set(130, 5n).cut(200, 1n) : state.memory;
        const near = { ...state, memory, stack: state.stack.set(0, 12n), cells: state.cells.cut(0, 0n) };
        roundTrip(state, near);
        roundTrip({ ...near, checkpoint: new Checkpoint(state, { sizes: 1n, context: 2n }) }, state);
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it("keep a checkpoint of which only the hash is known", () => {
    roundTrip({ ...later, checkpoint: new Uint8Array(32).fill(3) }, base);
    roundTrip({ ...later, checkpoint: new Uint8Array(32) });
  });

  it("do not depend on how they are cut", () => {
    const bytes = roundTrip(inside, base);
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { minLength: 1, maxLength: 9 }), (lengths) => {
        const pieces = cut(bytes, [...lengths, 11]);
        expect(equalHashes(stateRoot(decodeState(pieces, base)), stateRoot(inside))).to.be.true;
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it("hold the leaves that differ, and nothing of what is the same or zero", () => {
    const start = 208 + 4 * 8 + 1;
    expect(roundTrip(base, base)).to.have.length(start);
    // Another tree with the same leaves: equal, but not the same object.
    expect(roundTrip(written(written(base, 0, 64, 1), 0, 64, 0), written(base, 0, 64, 0))).to.have.length(start);
    const leaf = 8 + 16 + 32;
    expect(roundTrip({ ...base, stack: base.stack.set(3, 4n) }, base)).to.have.length(start + leaf);
    expect(roundTrip({ ...base, stack: base.stack.set(3, 4n).set(40, 1n) }, base)).to.have.length(start + leaf + 32);
    const page = 8 + 16 + 4096;
    expect(roundTrip(written(base, 256, 256, 200), base)).to.have.length(start + 2 * page);
    // However many pages become zero in a row, it is one record.
    expect(roundTrip({ ...base, memory: Tree.empty(base.memory.depth) }, base)).to.have.length(start + 16);
    expect(roundTrip(written(base, 128, 5 * 128, 0), base)).to.have.length(start + 16);
    const holes = written(written(base, 0, 128, 0), 256, 3 * 128, 0);
    expect(roundTrip(holes, base)).to.have.length(start + 32);
  });

  it("share with the base what is the same, and a checkpoint with its state", () => {
    const back = decodeState(statePieces(inside, base), base);
    expect(back.code).to.equal(base.code);
    expect([...back.memory.pagesUnlike(base.memory)].map(([first]) => first)).to.deep.equal(
      [...inside.memory.pagesUnlike(base.memory)].map(([first]) => first),
    );
    expect((back.checkpoint as Checkpoint).cells).to.equal(back.cells);
  });

  it("come in pieces that follow one another in memory, or in arrays of their own", () => {
    const large = { ...base, memory: base.memory.withBytes(2048, randomBytes(32 * 2048)) };
    const whole = loadedState([], {
      header: { memoryDepth: 20 },
      memory: [{ region: 0, offset: 0, bytes: randomBytes(3_000_000) }],
    });
    expect(roundTrip(large, base).length).to.be.greaterThan(65_536);
    const pieces = statePieces(whole);
    expect(pieces.length).to.be.greaterThan(2);
    for (const piece of pieces) {
      expect(piece.length).to.be.at.most(2 ** 20 + 2 ** 13);
      expect(piece.buffer.byteLength).to.equal(piece.length);
    }
    const streamed = Array.from(encodeState(whole), (piece) => [piece.buffer, piece.length] as const);
    expect(streamed.map(([, length]) => length)).to.deep.equal(pieces.map(({ length }) => length));
    expect(new Set(streamed.map(([buffer]) => buffer))).to.have.property("size", 1);
    const moved = structuredClone(pieces, { transfer: pieces.map(({ buffer }) => buffer) });
    expect(pieces.every(({ length }) => length === 0)).to.be.true;
    expect(equalHashes(stateRoot(decodeState(moved)), stateRoot(whole))).to.be.true;
  });

  it("are only made relative to a state of the same shape", () => {
    const other = loadedState([], { header: { slotLimit: 63 } });
    expect(() => statePieces(later, other)).to.throw(StateError, "same header");
    const checkpoint = new Checkpoint({ ...later, memory: Tree.empty(3) }, { sizes: 0n, context: 0n });
    expect(() => statePieces({ ...later, checkpoint }, base)).to.throw(StateError, "depths");
  });
});

describe("states along runs", () => {
  for (const name of GUESTS) {
    it(`come back in the middle of ${name} and at its end`, async () => {
      const program = buildProgram([{ name, bytes: await cGuest(name) }], { convention: "typed" });
      const number = program.exports.findIndex((e) => e.name === "run");
      const payload = encodeTypedPayload(number, [3n]);
      const transaction = { fuel: 200_000n, keep: false, payload };
      const start = load(initialState(program.image), encodeTransactions([transaction, transaction]), 1n << 40n);
      const run = interpreterExecutor.load(start);
      let open = 0;
      for (let pause = 0, taken = 1n; taken > 0n && pause < 14; pause++) {
        taken = run.run(pause < 13 ? 100n << BigInt(pause) : 1n << 40n);
        const state = run.save();
        roundTrip(state, start);
        if (state.checkpoint !== undefined) open++;
      }
      roundTrip(run.save());
      expect(open).to.be.greaterThan(0);
    });
  }

  it("goes on from the state that came back as it would have", async () => {
    const program = buildProgram([{ name: "sort", bytes: await cGuest("sort") }], { convention: "typed" });
    const payload = encodeTypedPayload(
      program.exports.findIndex((e) => e.name === "run"),
      [2n],
    );
    const input = encodeTransactions([{ fuel: 300_000n, keep: false, payload }]);
    const start = load(initialState(program.image), input, 1n << 40n);
    const run = interpreterExecutor.load(start);
    run.run(50_000n);
    const middle = run.save();
    expect(middle.checkpoint).to.be.instanceOf(Checkpoint);
    const again = interpreterExecutor.load(decodeState(statePieces(middle, start), start));
    // The fuel of the transaction runs out: the checkpoint that came back is restored.
    expect(again.run(1n << 40n)).to.equal(run.run(1n << 40n));
    expect(equalHashes(stateRoot(again.save()), stateRoot(run.save()))).to.be.true;
  });
});

describe("bytes that are no state's", () => {
  const refused = (bytes: readonly Uint8Array[], relativeTo: State | undefined, message: string): void => {
    expect(() => decodeState(bytes, relativeTo)).to.throw(StateBytesError, message);
  };

  for (const [name, state, relativeTo] of [
    ["relative", inside, base],
    ["whole", { ...inside, memory: Tree.empty(13).set(900, 5n) }, undefined],
    ["hash", { ...later, checkpoint: new Uint8Array(32).fill(200) }, base],
  ] as const) {
    it(`are refused wherever a byte is changed or the end is missing: ${name}`, () => {
      const bytes = joined(statePieces(state, relativeTo));
      const numbers = new Numbers(SEED);
      // The leaves in the middle of long runs are all alike.
      const sampled = (at: number): boolean => at < 400 || at > bytes.length - 200 || numbers.below(60) === 0;
      let tried = 0;
      for (let at = 0; at < bytes.length; at++) {
        if (!sampled(at)) continue;
        const changed = bytes.slice();
        changed[at]! ^= 1 << numbers.below(8);
        expect(() => decodeState([changed], relativeTo), `byte ${at}`).to.throw(StateBytesError);
        changed[at] = numbers.below(256);
        if (changed[at] !== bytes[at]) {
          expect(() => decodeState([changed], relativeTo), `byte ${at}`).to.throw(StateBytesError);
        }
        expect(() => decodeState([bytes.subarray(0, at)], relativeTo), `${at} bytes`).to.throw(StateBytesError);
        tried++;
      }
      expect(tried).to.be.greaterThan(300);
      refused([bytes, Uint8Array.of(0)], relativeTo, "more than it has");
    });
  }

  it("are refused or right when much of them is changed", () => {
    const bytes = joined(statePieces(inside, base));
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(400), (changes, skip) => {
        const changed = bytes.slice();
        for (const [at, byte] of changes) changed[at] = byte;
        changed.copyWithin(500, 500 + skip);
        try {
          expect(equalHashes(stateRoot(decodeState([changed], base)), stateRoot(inside))).to.be.true;
        } catch (error) {
          if (!(error instanceof StateBytesError)) throw error;
        }
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it("are told apart", () => {
    const bytes = joined(statePieces(later, base));
    refused([], base, "more should follow");
    refused([new TextEncoder().encode("something else entirely")], base, "not the bytes of a state");
    const version = bytes.slice();
    version[11] = 9;
    refused([version], base, `format 9; only format ${STATE_FORMAT}`);
    refused([bytes], later, "relative to the state 0x");
    refused([bytes], undefined, "not to no base");
    refused([joined(statePieces(later))], base, "relative to no base");
  });

  it("cannot keep a reader busy: a run of pages beyond any tree is refused at once", () => {
    const bytes = joined(statePieces({ ...base, memory: Tree.empty(13) }, base));
    const count = bytes.length - 1 - 8 - 8 - 8;
    const changed = bytes.slice();
    changed.fill(255, count, count + 8);
    refused([changed], base, "there are no");
  });

  it("say the same in one way only: a run of zeros neither begins nor ends where there were zeros before", () => {
    // 15 pages become zero; before and after them there is nothing.
    const some = written(base, 0, 128, 0);
    const bytes = joined(statePieces(written(some, 128, 15 * 128, 0), some));
    const run = bytes.length - 1 - 8 - 8 - 16;
    const changed = (first: number, count: number): Uint8Array => {
      const other = bytes.slice();
      other[run + 7] = first;
      other[run + 15] = count;
      return other;
    };
    expect(changed(1, 15)).to.deep.equal(bytes);
    refused([changed(0, 16)], some, "was zero before");
    refused([changed(1, 16)], some, "was zero before");
    refused([changed(1, 14)], some, "another root");
  });

  it("passes on what the source of the bytes throws", () => {
    const failure = new Error("the disk is gone");
    const source = function* (): Generator<Uint8Array> {
      yield joined(statePieces(later, base)).subarray(0, 300);
      throw failure;
    };
    expect(() => decodeState(source(), base)).to.throw(failure);
  });
});

function randomBytes(count: number): Uint8Array {
  const numbers = new Numbers(7);
  return Uint8Array.from({ length: count }, () => numbers.below(256));
}
