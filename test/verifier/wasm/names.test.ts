import { expect } from "chai";
import { unsigned } from "../../../verifier/wasm/assembler.ts";
import { decode } from "../../../verifier/wasm/decode.ts";
import { binary, body, name, section, TYPES, vector } from "./binary.ts";
import type { Bytes } from "./binary.ts";

const NAMES = (...content: readonly Bytes[]): Bytes => section(0, name("name"), ...content);

/** A module of an imported and two defined functions, one of them exported. */
const withNames = (...names: readonly Bytes[]): Uint8Array =>
  binary(
    TYPES,
    section(2, vector([...name("env"), ...name("log"), 0, 0])),
    section(3, vector([0], [0])),
    section(7, vector([...name("run"), 0, 1], [...name("again"), 0, 1])),
    section(10, vector(body([]), body([]))),
    ...names,
  );

describe("names", () => {
  it("reads module, functions and locals", () => {
    const { names } = decode(
      withNames(
        NAMES(
          section(0, name("mod")),
          section(1, vector([0, ...name("host")], [2, ...name("inner")])),
          section(2, vector([1, ...vector([0, ...name("x")], [3, ...name("y")])], [2, ...vector()])),
          section(7, [0]),
        ),
      ),
    );
    expect(names.module).to.equal("mod");
    expect([...names.functions]).to.deep.equal([
      [0, "host"],
      [2, "inner"],
      [1, "run"],
    ]);
    expect([...names.locals(1)]).to.deep.equal([
      [0, "x"],
      [3, "y"],
    ]);
    expect(names.locals(2).size).to.equal(0);
    expect(names.locals(9).size).to.equal(0);
  });

  it("falls back on exports and imports", () => {
    const { names } = decode(withNames());
    expect(names.module).to.equal(undefined);
    expect([...names.functions]).to.deep.equal([
      [1, "run"],
      [0, "env.log"],
    ]);
  });

  const malformed: [string, Bytes][] = [
    ["an empty section", NAMES()],
    ["a subsection beyond the section", NAMES([1, 9, 1])],
    ["more names than bytes", NAMES(section(1, unsigned(1e9)))],
    ["a name that is no text", NAMES(section(1, vector([2, 1, 0xff])))],
    ["a function that is not there", NAMES(section(1, vector([3, ...name("x")])))],
    ["locals beyond the subsection", NAMES(section(2, vector([1, 5, 0])))],
  ];
  for (const [what, names] of malformed) {
    it(`ignores ${what}`, () => {
      const module = decode(withNames(names));
      expect(module.names.functions.get(2)).to.equal(undefined);
      expect(module.names.functions.get(1)).to.equal("run");
      expect(module.names.locals(1).size).to.equal(0);
    });
  }

  it("keeps what is well formed beside what is not", () => {
    const names = NAMES(section(0, [1, 0xff]), section(1, vector([2, ...name("a")], [0, 1, 0xff])));
    const module = decode(withNames(names));
    expect(module.names.module).to.equal(undefined);
    expect(module.names.functions.get(2)).to.equal("a");
    expect(module.names.functions.get(0)).to.equal("env.log");
  });

  it("takes the first of two names and of two sections", () => {
    const first = NAMES(section(1, vector([2, ...name("a")], [2, ...name("b")])));
    const second = NAMES(section(1, vector([2, ...name("c")])));
    expect(decode(withNames(first, second)).names.functions.get(2)).to.equal("a");
  });
});
