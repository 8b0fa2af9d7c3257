/**
 * Transactions: what they leave behind, seen at every pause, and whoever saves or loads in the
 * middle of one.
 */
import { expect } from "chai";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { Op } from "../../../verifier/instructions/table.ts";
import { Outcome, Status, Trap } from "../../../verifier/machine/codes.ts";
import { Checkpoint } from "../../../verifier/state/checkpoint.ts";
import { load } from "../../../verifier/state/program.ts";
import type { State } from "../../../verifier/state/state.ts";
import { after, loadedState, word } from "../machine/assemble.ts";
import { advance, expectAgreement, identity } from "../../support/agree.ts";

const constant = (value: number, top: number): bigint => word(Op.i64Const, { top, imm: BigInt(value) });

/** Eight bytes, none of them zero: a store that reaches into a second page changes both. */
const EVERYWHERE = 0x0101_0101_0101_0101n;

const store = (address: number, value: number): bigint[] => [
  constant(address, 0),
  word(Op.i64Const, { top: 1, imm: BigInt(value) * EVERYWHERE }),
  word(Op.i64Store, { top: 2 }),
];

const begin = (fuel: number, keep: boolean): bigint[] => [
  constant(fuel, 0),
  constant(keep ? 1 : 0, 1),
  word(Op.checkpoint, { top: 2 }),
];

/**
 * Touches two pages of memory, one of them new, a global, the output, and memory's size; 20 steps.
 */
const work = (value: number): bigint[] => [
  ...store(8, value),
  constant(1, 0),
  word(Op.memoryGrow, { top: 1, imm: 5n << 64n }),
  word(Op.drop, { top: 1 }),
  ...store(65_000, value),
  ...store(65_532, value),
  constant(value, 0),
  word(Op.globalSet, { top: 1, a: 9 }),
  constant(value, 0),
  word(Op.outputAppend, { top: 1 }),
  ...store(70_000, value),
];

const leave = (keep: boolean): bigint[] => [constant(5, 0), constant(keep ? 1 : 0, 1), word(Op.leave, { top: 2 })];

/** What every way to end a transaction is followed by: a receipt, and the same work outside. */
const epilogue = [word(Op.outcome, { top: 0 }), word(Op.receipt, { top: 1 }), ...work(77), word(Op.yield), word(0)];

/**
 * Jumps after the ending if the transaction is over already: outcome is not zero after a rollback.
 */
function program(keep: boolean, ending: readonly bigint[], fuel = 500): State {
  const body = [...work(3), ...ending];
  const start = [...work(2), ...begin(fuel, keep), word(Op.outcome, { top: 0 })];
  const target = 1 + start.length + 1 + body.length;
  // A rollback comes back to the word after the checkpoint.
  return loadedState([...start, word(Op.brIf, { top: 1, flags: 2, a: target }), ...body, ...epilogue], {
    header: { codeDepth: 7, memoryDepth: 15 },
    memory: [{ region: 0, offset: 65_000, bytes: new Uint8Array(500).fill(9) }],
  });
}

const ENDINGS: readonly (readonly [name: string, ending: readonly bigint[], fuel?: number])[] = [
  ["commits", [word(Op.commit)]],
  ["leaves, keeping", leave(true)],
  ["leaves, keeping nothing", leave(false)],
  ["traps", [word(Op.unreachable)]],
  ["divides by zero", [constant(1, 0), constant(0, 1), word(0x6d, { top: 2 }), word(Op.drop, { top: 1 })]],
  ["runs out of fuel at once", [word(Op.commit)], 0],
  ["runs out of fuel in the middle", [word(Op.commit)], 12],
  ["opens another one", [constant(1, 0), constant(1, 1), word(Op.checkpoint, { top: 2 })]],
  ["yields inside", [word(Op.yield)]],
  ["writes beyond memory", store(400_000, 1)],
  [
    "runs out of fuel in the middle of a copy",
    [
      ...[0, 1, 2].map((top) => constant(40 * top, top)),
      word(Op.memoryCopy, { top: 3 }),
      word(Op.copyBytes, { top: 1 }),
      word(Op.commit),
    ],
    26,
  ],
];

describe("interpreter / transactions", () => {
  for (const keep of [false, true]) {
    for (const [name, ending, fuel] of ENDINGS) {
      it(`agrees at every step with one that ${name}${keep ? ", keep set" : ""}`, () => {
        const state = program(keep, ending, fuel);
        for (const gaps of [[1], [7], [40, 1], [10_000]]) {
          expect(expectAgreement(state, gaps).end.registers.status).to.equal(Status.yielded);
        }
      });
    }
  }

  it("saves inside a transaction and rolls back all the same", () => {
    const start = program(false, [word(Op.unreachable)]);
    const interpreter = Interpreter.load(start);
    const opened = work(2).length + 3;
    advance(interpreter, opened + 10);
    const inside = interpreter.save();
    expect(inside.checkpoint).to.be.instanceOf(Checkpoint);
    advance(interpreter, 5);
    expect(interpreter.save().checkpoint).to.equal(inside.checkpoint);
    const rest = 100;
    advance(interpreter, rest);
    const end = interpreter.save();
    expect(identity(end)).to.deep.equal(identity(after(start, opened + 15 + rest)));
    expect(identity(inside)).to.deep.equal(identity(after(start, opened + 10)));
  });

  it("keeps states as they were saved, whatever comes later", () => {
    const interpreter = Interpreter.load(program(false, leave(false)));
    const saved: { state: State; identity: unknown }[] = [];
    for (let i = 0; i < 30; i++) {
      interpreter.run(2);
      const state = interpreter.save();
      saved.push({ state, identity: JSON.stringify([...state.memory.leaves()], (_, v: unknown) => String(v)) });
    }
    for (const { state, identity: then } of saved) {
      expect(JSON.stringify([...state.memory.leaves()], (_, v: unknown) => String(v))).to.equal(then);
    }
  });

  it("counts fuel: outside a transaction it traps, inside it ends the transaction", () => {
    const outside = expectAgreement(loadedState([...work(1), word(Op.yield), word(0)], { budget: 5n }), [1]);
    expect(outside.end.registers).to.include({ status: Status.trapped, trapCode: Trap.outOfFuel, fuel: 0n });
    expect(outside.steps).to.equal(6);
    const inside = program(false, [word(Op.commit)], 4);
    const interpreter = Interpreter.load(inside);
    interpreter.run(work(2).length + 3 + 5);
    expect(interpreter.registers.outcome).to.equal(Outcome.trap * 2 ** 32 + Trap.outOfFuel);
    expect(interpreter.registers.transactionFuel).to.equal(4n);
  });

  it("goes on in the next fragment", () => {
    const words = [...work(1), word(Op.yield), ...work(2), word(Op.yield), word(0)];
    const { end } = expectAgreement(loadedState(words, { header: { memoryDepth: 15 } }), [9]);
    const next = load(end, Uint8Array.of(1, 2, 3), 1000n);
    expect(expectAgreement(next, [5]).end.registers.status).to.equal(Status.yielded);
  });
});
