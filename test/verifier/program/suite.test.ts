import { expect } from "chai";
import { MISSING, readScript } from "../../conformance/suite.ts";
import { SuitePlayer } from "./suite-player.ts";

/** Scripts that are at least in part within the features of the machine, and how many of their assertions must pass. */
const SCRIPTS: readonly (readonly [name: string, passed: number])[] = (
  "address 217, align 39, block 49, br 63, br_if 83, br_table 137, bulk 66, call 60, call_indirect 75, comments 3, data 14, " +
  "elem 22, endianness 52, exports 9, fac 7, forward 4, func 66, func_ptrs 25, i32 374, i64 384, if 117, " +
  "imports 74, int_exprs 89, int_literals 30, labels 25, left-to-right 61, load 37, local_get 13, local_set 13, " +
  "local_tee 47, loop 59, memory 52, memory_copy 4338, memory_fill 20, memory_init 142, memory_redundancy 2, " +
  "memory_size 36, memory_trap 128, names 3, nop 83, return 53, skip-stack-guard-page 10, stack 5, start 7, " +
  "store 9, switch 26, table_copy 555, table_init 470, traps 22, unreachable 54, unreached-valid 7, unwind 29"
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

  const totals = { passed: 0, outOfScope: 0 };

  for (const [name, passed] of SCRIPTS) {
    it(`gives what ${name}.wast expects`, async () => {
      const player = new SuitePlayer();
      for (const command of readScript(name)) await player.play(command);
      expect(player.tally.failures).to.deep.equal([]);
      expect(player.tally.passed).to.equal(passed);
      totals.passed += player.tally.passed;
      totals.outOfScope += player.tally.outOfScope;
    });
  }

  after(() => {
    console.log(`    ${totals.passed} assertions passed, ${totals.outOfScope} out of scope`);
  });
});
