/**
 * Instructions of proposals that no feature switches on: known well enough to refuse them by name.
 */
import { operation } from "./operation.ts";
import type { Operation } from "./operation.ts";
import type { Proposal } from "./proposal.ts";

const refused = (op: number, mnemonic: string, proposal: Proposal, layout = ""): Operation =>
  operation(op, mnemonic, { proposal, layout, immediate: "refused" });

/** Garbage-collected types, prefix 0xFB, as name and layout. */
const GC = [
  "struct.new u",
  "struct.new_default u",
  "struct.get uu",
  "struct.get_s uu",
  "struct.get_u uu",
  "struct.set uu",
  "array.new u",
  "array.new_default u",
  "array.new_fixed uu",
  "array.new_data uu",
  "array.new_elem uu",
  "array.get u",
  "array.get_s u",
  "array.get_u u",
  "array.set u",
  "array.len",
  "array.fill u",
  "array.copy uu",
  "array.init_data uu",
  "array.init_elem uu",
  "ref.test h",
  "ref.test h",
  "ref.cast h",
  "ref.cast h",
  "br_on_cast buhh",
  "br_on_cast_fail buhh",
  "any.convert_extern",
  "extern.convert_any",
  "ref.i31",
  "i31.get_s",
  "i31.get_u",
];

/** The seven widths of an atomic read-modify-write. */
const ATOMIC_WIDTHS = [
  "i32.atomic.rmw.#",
  "i64.atomic.rmw.#",
  "i32.atomic.rmw8.#_u",
  "i32.atomic.rmw16.#_u",
  "i64.atomic.rmw8.#_u",
  "i64.atomic.rmw16.#_u",
  "i64.atomic.rmw32.#_u",
];

const ATOMIC_ACCESSES = [
  "i32.atomic.load",
  "i64.atomic.load",
  "i32.atomic.load8_u",
  "i32.atomic.load16_u",
  "i64.atomic.load8_u",
  "i64.atomic.load16_u",
  "i64.atomic.load32_u",
  "i32.atomic.store",
  "i64.atomic.store",
  "i32.atomic.store8",
  "i32.atomic.store16",
  "i64.atomic.store8",
  "i64.atomic.store16",
  "i64.atomic.store32",
];

const ATOMICS: readonly string[] = [
  ...ATOMIC_ACCESSES,
  ...["add", "sub", "and", "or", "xor", "xchg", "cmpxchg"].flatMap((name) =>
    ATOMIC_WIDTHS.map((pattern) => pattern.replace("#", name)),
  ),
];

export const REFUSED_OPERATIONS: readonly Operation[] = [
  refused(0x06, "try", "legacy-exceptions", "t"),
  refused(0x07, "catch", "legacy-exceptions", "u"),
  refused(0x09, "rethrow", "legacy-exceptions", "u"),
  refused(0x18, "delegate", "legacy-exceptions", "u"),
  refused(0x19, "catch_all", "legacy-exceptions"),
  refused(0x08, "throw", "exceptions", "u"),
  refused(0x0a, "throw_ref", "exceptions"),
  refused(0x1f, "try_table", "exceptions", "tc"),
  refused(0x14, "call_ref", "function-references", "u"),
  refused(0x15, "return_call_ref", "function-references", "u"),
  refused(0xd4, "ref.as_non_null", "function-references"),
  refused(0xd5, "br_on_null", "function-references", "u"),
  refused(0xd6, "br_on_non_null", "function-references", "u"),
  refused(0xd3, "ref.eq", "gc"),
  ...GC.map((row, position) => {
    const [mnemonic = "", layout = ""] = row.split(" ");
    return refused(0xfb00 + position, mnemonic, "gc", layout);
  }),
  ...["i64.add128", "i64.sub128", "i64.mul_wide_s", "i64.mul_wide_u"].map((mnemonic, position) =>
    refused(0xfc13 + position, mnemonic, "wide-arithmetic"),
  ),
  ...["memory.atomic.notify", "memory.atomic.wait32", "memory.atomic.wait64"].map((mnemonic, position) =>
    refused(0xfa00 + position, mnemonic, "threads", "m"),
  ),
  refused(0xfa03, "atomic.fence", "threads", "b"),
  ...ATOMICS.map((mnemonic, position) => refused(0xfa10 + position, mnemonic, "threads", "m")),
];
