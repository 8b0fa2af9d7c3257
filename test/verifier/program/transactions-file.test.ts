import { expect } from "chai";
import { TransactionError } from "../../../verifier/program/errors.ts";
import { callPayload, DEFAULT_FUEL, parseTransactions } from "../../../verifier/program/transactions-file.ts";
import { decodeCommand, EMPTY_INPUT } from "../../../verifier/program/wasi/command.ts";

const payload = { convention: "payload" } as const;
const process = { convention: "command" } as const;
const typed = {
  convention: "typed",
  exports: [
    { name: "add", type: { params: ["i32", "i64"], results: ["i64"] } },
    { name: "keep", type: { params: ["externref"], results: [] } },
    { name: "stop", type: { params: [], results: [] } },
    { name: "scale", type: { params: ["f32", "f64"], results: ["f32"] } },
  ],
} as const;

describe("a file of transactions", () => {
  it("holds payloads as text or as hexadecimal digits", () => {
    const text = `[{"payload": "hé"}, {"payload": "0x00fF", "fuel": 5, "keep": true}, {"payload": "", "fuel": "18446744073709551615"}]`;
    expect(parseTransactions(text, payload)).to.deep.equal([
      { fuel: DEFAULT_FUEL, keep: false, payload: Uint8Array.of(0x68, 0xc3, 0xa9) },
      { fuel: 5n, keep: true, payload: Uint8Array.of(0, 255) },
      { fuel: 2n ** 64n - 1n, keep: false, payload: new Uint8Array() },
    ]);
  });

  it("holds processes", () => {
    const text = `[{}, {"args": ["a", "-b"], "env": {"HOME": "/"}, "files": {"in/x": "0x00ff", "out/": ""}, "stdin": "hé",
      "clock": "18446744073709551615", "seed": "0x${"ab".repeat(32)}", "fuel": 9, "keep": true}]`;
    const [empty, full] = parseTransactions(text, process);
    expect(decodeCommand(empty?.payload ?? new Uint8Array())).to.deep.equal(EMPTY_INPUT);
    expect(full).to.include({ fuel: 9n, keep: true });
    expect(decodeCommand(full?.payload ?? new Uint8Array())).to.deep.equal({
      args: ["a", "-b"],
      environment: new Map([["HOME", "/"]]),
      files: new Map([
        ["in/x", Uint8Array.of(0, 255)],
        ["out/", new Uint8Array()],
      ]),
      stdin: Uint8Array.of(0x68, 0xc3, 0xa9),
      clock: 2n ** 64n - 1n,
      seed: new Uint8Array(32).fill(0xab),
    });
  });

  it("holds calls of exports", () => {
    const text = `[{"export": "add", "args": ["-1", "0x10"]}, {"export": "add", "args": [4294967295, -1]}, {"export": "stop"}]`;
    const list = parseTransactions(text, typed, 7n);
    expect(list.map(({ fuel }) => fuel)).to.deep.equal([7n, 7n, 7n]);
    expect(list[0]?.payload).to.deep.equal(callPayload(typed.exports, "add", ["4294967295", "16"]));
    expect(list[1]?.payload).to.deep.equal(callPayload(typed.exports, "add", ["-1", "18446744073709551615"]));
    expect(list[2]?.payload).to.have.length(8);
  });

  it("holds floats as text or as numbers of JSON", () => {
    const text = `[{"export": "scale", "args": ["-0", "nan:0x1"]}, {"export": "scale", "args": [1.5, 0.1]}, {"export": "scale", "args": [-0, -2]}]`;
    const words = parseTransactions(text, typed).map(({ payload: bytes }) =>
      [8, 16].map((at) => new DataView(bytes.buffer).getBigUint64(at, true)),
    );
    expect(words).to.deep.equal([
      [0x8000_0000n, 0x7ff0_0000_0000_0001n],
      [0x3fc0_0000n, 0x3fb9_9999_9999_999an],
      [0x8000_0000n, 0xc000_0000_0000_0000n],
    ]);
  });

  const cases: readonly (readonly [
    text: string,
    target: typeof payload | typeof typed | typeof process,
    message: string,
  ])[] = [
    ["[", payload, "the transactions are no JSON: "],
    ["{}", payload, "the transactions are no list but {}"],
    ["[1]", payload, "transaction 0: expected an object, found 1"],
    ["[null]", payload, "transaction 0: expected an object, found null"],
    ["[[]]", payload, "transaction 0: expected an object, found []"],
    [`[{"payload": "a"}, {}]`, payload, `transaction 1: "payload" must be a string, found nothing`],
    [`[{"payload": 3}]`, payload, `transaction 0: "payload" must be a string, found 3`],
    [`[{"payload": "0x123"}]`, payload, `"payload" begins with 0x but is not an even number of hexadecimal digits`],
    [`[{"payload": "0xgg"}]`, payload, `"payload" begins with 0x`],
    [`[{"payload": "a", "gas": 1}]`, payload, `unknown field "gas", expected payload, fuel, keep (payload convention)`],
    [
      `[{"payload": "a"}]`,
      process,
      `unknown field "payload", expected args, env, files, stdin, clock, seed, fuel, keep`,
    ],
    [`[{"args": "a"}]`, process, `transaction 0: "args" must be a list of strings, found "a"`],
    [`[{"args": [1]}]`, process, `"args" must be a list of strings, found [1]`],
    [`[{"env": ["A=b"]}]`, process, `"env" must be an object, found ["A=b"]`],
    [`[{"env": {"A": 1}}]`, process, `the variable A must be a string, found 1`],
    [`[{"files": {"a": null}}]`, process, `"a" must be a string, found null`],
    [`[{}, {"files": {"../a": ""}}]`, process, `transaction 1: "../a" is no path`],
    [`[{"stdin": "0x0"}]`, process, `"stdin" begins with 0x but is not an even number of hexadecimal digits`],
    [`[{"clock": -1}]`, process, `"clock" must be a whole number of nanoseconds below 2^64, found -1`],
    [`[{"seed": "0x00"}]`, process, `transaction 0: the seed has 1 bytes, it must have 32`],
    [`[{"payload": "a"}]`, typed, `unknown field "payload", expected export, args, fuel, keep (typed convention)`],
    [`[{"payload": "a", "fuel": -1}]`, payload, `"fuel" must be a whole number of steps below 2^64, found -1`],
    [`[{"payload": "a", "fuel": 1.5}]`, payload, `"fuel" must be a whole number`],
    [`[{"payload": "a", "fuel": "18446744073709551616"}]`, payload, `"fuel" must be a whole number`],
    [`[{"payload": "a", "fuel": null}]`, payload, `"fuel" must be a whole number of steps below 2^64, found null`],
    [`[{"payload": "a", "keep": 1}]`, payload, `"keep" must be true or false, found 1`],
    [`[{"args": []}]`, typed, `"export" must be a string, found nothing`],
    [`[{"export": "add", "args": "1"}]`, typed, `"args" must be a list, found "1"`],
    [`[{"export": "add", "args": ["1", {}]}]`, typed, "argument 1 must be a decimal string, found {}"],
    [
      `[{"export": "add", "args": ["1", 9007199254740993]}]`,
      typed,
      "argument 1 must be a decimal string, found 9007199254740992",
    ],
    [`[{"export": "sub"}]`, typed, `no function "sub" is exported; exported functions: add, keep, stop, scale`],
    [`[{"export": "add", "args": ["1"]}]`, typed, `"add" takes 2 arguments (i32, i64), found 1`],
    [`[{"export": "stop", "args": ["1"]}]`, typed, `"stop" takes no arguments, found 1`],
    [
      `[{"export": "keep", "args": ["1"]}]`,
      typed,
      `"keep" (externref) → () cannot be called: only numbers can be passed`,
    ],
    [
      `[{"export": "scale", "args": ["0x", 1]}]`,
      typed,
      `argument 0 of "scale" is no f32 such as 1.5, -0, 6e23, inf or nan: "0x"`,
    ],
    [`[{"export": "scale", "args": [1, "1e309"]}]`, typed, `argument 1 of "scale" is no f64`],
    [`[{"export": "add", "args": [1.5, 1]}]`, typed, `argument 0 of "add" is no integer: "1.5"`],
    [`[{"export": "add", "args": ["one", "1"]}]`, typed, `argument 0 of "add" is no integer: "one"`],
    [`[{"export": "add", "args": ["", "1"]}]`, typed, `argument 0 of "add" is no integer: ""`],
    [`[{"export": "add", "args": ["4294967296", "1"]}]`, typed, `argument 0 of "add" does not fit i32: 4294967296`],
    [`[{"export": "add", "args": ["-2147483649", "1"]}]`, typed, `argument 0 of "add" does not fit i32`],
    [`[{"export": "add", "args": ["1", "-9223372036854775809"]}]`, typed, `argument 1 of "add" does not fit i64`],
  ];
  for (const [text, target, message] of cases) {
    it(`that says ${text} (${target.convention}) is refused`, () => {
      expect(() => parseTransactions(text, target)).to.throw(TransactionError, message);
    });
  }

  it("cuts long values short in its messages", () => {
    const text = JSON.stringify([{ payload: Array(1000).fill(1) }]);
    expect(() => parseTransactions(text, payload)).to.throw(/^.{0,130}…$/);
  });
});

describe("a call on the command line", () => {
  it("is refused without a place", () => {
    expect(() => callPayload(typed.exports, "sub", [])).to.throw(TransactionError, /^no function "sub"/);
  });

  it("names some of many exports, and says when there are none", () => {
    const many = Array.from({ length: 50 }, (_, i) => ({ name: `f${i}`, type: { params: [], results: [] } }));
    expect(() => callPayload(many, "g", [])).to.throw("f19, …");
    expect(() => callPayload([], "g", [])).to.throw("exported functions: none");
  });
});
