import { expect } from "chai";
import { UnsupportedError } from "../../../verifier/wasm/errors.ts";
import { ALL_FEATURES, DEFAULT_FEATURES, type Features } from "../../../verifier/wasm/features.ts";
import { MISSING, scripts } from "../../conformance/location.ts";
import { assembleModule, readScript } from "../../conformance/suite.ts";
import type { WastCommand } from "../../conformance/wast.ts";
import { refusal } from "./outcome.ts";

/** Scripts that need nothing beyond the default features. */
const PLAIN = new Set(
  (
    "address address0 address1 align align0 annotations binary binary-leb128 binary0 block br bulk call call_indirect " +
    "comments const conversions custom data data0 data1 data_drop0 endianness exports0 f32 f32_bitwise f32_cmp f64 " +
    "f64_bitwise f64_cmp fac float_exprs float_exprs0 float_exprs1 float_literals float_memory float_memory0 " +
    "float_misc forward func_ptrs i32 i64 id if imports0 imports1 imports2 imports3 imports4 inline-module int_exprs " +
    "int_literals labels left-to-right linking0 linking1 linking2 linking3 load load0 load1 load2 local_get local_set " +
    "loop memory memory-multi memory_copy memory_copy0 memory_copy1 memory_fill memory_fill0 memory_grow memory_init " +
    "memory_init0 memory_redundancy memory_size memory_size0 memory_size1 memory_size2 memory_size3 " +
    "memory_size_import memory_trap memory_trap0 memory_trap1 names nop obsolete-keywords ref_func return skip-stack- " +
    "guard-page stack start start0 store store0 store1 store2 switch table_copy table_fill table_get table_grow " +
    "table_set table_size token traps traps0 type unreachable unwind utf8-custom-section-id utf8-import-field " +
    "utf8-import-module utf8-invalid-encoding"
  ).split(" "),
);

/**
 * Assertions whose wording is that of a decoder which reads beyond the end of a section or body
 * (the section's size is too small there); this one says that the section ends.
 */
const SHORT_SECTIONS: Readonly<Record<string, readonly string[]>> = {
  "binary-leb128": ["integer representation too long", "integer too large"],
  binary: ["section size mismatch", "length out of bounds"],
};

/** Modules whose tables are too large for V8. */
const BEYOND_V8: ReadonlySet<string> = new Set(["table.wast:9"]);

/** Commands that say what is wrong with a module, and the error that says so here. */
const REFUSALS: Readonly<Record<string, string>> = {
  assert_malformed: "DecodeError",
  assert_invalid: "ValidationError",
};

interface Tally {
  accepted: number;
  refused: number;
  unsupported: number;
  unassembled: number;
  worded: number;
}

async function check(command: WastCommand, script: string, features: Features, tally: Tally): Promise<void> {
  if (!("module" in command) || typeof command.module !== "object") return;
  const place = `${script}.wast:${command.line}`;
  const expected = REFUSALS[command.kind];
  const bytes = await assembleModule(command.module);
  if (bytes instanceof Error) {
    expect(expected, `${place}: ${bytes.message}`).not.to.equal(undefined);
    tally.unassembled++;
    return;
  }
  const error = refusal(bytes, features);
  if (error instanceof UnsupportedError) {
    expect((features as ReadonlySet<string>).has(error.proposal), `${place}: ${error.message}`).to.equal(false);
    tally.unsupported++;
    return;
  }
  expect(error?.name, `${place}: ${error?.message ?? "accepted"}`).to.equal(expected);
  expect(WebAssembly.validate(bytes.slice()), place).to.equal(error === undefined && !BEYOND_V8.has(place));
  if (error === undefined || !("message" in command)) {
    tally.accepted++;
    return;
  }
  tally.refused++;
  const isWorded = error.message.startsWith(command.message);
  if (isWorded) tally.worded++;
  const isShort = SHORT_SECTIONS[script]?.includes(command.message) === true;
  // Quoted modules are malformed as text; some can be assembled all the same.
  if (!isWorded && !isShort && command.module.form !== "quote") {
    expect.fail(`${place}: "${error.message}" does not start with "${command.message}"`);
  }
}

async function run(script: string, features: Features): Promise<Tally> {
  const tally: Tally = { accepted: 0, refused: 0, unsupported: 0, unassembled: 0, worded: 0 };
  for (const command of readScript(script)) await check(command, script, features, tally);
  return tally;
}

describe("decode and validate, on the official test suite", () => {
  if (MISSING !== undefined) {
    it(`agree with it and with V8 on every module ${MISSING}`);
    return;
  }

  const totals = { plain: 0, all: 0, refused: 0, worded: 0 };

  for (const script of scripts()) {
    it(`agree with it and with V8 on ${script}.wast`, async () => {
      const plain = await run(script, DEFAULT_FEATURES);
      const all = await run(script, ALL_FEATURES);
      if (PLAIN.has(script)) expect(plain.unsupported).to.equal(0);
      expect(plain.accepted).to.be.at.most(all.accepted);
      totals.plain += plain.accepted;
      totals.all += all.accepted;
      totals.refused += all.refused;
      totals.worded += all.worded;
    });
  }

  it("agree on as many modules as there are", () => {
    expect(totals.plain).to.be.at.least(1600);
    expect(totals.all).to.be.at.least(2000);
    expect(totals.refused).to.be.at.least(2970);
    expect(totals.refused - totals.worded).to.be.at.most(20);
  });
});
