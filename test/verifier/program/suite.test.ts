import { expect } from "chai";
import { MISSING, readScript } from "../../conformance/suite.ts";
import { SuitePlayer } from "./suite-player.ts";

/** Scripts that are at least in part within the features of the machine, and how many of their assertions must pass. */
const SCRIPTS: readonly (readonly [name: string, passed: number])[] = (
  "address 255, align 48, block 52, br 76, br_if 88, br_table 146, bulk 66, call 72, call_indirect 134, " +
  "comments 3, const 300, conversions 593, data 14, elem 32, endianness 68, exports 9, f32 2500, " +
  "f32_bitwise 360, f32_cmp 2400, f64 2500, f64_bitwise 360, f64_cmp 2400, fac 7, float_exprs 819, " +
  "float_literals 99, float_memory 60, float_misc 470, forward 4, func 96, func_ptrs 25, global 58, i32 374, " +
  "i64 384, if 124, imports 81, int_exprs 89, int_literals 30, labels 25, left-to-right 95, load 37, " +
  "local_get 19, local_set 19, local_tee 55, loop 78, memory 53, memory_copy 4338, memory_fill 20, " +
  "memory_init 142, memory_redundancy 4, memory_size 36, memory_trap 180, names 482, nop 83, return 63, " +
  "skip-stack-guard-page 10, stack 5, start 7, store 9, switch 26, table_copy 1649, table_init 664, traps 32, " +
  "unreachable 63, unreached-valid 9, unwind 49"
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
