import { expect } from "chai";
import fc from "fast-check";
import { Outcome } from "../../../../verifier/machine/codes.ts";
import { TransactionError } from "../../../../verifier/program/errors.ts";
import type { TransactionResult } from "../../../../verifier/program/transactions.ts";
import {
  type CommandInput,
  decodeCommand,
  decodeCommandResult,
  EMPTY_INPUT,
  encodeCommand,
} from "../../../../verifier/program/wasi/command.ts";
import { SEED } from "../../seed.ts";

const text = fc.string({ unit: "grapheme", maxLength: 12 }).map((s) => s.replaceAll("\0", ""));
const name = fc.stringMatching(/^[a-z][a-z.]{0,5}$/);
const bytes = fc.uint8Array({ maxLength: 40 });

const input: fc.Arbitrary<CommandInput> = fc.record({
  args: fc.array(text, { maxLength: 5 }),
  environment: fc.array(fc.tuple(name, text), { maxLength: 5 }).map((list) => new Map(list)),
  // Upper case for directories, so that no file is one.
  files: fc
    .array(
      fc
        .tuple(fc.array(fc.constantFrom("A", "BB", "C c"), { maxLength: 3 }), fc.option(name), bytes)
        .map(([folders, file, content]): [string, Uint8Array] => {
          const path = [...folders, file ?? ""].join("/");
          return file === null ? [path === "" ? "A/" : path, new Uint8Array()] : [path, content];
        }),
      { maxLength: 6 },
    )
    .map((list) => new Map(list)),
  stdin: bytes,
  clock: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  seed: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});

describe("payload of a command", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(input, (given) => {
        expect(decodeCommand(encodeCommand(given))).deep.equal(given);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it("reads nothing else: what it accepts it would have written", () => {
    const change = fc.tuple(input, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.integer({ min: -8, max: 8 }));
    let accepted = 0;
    fc.assert(
      fc.property(change, ([given, place, flip, cut]) => {
        const good = encodeCommand(given);
        const bad = cut < 0 ? good.slice(0, cut) : Uint8Array.from([...good, ...Array<number>(cut).fill(flip)]);
        const at = place % Math.max(1, bad.length);
        if (bad.length > 0) bad[at] = (bad[at] ?? 0) ^ flip;
        let read: CommandInput;
        try {
          read = decodeCommand(bad);
        } catch (error) {
          expect(error).instanceOf(TransactionError);
          return;
        }
        accepted++;
        expect(Buffer.from(encodeCommand(read)).equals(bad)).equal(true);
      }),
      { seed: SEED, numRuns: 3000 },
    );
    expect(accepted).within(20, 1500);
  });

  it("does not believe counts", () => {
    const bad = encodeCommand({});
    bad.fill(255, 44, 48);
    expect(() => decodeCommand(bad)).throw(TransactionError, /it ends at byte/);
  });

  const refused: [what: string, given: Partial<CommandInput>, message: RegExp][] = [
    ["a zero in an argument", { args: ["a\0b"] }, /an argument has a zero byte/],
    ["a zero in a variable", { environment: new Map([["A", "\0"]]) }, /the variable A has a zero byte/],
    ["a variable without a name", { environment: new Map([["", "x"]]) }, /no name of a variable/],
    ["a variable with = in its name", { environment: new Map([["a=b", "x"]]) }, /"a=b" is no name of a variable/],
    ["an absolute path", { files: new Map([["/a", new Uint8Array()]]) }, /"\/a" is no path/],
    ["a path that leads out", { files: new Map([["a/../../b", new Uint8Array()]]) }, /is no path/],
    ["an empty name", { files: new Map([["a//b", new Uint8Array()]]) }, /is no path/],
    ["no path at all", { files: new Map([["", new Uint8Array()]]) }, /"" is no path/],
    ["a long name", { files: new Map([["x".repeat(256), new Uint8Array()]]) }, /is no path/],
    [
      "a file in a file",
      {
        files: new Map([
          ["a", new Uint8Array()],
          ["a/b", new Uint8Array()],
        ]),
      },
      /a is a file, a\/b cannot lie in it/,
    ],
    [
      "a file that is a directory",
      {
        files: new Map([
          ["a", new Uint8Array()],
          ["a/", new Uint8Array()],
        ]),
      },
      /a is a file and a directory/,
    ],
    ["a short seed", { seed: new Uint8Array(31) }, /the seed has 31 bytes, it must have 32/],
    ["a clock beyond 64 bits", { clock: 1n << 64n }, /does not fit 64 bits/],
  ];
  for (const [what, given, message] of refused) {
    it(`is not written for ${what}`, () => {
      expect(() => encodeCommand(given)).throw(TransactionError, message);
    });
  }

  it("is empty by default", () => {
    expect(decodeCommand(encodeCommand({}))).deep.equal(EMPTY_INPUT);
  });
});

describe("output of a command", () => {
  const result = (output: number[], kind: number = Outcome.success, code = 0): TransactionResult => ({
    kind,
    code,
    start: 0,
    length: output.length,
    fuelUsed: 0n,
    output: Uint8Array.from(output),
  });

  it("is split into streams", () => {
    const { stdout, stderr, exitCode } = decodeCommandResult(
      result([1, 0, 0, 0, 2, 0, 0, 0, 65, 66, 2, 0, 0, 0, 1, 0, 0, 0, 67, 1, 0, 0, 0, 1, 0, 0, 0, 68]),
    );
    expect([...stdout]).deep.equal([65, 66, 68]);
    expect([...stderr]).deep.equal([67]);
    expect(exitCode).equal(0);
  });

  it("comes with an exit code if the command came to its end", () => {
    expect(decodeCommandResult(result([], Outcome.left, 7)).exitCode).equal(7);
    expect(decodeCommandResult(result([], Outcome.trap, 7)).exitCode).equal(undefined);
    expect(decodeCommandResult(result([], Outcome.skipped, 1)).exitCode).equal(undefined);
  });

  it("is refused if it is no sequence of frames", () => {
    expect(() => decodeCommandResult(result([1, 0, 0, 0, 2, 0, 0, 0, 65]))).throw(TransactionError, /ends at byte 9/);
    expect(() => decodeCommandResult(result([1, 0, 0]))).throw(TransactionError, /ends at byte 3/);
    expect(() => decodeCommandResult(result([3, 0, 0, 0, 0, 0, 0, 0]))).throw(TransactionError, /unknown stream, 3/);
  });
});
