import { expect } from "chai";
import { MISSING, readScript } from "../../conformance/suite.ts";
import { SuitePlayer } from "./suite-player.ts";

/** Scripts within the features of the machine, with the assertions that must pass; the rest of a script is out of scope. */
const SCRIPTS: readonly (readonly [name: string, passed: number])[] = (
  "address 0, align 0, binary 0, block 0, br 0, br_if 0, br_table 0, bulk 0, call 0, call_indirect 0, comments 0, const 0, " +
  "custom 0, data 0, elem 0, endianness 0, exports 0, fac 0, forward 0, func 0, func_ptrs 0, global 0, i32 0, i64 0, if 0, " +
  "imports 0, int_exprs 0, int_literals 0, labels 0, left-to-right 0, load 0, local_get 0, local_set 0, local_tee 0, loop 0, memory 0, " +
  "memory_copy 0, memory_fill 0, memory_grow 0, memory_init 0, memory_redundancy 0, memory_size 0, memory_trap 0, names 0, " +
  "nop 0, return 0, select 0, skip-stack-guard-page 0, stack 0, start 0, store 0, switch 0, table 0, table_copy 0, table_init 0, traps 0, " +
  "type 0, unreachable 0, unreached-valid 0, unwind 0, utf8-import-field 0"
)
  .split(", ")
  .map((entry) => {
    const [name = "", passed = ""] = entry.split(" ");
    return [name, Number(passed)];
  });

describe("program, on the official test suite", function () {
  this.timeout(300_000);
  if (MISSING !== undefined) {
    it(`gives what it expects ${MISSING}`);
    return;
  }

  for (const [name, passed] of SCRIPTS) {
    it(`gives what ${name}.wast expects`, async () => {
      const player = new SuitePlayer();
      for (const command of readScript(name)) await player.play(command);
      if (process.env["SUITE"])
        console.log(name, player.tally.passed, player.tally.outOfScope, player.tally.failures.slice(0, 5));
      expect(player.tally.failures).to.deep.equal([]);
      expect(player.tally.passed).to.be.at.least(passed);
    });
  }
});
