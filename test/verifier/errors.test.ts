import { expect } from "chai";
import { causesOf, Crash, Problem } from "../../verifier/errors.ts";

describe("problems", () => {
  it("say problem and place in one line, without the hint", () => {
    const { message, problem, place, hint } = new Problem("too long", { place: "at byte 3", hint: "shorten it" });
    expect({ message, problem, place, hint }).to.deep.equal({
      message: "too long, at byte 3",
      problem: "too long",
      place: "at byte 3",
      hint: "shorten it",
    });
    expect(new Problem("too long").message).to.equal("too long");
    expect(new Problem("too long", { place: "x", message: "x: too long" }).message).to.equal("x: too long");
  });

  it("have a cause only if they are given one", () => {
    expect(new Problem("p")).not.to.have.property("cause");
    const cause = new Crash("c");
    expect(new Problem("p", { cause }).cause).to.equal(cause);
  });

  it("are no crashes, nor crashes problems", () => {
    expect(new Problem("p")).not.to.be.instanceOf(Crash);
    expect(new Crash("c")).not.to.be.instanceOf(Problem);
    expect(String(new Crash("c"))).to.equal("Crash: c");
  });
});

describe("causes of an error", () => {
  it("go from the outside to the core, whatever was thrown there", () => {
    const core = new Crash("core", "no error");
    const outer = new Problem("outer", { cause: core });
    expect([...causesOf(outer)]).to.deep.equal([outer, core, "no error"]);
  });

  it("end where they lead back", () => {
    const error = new Error("round");
    error.cause = error;
    expect([...causesOf(error)]).to.deep.equal([error]);
  });
});
