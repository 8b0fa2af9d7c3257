import { expect } from "chai";
import { packExternal, packReference } from "../../verifier/machine/word.ts";
import { bitsOf, describeEnding, isExpected, isTrap, isValue } from "./values.ts";
import type { WastValue } from "./wast.ts";

const f32 = (literal: string): WastValue => ({ type: "f32", literal });
const f64 = (literal: string): WastValue => ({ type: "f64", literal });
const ref = (form: string, ...operands: string[]): WastValue => ({ type: "ref", form, operands });
const FUNCTION = packReference({ type: 3, frame: 5, entry: 7 });

describe("values of scripts", () => {
  it("have the bits that the machine keeps", () => {
    expect(bitsOf({ type: "i32", value: 0xffff_ffffn })).to.equal(0xffff_ffffn);
    expect(bitsOf(f32("-0"))).to.equal(0x8000_0000n);
    expect(bitsOf(f64("nan:0x1"))).to.equal(0x7ff0_0000_0000_0001n);
    expect(bitsOf(ref("ref.null", "extern"))).to.equal(0n);
    expect(bitsOf(ref("ref.extern", "7"))).to.equal(packExternal(7));
    expect(bitsOf({ type: "v128", shape: "i64x2", lanes: ["1", "2"] })).to.equal(undefined);
    expect(bitsOf(ref("ref.i31"))).to.equal(undefined);
  });

  it("match numbers bit by bit", () => {
    expect(isValue(0n, f32("-0"))).to.equal(false);
    expect(isValue(0x8000_0000n, f32("-0"))).to.equal(true);
    expect(isValue(0xffff_ffff_ffff_ffffn, { type: "i32", value: 0xffff_ffffn })).to.equal(false);
  });

  it("match canonical NaNs of either sign and no others", () => {
    for (const bits of [0x7fc0_0000n, 0xffc0_0000n]) expect(isValue(bits, f32("nan:canonical"))).to.equal(true);
    for (const bits of [0x7fc0_0001n, 0x7f80_0001n, 0x7f80_0000n, 0x1_7fc0_0000n]) {
      expect(isValue(bits, f32("nan:canonical"))).to.equal(false);
    }
    expect(isValue(0xfff8_0000_0000_0000n, f64("nan:canonical"))).to.equal(true);
  });

  it("match any NaN of arithmetic, which is quiet", () => {
    for (const bits of [0x7fc0_0000n, 0xffc0_1234n]) expect(isValue(bits, f32("nan:arithmetic"))).to.equal(true);
    for (const bits of [0x7f80_0001n, 0x7f80_0000n, 0n]) expect(isValue(bits, f32("nan:arithmetic"))).to.equal(false);
  });

  it("match references by what they refer to", () => {
    expect(isValue(FUNCTION, ref("ref.func"))).to.equal(true);
    expect(isValue(packExternal(1), ref("ref.func"))).to.equal(false);
    expect(isValue(packExternal(1), ref("ref.extern"))).to.equal(true);
    expect(isValue(0n, ref("ref.extern"))).to.equal(false);
    expect(isValue(packExternal(1), ref("ref.extern", "2"))).to.equal(false);
    expect(isValue(0n, ref("ref.null", "func"))).to.equal(true);
    expect(isValue(FUNCTION, ref("ref.null"))).to.equal(false);
    expect(isValue(1n, ref("ref.i31"))).to.equal(false);
  });

  it("match one of several", () => {
    const either: WastValue = { type: "either", choices: [f32("1"), f32("nan:canonical")] };
    expect(isValue(0x3f80_0000n, either)).to.equal(true);
    expect(isValue(0x4000_0000n, either)).to.equal(false);
  });
});

describe("endings", () => {
  const one: WastValue = { type: "i32", value: 1n };

  it("are expected with as many values, all right", () => {
    expect(isExpected({ values: [1n] }, [one])).to.equal(true);
    expect(isExpected({ values: [1n, 1n] }, [one])).to.equal(false);
    expect(isExpected({ values: [] }, [one])).to.equal(false);
    expect(isExpected({ trap: "unreachable" }, [])).to.equal(false);
    expect(isExpected({ failure: "lost" }, [])).to.equal(false);
  });

  it("are expected traps if the script says at least as much", () => {
    expect(isTrap({ trap: "uninitialized element" }, "uninitialized element 2")).to.equal(true);
    expect(isTrap({ trap: "undefined element" }, "uninitialized element")).to.equal(false);
    expect(isTrap({ values: [] }, "unreachable")).to.equal(false);
    expect(isTrap({ failure: "unreachable" }, "unreachable")).to.equal(false);
  });

  it("are described in a few words", () => {
    expect(describeEnding({ values: [255n, 1n] })).to.equal("0xff, 0x1");
    expect(describeEnding({ values: [] })).to.equal("nothing");
    expect(describeEnding({ trap: "unreachable" })).to.equal("trap: unreachable");
    expect(describeEnding({ failure: "lost" })).to.equal("lost");
  });
});
