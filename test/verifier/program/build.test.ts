import { expect } from "chai";
import { cGuest } from "../../../examples/c/guests.ts";
import { buildProgram, type OnBuild } from "../../../verifier/program/build.ts";
import { initialState } from "../../../verifier/state/program.ts";

describe("building a program", () => {
  it("tells how far it is, function by function, phase by phase", async () => {
    const told: Parameters<OnBuild>[] = [];
    const bytes = await cGuest("mix");
    const { root, functions } = buildProgram([{ name: "mix", bytes }], {
      convention: "typed",
      onProgress: (...event) => told.push(event),
    });
    expect(root).deep.equal(buildProgram([{ name: "mix", bytes }], { convention: "typed" }).root);
    expect([...new Set(told.map(([phase]) => phase))]).deep.equal(["validating", "lowering", "hashing"]);
    const lowered = told.filter(([phase]) => phase === "lowering");
    // The entry function comes before all others and is not told.
    expect(lowered.map(([, done]) => done)).deep.equal(Array.from({ length: functions.length - 1 }, (_, i) => i + 1));
    for (const [, done, total] of told) expect(done).at.most(total);
  });

  it("makes the initial state of an image once", async () => {
    const { image } = buildProgram([{ name: "mix", bytes: await cGuest("mix") }], { convention: "typed" });
    expect(initialState(image)).equal(initialState(image));
  });
});
