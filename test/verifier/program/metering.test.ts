/**
 * Step counts against an independent oracle: `wasm-metering` injects a counter into WebAssembly 1.0
 * modules, and V8 runs what comes out. Its cost table says what `docs/machine.md` says; its charge
 * for the counter itself is taken off again.
 *
 * The oracle cannot tell a function's end from a block's, so every function here ends with
 * `return`, and branches to a function's own label, which take a step more when they are
 * conditional, do not occur.
 */
import { createRequire } from "node:module";
import { expect } from "chai";
import fc from "fast-check";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { asm, type Code } from "../../../verifier/wasm/assembler.ts";
import { External, ModuleWriter } from "../../../verifier/wasm/module-writer.ts";
import { buildProgram } from "../../../verifier/program/build.ts";
import { runFragment } from "../../../verifier/program/fragment.ts";
import { encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { initialState } from "../../../verifier/state/program.ts";
import { Draw } from "../../support/draw.ts";
import { SEED } from "../seed.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 60);

interface Metering {
  meterWASM(wasm: Uint8Array, options: { meterType: "i32"; costTable: unknown }): Uint8Array;
}

const { meterWASM } = createRequire(import.meta.url)("wasm-metering") as Metering;

const COSTS = { type: {}, code: { local: {}, code: { DEFAULT: 1, block: 0, loop: 0, end: 0, br_table: 2 } } };

/** What the oracle adds to each charge for its own two instructions. */
const OVERHEAD = 2;

/** Steps of a call by the oracle. */
function metered(bytes: Uint8Array, name: string, args: readonly number[]): { steps: number; result: number } {
  let steps = 0;
  const charge = (cost: number): void => {
    steps += cost - OVERHEAD;
  };
  const module = new WebAssembly.Module(Uint8Array.from(meterWASM(bytes, { meterType: "i32", costTable: COSTS })));
  const { exports } = new WebAssembly.Instance(module, { metering: { usegas: charge } });
  const result = (exports[name] as (...args: number[]) => number)(...args);
  return { steps, result };
}

/**
 * Steps of calls by the machine; the driver's share is what a call of `nothing` takes, beyond its
 * `return`.
 */
function counted(bytes: Uint8Array, calls: readonly (readonly [name: string, args: readonly number[]])[]) {
  const { image, exports } = buildProgram([{ name: "guest", bytes }], { convention: "typed" });
  const transactions = [["nothing", [0, 0]] as const, ...calls].map(([name, args]) => {
    const number = exports.findIndex((e) => e.name === name);
    return { fuel: 10n ** 9n, keep: true, payload: encodeTypedPayload(number, args.map(BigInt)) };
  });
  const options = { budget: 10n ** 12n, executor: interpreterExecutor };
  const [nothing, ...results] = runFragment(initialState(image), transactions, options).results;
  return results.map(({ kind, fuelUsed, output }) => {
    expect(kind, "kind of outcome").to.equal(0);
    const steps = Number(fuelUsed - (nothing?.fuelUsed ?? 0n)) + NOTHING;
    return { steps, result: new DataView(output.buffer).getInt32(output.byteOffset, true) };
  });
}

const [IF, ELSE, END, RETURN, NOP, DROP, SELECT] = [0x04, 0x05, 0x0b, 0x0f, 0x01, 0x1a, 0x1b] as const;
const [EQZ, LT_S, ADD, SUB, MUL, AND, XOR] = [0x45, 0x48, 0x6a, 0x6b, 0x6c, 0x71, 0x73] as const;
const TYPE = { params: ["i32", "i32"], results: ["i32"] } as const;

/** Steps of `nothing`: a constant and the return. */
const NOTHING = 2;

/** A module whose functions take two numbers and give one; the first, `nothing`, gives zero. */
function moduleOf(functions: Readonly<Record<string, { locals?: number; body: Code }>>): Uint8Array {
  const writer = new ModuleWriter();
  writer.memory({ minimum: 1, maximum: 2 });
  const entries = Object.entries({ nothing: { body: asm.i32(0) }, ...functions });
  writer.table({ minimum: entries.length, maximum: entries.length });
  writer.global("i32", true, asm.i32(3));
  entries.forEach(([name, { locals = 0, body }]: [string, { locals?: number; body: Code }]) => {
    const index = writer.function({
      type: TYPE,
      locals: Array.from({ length: locals }, () => "i32"),
      body: [body, RETURN],
    });
    writer.export(name, External.function, index);
  });
  writer.elements(
    entries.map((_, i) => i),
    asm.i32(0),
  );
  return writer.bytes();
}

const ifElse = (then: Code, otherwise: Code): Code => [IF, 0x7f, then, ELSE, otherwise, END];
const typeIndex = 0;

const EXAMPLES = {
  fibonacci: {
    body: [
      asm.get(0),
      asm.i32(2),
      LT_S,
      ifElse(asm.get(0), [
        [asm.get(0), asm.i32(1), SUB, asm.get(1), asm.call(1)],
        [asm.get(0), asm.i32(2), SUB, asm.get(1), asm.call(1)],
        ADD,
      ]),
    ],
  },
  /** Collatz steps through a table of labels. */
  collatz: {
    locals: 1,
    body: [
      asm.block(
        asm.loop(
          [asm.get(0), asm.i32(2), LT_S, asm.brIf(1)],
          [asm.get(2), asm.i32(1), ADD, asm.set(2)],
          asm.block(
            asm.block(asm.get(0), asm.i32(1), AND, asm.brTable([0], 1)),
            [asm.get(0), asm.i32(1), 0x76, asm.set(0)],
            asm.br(1),
          ),
          [asm.get(0), asm.i32(3), MUL, asm.i32(1), ADD, asm.set(0), asm.br(0)],
        ),
      ),
      asm.get(2),
    ],
  },
  /** Calls through the table, memory, a global, and an early return. */
  mixed: {
    body: [
      [asm.get(0), EQZ, asm.when(asm.i32(9), RETURN)],
      [asm.get(0), asm.i32(64), AND, asm.get(1), asm.access(0x36)],
      [asm.globalGet(0), asm.get(0), XOR, asm.globalSet(0)],
      [asm.i32(6), asm.get(1), asm.i32(2), asm.callIndirect(typeIndex)],
      [asm.get(0), asm.i32(64), AND, asm.access(0x2d)],
      [asm.get(0), SELECT, NOP],
      [asm.globalGet(0), DROP],
    ],
  },
} as const;

/**
 * Random bodies: nested blocks, loops that a local counts down, branches that cut, calls of earlier
 * functions.
 */
class Body {
  readonly #draw: Draw;
  readonly #callees: number;

  constructor(draw: Draw, callees: number) {
    this.#draw = draw;
    this.#callees = callees;
  }

  /** Leaves one number. */
  write(): Code {
    return [asm.i32(1 + this.#draw.below(6)), asm.set(2), this.#statements(0, 3), this.#value(3)];
  }

  /** @param labels - blocks that may be left; the function's own label is none of them */
  #statements(labels: number, depth: number): Code {
    return Array.from({ length: 1 + this.#draw.below(4) }, () => this.#statement(labels, depth));
  }

  #statement(labels: number, depth: number): Code {
    const draw = this.#draw;
    if (depth === 0) return [this.#value(2), asm.set(draw.below(2))];
    switch (draw.below(8)) {
      case 0:
        return asm.block(this.#statements(labels + 1, depth - 1));
      case 1:
        return this.#loop(labels, depth);
      case 2:
        return [
          this.#value(1),
          IF,
          0x40,
          this.#statements(labels + 1, depth - 1),
          ELSE,
          this.#statements(labels + 1, depth - 1),
          END,
        ];
      case 3:
        return [this.#value(1), asm.when(this.#statements(labels + 1, depth - 1))];
      case 4:
        return labels === 0 ? NOP : [this.#value(1), asm.brIf(draw.below(labels))];
      case 5: {
        if (labels === 0) return NOP;
        const targets = Array.from({ length: draw.below(3) }, () => draw.below(labels));
        // An operand beneath the index, so that the branch has something to cut.
        return asm.block(
          this.#value(1),
          this.#value(1),
          asm.brTable(
            targets.map((l) => l + 1),
            0,
          ),
        );
      }
      case 6:
        return [this.#value(1), asm.globalSet(0)];
      default:
        return [this.#value(2), asm.set(draw.below(2))];
    }
  }

  /** Turns as often as local 2 allows; inside, its label is no target. */
  #loop(labels: number, depth: number): Code {
    const count = [asm.get(2), asm.i32(1), SUB, asm.tee(2), asm.i32(0), LT_S, asm.brIf(1)];
    const inner = asm.block(this.#statements(1, depth - 1));
    return asm.block(asm.loop(count, labels === 0 ? NOP : [this.#value(1), asm.brIf(2)], inner, asm.br(0)));
  }

  #value(depth: number): Code {
    const draw = this.#draw;
    if (depth === 0 || draw.chance(3)) return draw.chance(2) ? asm.i32(draw.below(100)) : asm.get(draw.below(2));
    switch (draw.below(7)) {
      case 0:
        return [this.#value(depth - 1), EQZ];
      case 1:
        return [this.#value(depth - 1), this.#value(depth - 1), draw.pick([ADD, SUB, MUL, AND, XOR, LT_S])];
      case 2:
        return [this.#value(depth - 1), this.#value(depth - 1), this.#value(0), SELECT];
      case 3:
        return [this.#value(depth - 1), asm.i32(255), AND, asm.access(draw.pick([0x28, 0x2c, 0x2f]))];
      case 4:
        return [this.#value(depth - 1), ifElse(this.#value(depth - 1), this.#value(depth - 1))];
      case 5: {
        const callee = draw.below(this.#callees);
        const args = [this.#value(depth - 1), this.#value(0)];
        return draw.chance(2) ? [args, asm.call(callee)] : [args, asm.i32(callee), asm.callIndirect(typeIndex)];
      }
      default:
        return asm.globalGet(0);
    }
  }
}

function compare(bytes: Uint8Array, calls: readonly (readonly [name: string, args: readonly number[]])[]): number {
  let total = 0;
  // Each call in an instance of its own, as the oracle's calls are.
  for (const [name, args] of calls) {
    const wanted = metered(bytes, name, args);
    expect(counted(bytes, [[name, args]]), `${name}(${args.join()})`).to.deep.equal([wanted]);
    total += wanted.steps;
  }
  return total;
}

describe("program / metering", () => {
  it("takes as many steps as the oracle counts: examples", () => {
    const bytes = moduleOf(EXAMPLES);
    const calls = [
      ["fibonacci", [0, 0]],
      ["fibonacci", [13, 0]],
      ["collatz", [1, 0]],
      ["collatz", [27, 5]],
      ["mixed", [0, 1]],
      ["mixed", [77, 1_000]],
    ] as const;
    expect(compare(bytes, calls)).to.be.greaterThan(5_000);
  });

  it(`takes as many steps as the oracle counts: ${RUNS} random modules`, () => {
    let total = 0;
    const numbers = fc.array(fc.noBias(fc.nat(65_535)), { minLength: 150, maxLength: 400, size: "max" });
    const check = (drawn: number[]): void => {
      const draw = new Draw(drawn);
      const names = ["one", "two", "three"] as const;
      const bodies = names.map((name, i) => [name, { locals: 1, body: new Body(draw, i + 1).write() }] as const);
      const bytes = moduleOf(Object.fromEntries(bodies));
      total += compare(
        bytes,
        names.map((name) => [name, [draw.below(50), draw.below(50)]] as const),
      );
    };
    fc.assert(fc.property(numbers, check), { seed: SEED, numRuns: RUNS });
    expect(total).to.be.greaterThan(100 * RUNS);
  });
});
