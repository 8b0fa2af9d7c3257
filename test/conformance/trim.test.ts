import { expect } from "chai";
import { trim } from "./trim.ts";

describe("trim", () => {
  it("empties functions and leaves out tags and what refers to them; the rest stays as it stands", () => {
    const trimmed = trim(`(module
      (func $a (export "a") (result i32) (i32.const 1)) ;; (ref
      (func $b (export "b") (export "c \\"") (param (ref null func)))
      (tag $t (export "t"))
      (import "m" "t" (tag))
      (export "u" (tag $t))
      (table $x (ref null func) (elem $a))
      (memory 1))`);
    expect(trimmed?.source.replaceAll(/\s+/g, " ")).to.equal(
      '(module (func $a (export "a") (result i32) (i32.const 1)) ;; (ref (func $b) (table $x 0 funcref) (memory 1))',
    );
    expect([...(trimmed?.without ?? [])]).to.deep.equal(["b", 'c \\"', "t", "u"]);
    expect(trimmed?.fields).to.equal(5);
  });

  it("gives up where something else is out of scope, or nothing is", () => {
    expect(trim("(module (type (func (param (ref func)))))")).to.equal(undefined);
    expect(trim('(module (import "m" "g" (global (ref func))))')).to.equal(undefined);
    expect(trim("(module (func))")).to.equal(undefined);
  });
});
