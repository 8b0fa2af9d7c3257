import { expect } from "chai";
import { RULES, rulesFor, violations } from "../../../scripts/solidity/dialect.ts";

/** Something with a title, so that a sample breaks no other rule. */
function contract(head: string, body: string): string {
  return `/// @title Sample\n${head} {\n${body}\n}`;
}

const inContract = (body: string): string => contract("contract C is IC", body);
const inLibrary = (body: string): string => contract("library L", body);
const inFunction = (body: string): string => inContract(`function _f() private {\n${body}\n}`);

/** For each rule what breaks it, on line 3 or the named one, and what does not. */
const SAMPLES: Record<string, { bad: [text: string, line?: number][]; good: string[] }> = {
  underscore: {
    bad: [
      [inContract("function f() private {}")],
      [inContract("function f() internal {}")],
      [inContract("uint256 private x;")],
      [inContract("uint256 private immutable x = 1;")],
      [inContract("uint256 private constant _X = 1;")],
      [inContract("/// @notice x.\nuint256 public _x;"), 4],
      [inLibrary("function _f() private {}")],
      [inFunction("uint256 _x = 1;"), 4],
      [inContract("function _f(uint256 _x) private {}")],
      ["/// @notice f.\nfunction _f() pure {}", 2],
    ],
    good: [
      inContract("uint256 private constant X = 1;\nuint256 private _x;\nfunction _f(uint256 x_) private {}"),
      inLibrary("function f() private {}"),
      "/// @notice f.\nfunction f() pure {}",
    ],
  },
  "enum-member": {
    bad: [
      [inLibrary("/// @notice E.\nenum E { open }"), 4],
      [inLibrary("/// @notice E.\nenum E { OPEN }"), 4],
    ],
    good: [inLibrary("/// @notice E.\nenum E { Open, TwoWords }")],
  },
  "mapping-key": {
    bad: [[inContract("mapping(address => uint256) private _x;")]],
    good: [inContract("mapping(address owner => uint256) private _x;")],
  },
  "expected-first": {
    bad: [[inLibrary("/// @notice Thrown when so.\nerror E(uint256 actual, uint256 expected);"), 4]],
    good: [inLibrary("/// @notice Thrown when so.\nerror E(address a, uint256 expected, uint256 actual);")],
  },
  "revert-if": {
    bad: [
      [inFunction("require(x, E());"), 4],
      [inFunction("assert(x);"), 4],
      [inFunction('revert("no");'), 4],
      [inFunction("revert();"), 4],
    ],
    good: [inFunction("if (x) revert E();")],
  },
  "no-override": {
    bad: [
      [inContract("/// @inheritdoc IC\nfunction f() external override {}"), 4],
      [inContract("/// @inheritdoc IC\nuint256 public override x;"), 4],
      [
        contract(
          "contract C is IC, Base",
          "/// @inheritdoc Inner\n/// @inheritdoc IInner\nfunction f() external override {}",
        ),
        5,
      ],
    ],
    good: [
      inContract("/// @inheritdoc IC\nfunction f() external override(IC, ID) {}"),
      contract("contract C is Base", "/// @inheritdoc Base\nfunction f() external override {}"),
    ],
  },
  "named-returns": {
    bad: [[inContract("function _f() private returns (uint256, bool ok) {}")]],
    good: [
      inContract("function _f() private returns (uint256) {}\nfunction _g() private returns (uint256 x, bool ok) {}"),
    ],
  },
  "implicit-zero": {
    bad: [
      [inFunction("uint256 x = 0;"), 4],
      [inFunction("for (uint256 i = 0; ; ++i) {}"), 4],
    ],
    good: [inFunction("uint256 x;\nuint256 y = 10;")],
  },
  order: {
    bad: [
      [inContract("uint256 private _x;\nuint256 private constant X = 1;"), 4],
      [inContract("function _f() private {}\n/// @notice f.\nfunction f() external {}"), 5],
      [inLibrary("function f() private {}\n/// @notice g.\nfunction g() internal {}"), 5],
      [inLibrary("/// @notice Thrown when so.\nerror E();\n/// @notice S.\nstruct S { uint256 x; }"), 6],
      [inContract("/// @notice f.\nfunction f() external {}\nconstructor() {}"), 5],
    ],
    good: [
      inContract("/// @notice f.\nfunction f() external view {}\n/// @notice g.\nfunction g() external {}"),
      inContract(
        "using L for S;\nuint256 private constant X = 1;\nuint256 private _x;\nconstructor() {}\nreceive() external payable {}",
      ),
    ],
  },
  "in-interface": {
    bad: [
      [inContract("/// @notice E.\nevent E();"), 4],
      [inContract("/// @notice Thrown when so.\nerror E();"), 4],
    ],
    good: [inLibrary("/// @notice Thrown when so.\nerror E();"), contract("interface I", "/// @notice E.\nevent E();")],
  },
  natspec: {
    bad: [
      ["contract C {}", 1],
      ["/// @title It is a sentence.\ncontract C {}", 2],
      [inContract("function f() external {}")],
      [inContract("/// @dev f.\nfunction f() external {}"), 4],
      [inContract("/// @notice f.\nfunction _f() private {}"), 4],
      [inContract("uint256 public x;")],
      [inLibrary("function f() internal {}")],
      [inLibrary("struct S { uint256 x; }")],
      [inLibrary("/// @notice S.\nstruct S {\n/// Field.\nuint256 x;\n}"), 4],
      [inLibrary("/// @notice S.\n/// @param x X.\nstruct S { uint256 x; uint256 y; }"), 5],
      [inLibrary("/// @notice S.\n/// @param y Y.\nstruct S { uint256 x; }"), 5],
      [inLibrary("/// @notice When so.\nerror E();"), 4],
      ["type T is uint256;", 1],
      ["function f() pure {}", 1],
    ],
    good: [
      inContract("/// @inheritdoc IC\nuint256 public x;\n/// @dev f.\nfunction _f() private {}"),
      inLibrary("/// @notice S.\n/// @param x X.\nstruct S { uint256 x; }\nuint256 internal constant X = 1;"),
    ],
  },
  reason: {
    bad: [
      [inFunction("unchecked { ++x; }"), 4],
      [inFunction('assembly ("memory-safe") {}'), 4],
      [
        `/// @title Sample\n/// @dev Unchecked: small numbers.\nlibrary L {\nfunction f() private {\nassembly {}\n}\n}`,
        5,
      ],
      [`/// @title Sample\n/// @dev Unchecked: small numbers.\nlibrary L {}\n${inFunction("unchecked { ++x; }")}`, 7],
    ],
    good: [
      inFunction("// Below the limit.\nunchecked { ++x; }\n// Reads only.\nassembly {}"),
      `/// @title Sample\n/// @dev Unchecked: small numbers.\nlibrary L {\nfunction f() private {\nunchecked { ++x; }\n}\n}`,
    ],
  },
  "comment-width": {
    bad: [[inFunction(`// ${"x".repeat(98)}`), 4], [inContract(`/// @dev ${"x".repeat(92)}\nuint256 private _x;`)]],
    good: [inFunction(`// ${"x".repeat(97)}\nstring memory x = "${"x".repeat(90)}";`)],
  },
};

describe("the Solidity dialect", () => {
  it("has samples for each rule", () => {
    expect(Object.keys(SAMPLES).sort()).to.deep.equal(RULES.map(({ name }) => name).sort());
  });

  for (const [name, { bad, good }] of Object.entries(SAMPLES)) {
    it(`${name}: finds what breaks it, with its line, and nothing else`, () => {
      for (const [text, line = 3] of bad) {
        const found = violations("contracts/C.sol", text);
        expect(
          found.map((v) => [v.rule, v.line]),
          text,
        ).to.deep.equal([[name, line]]);
      }
      for (const text of good) expect(violations("contracts/C.sol", text), text).to.deep.equal([]);
    });
  }

  it("asks less of tests", () => {
    expect(violations("test/C.sol", 'contract C {\nfunction f() external {\nrequire(true, "x");\n}\n}')).to.deep.equal(
      [],
    );
    expect(rulesFor("test/C.sol")).to.have.length.greaterThan(0);
  });
});
