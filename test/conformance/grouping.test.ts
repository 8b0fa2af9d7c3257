import { expect } from "chai";
import { planScript, type Plan } from "./grouping.ts";
import { judge } from "./scope.ts";
import { readWast } from "./wast.ts";

const plan = (script: string): Promise<Plan> => planScript(readWast(script), judge);

/** Lines of the units of each group. */
const groupLines = ({ groups }: Plan): number[][] => groups.map((group) => group.map(({ line }) => line));

describe("planScript", () => {
  it("gives a module that shares nothing a group of its own", async () => {
    const found = await plan(`(module)
      (module (import "spectest" "print" (func)) (import "spectest" "global_i32" (global i32)))
      (module (import "spectest" "print" (func)))`);
    expect(groupLines(found)).to.deep.equal([[1], [2], [3]]);
  });

  it("puts those together that import from each other, and those that share the memory or table of spectest", async () => {
    const found = await plan(`(module $a (func (export "f")))
      (register "a" $a)
      (module (import "spectest" "memory" (memory 1)))
      (module (import "a" "f" (func)) (func (export "g") (call 0)))
      (register "b")
      (module)
      (module (import "b" "g" (func)))
      (module (import "spectest" "table" (table 1 funcref)))`);
    expect(groupLines(found)).to.deep.equal([[1, 4, 7], [3, 8], [6]]);
  });

  it("follows names as they are at the time", async () => {
    const found = await plan(`(module (func (export "f")))
      (register "m")
      (module (import "m" "f" (func)))
      (module (func (export "f")))
      (register "m")
      (module (import "m" "f" (func)))`);
    expect(groupLines(found)).to.deep.equal([
      [1, 3],
      [4, 6],
    ]);
  });

  it("makes instances of definitions, each for itself", async () => {
    const found = await plan(`(module definition $d (global (export "g") (mut i32) (i32.const 0)))
      (module instance $one $d)
      (module instance $two $d)
      (register "one" $one)
      (module (import "one" "g" (global (mut i32))))
      (invoke $two "f")`);
    expect(groupLines(found)).to.deep.equal([[2, 5], [3]]);
    const last = found.plays.at(-1);
    expect(last?.kind === "action" && last.unit?.line).to.equal(3);
  });

  it("keeps modules whose instantiation traps, and leaves out those that cannot be linked", async () => {
    const found = await plan(`(module (table (export "t") 1 funcref))
      (register "m")
      (assert_unlinkable (module (import "m" "x" (func))) "unknown import")
      (assert_trap (module (import "m" "t" (table 1 funcref)) (func unreachable) (start 0)) "unreachable")`);
    expect(groupLines(found)).to.deep.equal([[1, 4]]);
    expect(found.plays.map(({ kind }) => kind)).to.deep.equal(["module", "assert_unlinkable", "assert_module_trap"]);
  });

  it("knows what is out of scope, and what imports from that", async () => {
    const found = await plan(`(module (func (export "f") (drop (v128.const i64x2 0 0))))
      (register "simd")
      (module (import "simd" "f" (func)))
      (module (type (struct)))
      (assert_return (invoke "f"))
      (assert_invalid (module (func (result i32))) "type mismatch")`);
    expect(groupLines(found)).to.deep.equal([]);
    const reasons = found.plays.map((play) => ("unit" in play ? play.unit?.outside : play.kind));
    expect(reasons).to.deep.equal(["vectors", "vectors", "garbage collection", "garbage collection", "refusal"]);
  });

  it("sorts refusals", async () => {
    const found = await plan(`(assert_invalid (module (func (result i32))) "type mismatch")
      (assert_malformed (module quote "(func") "unexpected token")
      (assert_malformed (module binary "") "unexpected end")
      (assert_invalid (module (func (result v128))) "type mismatch")`);
    const kinds = found.plays.map((play) =>
      play.kind === "refusal" && play.judgement.kind !== "accepted" && play.judgement.kind !== "outside"
        ? `${play.judgement.kind} by ${play.judgement.by}`
        : play.kind === "refusal" && play.judgement.kind,
    );
    expect(kinds).to.deep.equal(["invalid by decoder", "malformed by assembler", "malformed by decoder", "outside"]);
  });
});
