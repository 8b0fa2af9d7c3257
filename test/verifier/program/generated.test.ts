/**
 * Generated modules give the same on the interpreter as on V8: results, traps, memory, tables and
 * globals.
 */
import { expect } from "chai";
import fc from "fast-check";
import { EXECUTED } from "../../../verifier/instructions/table.ts";
import { unpackWord } from "../../../verifier/machine/word.ts";
import { machineMnemonic, wordAt } from "../../../verifier/program/map.ts";
import { encodeTransactions } from "../../../verifier/program/transactions.ts";
import { type GeneratedModule, moduleArbitrary } from "../../support/generate-module.ts";
import { GeneratedGuest, GeneratedTwin } from "./generated-twin.ts";
import { MapMachine } from "./map-access.ts";

const SEED = 20_261_120;
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 300);

/** Runs all calls of a module on the reference step function, telling each pc. */
function visit(generated: GeneratedModule, fuel: bigint, look: (machine: MapMachine, pc: number) => void): void {
  const guest = new GeneratedGuest(generated, "program");
  const machine = new MapMachine(guest.image);
  for (const { name, args } of generated.calls) {
    const transaction = { ...guest.transaction(name, args), fuel };
    machine.load(encodeTransactions([transaction]), fuel + 1_000_000n);
    machine.run((pc) => look(machine, pc));
  }
}

/** Instructions that generated modules are made of: everything but the host's. */
const GUEST_OPS: readonly number[] = [...EXECUTED.values()]
  .filter(({ family }) => family !== "host")
  .map(({ op }) => op);

describe("generated modules", () => {
  for (const build of ["program", "session"] as const) {
    it(`run as on V8, ${RUNS} of them, each a ${build}`, () => {
      let returned = 0;
      const compare = (generated: GeneratedModule): void => {
        returned += new GeneratedTwin(generated, build).run();
      };
      fc.assert(fc.property(moduleArbitrary(), compare), { seed: SEED, numRuns: RUNS });
      expect(returned).to.be.at.least(RUNS);
    });
  }

  it("leave nothing above the top of the stack, at any step", () => {
    for (const generated of fc.sample(moduleArbitrary(), { seed: SEED, numRuns: 60 })) {
      visit(generated, 20_000n, ({ image, access, registers }, pc) => {
        const { top } = unpackWord(wordAt(image.code as Uint8Array, pc));
        const highest = Math.max(-1, ...access.trees.stack.map.keys());
        if (highest >= registers.base + top) expect(highest).to.be.below(registers.base + top, `pc ${pc}`);
      });
    }
  });

  it("execute every instruction that a guest can be made of", () => {
    const executed = new Set<number>();
    for (const generated of fc.sample(moduleArbitrary(), { seed: SEED, numRuns: 1000 })) {
      visit(generated, 5_000_000n, ({ image }, pc) => {
        executed.add(new DataView((image.code as Uint8Array).buffer).getUint16(32 * pc));
      });
    }
    expect(GUEST_OPS.filter((op) => !executed.has(op)).map(machineMnemonic)).to.deep.equal([]);
  });
});
