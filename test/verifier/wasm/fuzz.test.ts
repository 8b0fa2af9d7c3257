import { expect } from "chai";
import fc from "fast-check";
import { signed, unsigned } from "../../../verifier/wasm/assembler.ts";
import { ALL_FEATURES, DEFAULT_FEATURES } from "../../../verifier/wasm/features.ts";
import { Op, OPERATIONS } from "../../../verifier/instructions/table.ts";
import type { Operation } from "../../../verifier/instructions/operation.ts";
import { SEED } from "../seed.ts";
import { binary, body, name, section, vector } from "./binary.ts";
import type { Bytes } from "./binary.ts";
import { refusal } from "./outcome.ts";
import { assemble } from "./text.ts";

/** Modules that together hold every section and most kinds of immediates. */
const MODULES = [
  `(module $m (type (func (param i32) (result i32 i64)))
    (import "env" "log" (func (param i32))) (import "env" "base" (global i32))
    (memory 1 2) (table 3 funcref) (global (mut i64) (i64.const -5)) (global i32 (global.get 0))
    (func $f (type 0) (local i64 i32) (local.get 0) (i64.const 300)
      (block (br_if 0 (local.get 0)) (loop (br_table 0 1 (local.tee 2 (i32.const 1))))))
    (func $g (result i64) (call $f (i32.const 1)) (return))
    (func (export "run") (drop (call_indirect (type 0) (i32.const 1) (i32.const 2))) drop)
    (func $start (call 0 (i32.const 4))) (start $start) (export "memory" (memory 0))
    (elem (i32.const 0) $f $g) (elem func $f) (data (i32.const 4) "abc") (data "xyz")
    (func (memory.init 1 (i32.const 1) (i32.const 2) (i32.const 3)) (data.drop 1) (table.copy (i32.const 0) (i32.const 1)
      (i32.const 1)) (table.init 1 (i32.const 0) (i32.const 0) (i32.const 0)) (elem.drop 1)))`,
  `(module (memory 1) (func (param i32 i64) (result i32)
    (if (result i32) (local.get 0) (then (i32.load8_u offset=9 (local.get 0)))
      (else (i32.wrap_i64 (i64.shr_u (local.get 1) (i64.const 9)))))
    (i64.store align=2 (i32.const 8) (local.get 1)) (memory.grow) (i32.extend8_s)
    (select (i32.const 3) (i32.eqz (memory.size)))))`,
  `(module (table 1 funcref) (table 2 externref) (memory 1) (memory 1)
    (global funcref (ref.null func)) (elem (table 0) (offset (i32.const 0)) funcref (ref.func 0) (ref.null func))
    (func (param f32 externref) (result f64) (table.set 1 (i32.const 0) (local.get 1))
      (select (result externref) (local.get 1) (ref.null extern) (ref.is_null (ref.func 0))) drop
      (f32x4.extract_lane 2 (v128.load 1 (i32.const 0))) drop
      (memory.copy 0 1 (i32.const 0) (i32.const 0) (i32.const 9)) (f64.promote_f32 (f32.const nan:0x200000))))`,
];

/** Immediates that often fit the module of `withBody`; `choice` decides. */
function encodeImmediate(row: Operation, choice: readonly number[]): Bytes {
  const [a = 0, b = 0] = choice;
  const small = unsigned(a % 3);
  switch (row.immediate) {
    case "none":
    case "refused":
      return [];
    case "block":
      return [[0x40], [0x7f], [0x7e], [0x00], [0x01], [0x02], [0x7b], [0x70]][a % 8] ?? [];
    case "labels":
      return [...vector(unsigned(b % 3), unsigned(a % 4)), ...small];
    case "access":
      return [...unsigned((a % 6) + (b % 4 === 0 ? 0x40 : 0)), ...(b % 4 === 0 ? unsigned(a % 3) : []), ...unsigned(b)];
    case "access-lane":
      return [...unsigned(a % 4), ...unsigned(b), a % 18];
    case "indirect":
    case "tables":
    case "memories":
    case "table-element":
    case "memory-data":
      return [...small, ...unsigned(b % 3)];
    case "i32":
    case "i64":
      return signed(BigInt(a - b));
    case "f32":
      return [a, b, 0xa0, 0x7f];
    case "f64":
      return [a, b, 0, 0, 0, 0, 0xf4, 0x7f];
    case "v128":
    case "lanes":
      return Array.from({ length: 16 }, (_, position) => (position * a + b) % 33);
    case "lane":
      return [a % 18];
    case "types":
      return vector([[0x7f, 0x7b, 0x70, 0x6f][a % 4] ?? 0x7f]);
    case "reference":
      return [b % 2 === 0 ? 0x70 : 0x6f];
    case "local":
      return unsigned(a % 9);
    default:
      return small;
  }
}

function encode(row: Operation, choice: readonly number[]): Bytes {
  const high = row.op >> 8;
  const opcode: Bytes =
    high === 0 ? [row.op] : [high === 0xfe ? 0xfd : high, ...unsigned((row.op & 0xff) + (high === 0xfe ? 256 : 0))];
  return [...opcode, ...encodeImmediate(row, choice)];
}

/** A module with two or three of everything and a function of the given code. */
const withBody = (code: Bytes): Uint8Array =>
  binary(
    section(1, vector([0x60, 0, 0], [0x60, 1, 0x7f, 1, 0x7f], [0x60, 2, 0x7f, 0x7e, 2, 0x7e, 0x7f])),
    section(2, vector([...name("m"), ...name("f"), 0, 1])),
    section(3, vector([2], [0])),
    section(4, vector([0x70, 0, 1], [0x6f, 0, 1])),
    section(5, vector([0, 1], [0, 1])),
    section(6, vector([0x7f, 1, 0x41, 0, 0x0b], [0x7e, 0, 0x42, 0, 0x0b])),
    section(9, vector([1, 0, 1, 0], [3, 0, 1, 1])),
    section(12, [1]),
    section(10, vector(body(code, [1, 0x7f], [2, 0x7e], [1, 0x7d], [1, 0x7c], [1, 0x7b], [1, 0x70]), body([]))),
    section(11, vector([1, 0])),
  );

const KNOWN = [...OPERATIONS.values()].filter(({ immediate }) => immediate !== "refused");
const pick = (...ops: number[]): Operation[] => KNOWN.filter(({ op }) => ops.includes(op));
const PLAIN = KNOWN.filter(({ op }) => op < 0x100);
const CONTROL = KNOWN.filter(({ op }) => op <= Op.returnCallIndirect);
const PUSHES = pick(Op.i32Const, Op.i64Const, Op.localGet, Op.unreachable, Op.f32Const, Op.v128Const, Op.refNull);

const instruction = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...PUSHES) },
      { weight: 2, arbitrary: fc.constantFrom(...CONTROL) },
      { weight: 2, arbitrary: fc.constantFrom(...PLAIN) },
      { weight: 2, arbitrary: fc.constantFrom(...KNOWN) },
      { weight: 1, arbitrary: fc.constantFrom(...pick(Op.drop, Op.end, Op.else)) },
    ),
    fc.tuple(fc.nat(127), fc.nat(127)),
  )
  .map(([row, choice]) => ({ row, code: encode(row, choice) }));

/** Closes what is open, after `unreachable` so that any result is there. */
function close(instructions: readonly { readonly row: Operation; readonly code: Bytes }[]): Bytes {
  let open = 0;
  const code: number[] = [];
  for (const each of instructions) {
    if (each.row.op === Op.end && open === 0) continue;
    if (each.row.immediate === "block") open++;
    if (each.row.op === Op.end) open--;
    code.push(...each.code);
  }
  for (; open > 0; open--) code.push(Op.unreachable, Op.end);
  return [...code, Op.unreachable];
}

/** One change of a module's bytes. */
const mutation = fc.record({
  at: fc.nat(),
  value: fc.oneof(fc.nat(255), fc.constantFrom(0x00, 0x0b, 0x40, 0x70, 0x7f, 0x80, 0xfc, 0xfd, 0xff)),
  kind: fc.constantFrom("set", "set", "set", "flip", "next", "insert", "remove", "cut"),
});

function mutate(bytes: Uint8Array, changes: readonly { at: number; value: number; kind: string }[]): Uint8Array {
  const result = [...bytes];
  for (const { at, value, kind } of changes) {
    const position = 8 + (at % Math.max(1, result.length - 8));
    const old = result[position] ?? 0;
    if (kind === "insert") result.splice(position, 0, value);
    else if (kind === "remove") result.splice(position, 1);
    else if (kind === "cut") result.length = Math.max(position, result.length - (value % 8));
    else result[position] = kind === "set" ? value : kind === "flip" ? old ^ (1 << (value % 8)) : (old + 1) % 256;
  }
  return Uint8Array.from(result);
}

describe("decode and validate, on generated modules", () => {
  let modules: Uint8Array[];
  before(async () => {
    modules = await Promise.all(MODULES.map(assemble));
    for (const bytes of modules) expect(refusal(bytes, ALL_FEATURES)).to.equal(undefined);
  });

  it("agree with V8 on random code", () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.boolean(), fc.array(instruction, { maxLength: 12 }), (isDead, instructions) => {
        const bytes = withBody([...(isDead ? [Op.unreachable] : []), ...close(instructions)]);
        const error = refusal(bytes, ALL_FEATURES);
        expect(error?.name).not.to.equal("UnsupportedError");
        expect(error === undefined, error?.message).to.equal(WebAssembly.validate(bytes.slice()));
        if (error === undefined) accepted++;
      }),
      { seed: SEED, numRuns: 12_000 },
    );
    expect(accepted).to.be.at.least(1200);
  });

  it("agree with V8 on changed modules, and refuse them with errors of their own only", () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.nat(), fc.array(mutation, { minLength: 1, maxLength: 3 }), (index, changes) => {
        const original = modules[index % modules.length];
        if (original === undefined) throw new Error("there are modules");
        const bytes = mutate(original, changes);
        const error = refusal(bytes, ALL_FEATURES);
        const isValid = WebAssembly.validate(bytes.slice());
        if (error === undefined) {
          accepted++;
          expect(isValid).to.equal(true);
        } else {
          expect(error.offset).to.be.within(0, bytes.length);
          expect(error.message).not.to.contain("\n");
          // What V8 accepts is never malformed or invalid, but may be a feature that is not known
          // here.
          if (isValid) expect(error.name, error.message).to.equal("UnsupportedError");
        }
        const plain = refusal(bytes, DEFAULT_FEATURES);
        if (plain === undefined) expect(error).to.equal(undefined);
      }),
      { seed: SEED, numRuns: 20_000 },
    );
    expect(accepted).to.be.at.least(1000);
  });

  it("withstand any bytes after the header", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        refusal(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes]), ALL_FEATURES);
        refusal(bytes, ALL_FEATURES);
      }),
      { seed: SEED, numRuns: 5000 },
    );
  });
});

describe("decode and validate, on modules made to be slow", () => {
  const repeat = (unit: Bytes, times: number): Uint8Array => {
    const bytes = new Uint8Array(unit.length * times);
    for (let i = 0; i < times; i++) bytes.set(unit, i * unit.length);
    return bytes;
  };
  const join = (...parts: readonly (Bytes | Uint8Array)[]): Uint8Array => {
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let position = 0;
    for (const part of parts) {
      bytes.set(part, position);
      position += part.length;
    }
    return bytes;
  };
  const largeSection = (id: number, ...parts: readonly (Bytes | Uint8Array)[]): Uint8Array => {
    const content = join(...parts);
    return join([id], unsigned(content.length), content);
  };
  const wide = [0x60, ...vector(...Array<Bytes>(1000).fill([0x7f])), ...vector(...Array<Bytes>(1000).fill([0x7f]))];
  const withCopies = (type: Bytes, code: Bytes | Uint8Array, copies: number): Uint8Array =>
    join(
      binary(section(1, vector(type))),
      largeSection(3, unsigned(copies), repeat([0], copies)),
      largeSection(10, unsigned(copies), repeat([...unsigned(code.length), ...code], copies)),
    );

  // [what, module, start of the refusal]
  const cases: [string, () => Uint8Array, string | undefined][] = [
    ["7 MB of small instructions", () => withLarge(repeat([0x41, 0, 0x1a], 2_500_000)), undefined],
    [
      "calls of 2000 values in dead code",
      () => withLarge(repeat([0x10, 0], 3_500_000), wide),
      "unsupported size: blocks, calls",
    ],
    [
      "700,000 functions of 50,000 locals",
      () => withCopies([0x60, 0, 0], [1, 0xd0, 0x86, 3, 0x7f, 0x0b], 700_000),
      undefined,
    ],
    [
      "3,500,000 open blocks",
      () => withLarge(repeat([0x02, 0x40], 3_500_000)),
      "unsupported size: more than 50000 blocks",
    ],
    [
      "3,500,000 operands",
      () => withLarge(repeat([0x41, 0], 3_500_000)),
      "unsupported size: more than 1000000 operands",
    ],
    [
      "3,000,000 elements",
      () =>
        join(
          binary(section(1, vector([0x60, 0, 0])), section(2, vector([...name("m"), ...name("f"), 0, 0]))),
          largeSection(9, [1, 5, 0x70], unsigned(3_000_000), repeat([0xd2, 0, 0x0b], 3_000_000)),
        ),
      undefined,
    ],
    [
      "3,000,000 names",
      () =>
        join(
          binary(),
          largeSection(0, name("name"), largeSection(1, unsigned(3_000_000), repeat([0, 1, 97], 3_000_000))),
        ),
      undefined,
    ],
  ];
  function withLarge(code: Uint8Array, type: Bytes = [0x60, 0, 0]): Uint8Array {
    const whole = join([0, 0], code, [0x0b]);
    return join(
      binary(section(1, vector(type)), section(3, vector([0]))),
      largeSection(10, [1], unsigned(whole.length), whole),
    );
  }
  for (const [what, build, problem] of cases) {
    it(`take seconds for ${what}`, () => {
      const bytes = build();
      const start = performance.now();
      const error = refusal(bytes);
      // Half a second on an idle machine.
      expect(performance.now() - start).to.be.below(10_000);
      if (problem === undefined) expect(error).to.equal(undefined);
      else expect(error?.message.startsWith(problem), error?.message).to.equal(true);
    });
  }
});
