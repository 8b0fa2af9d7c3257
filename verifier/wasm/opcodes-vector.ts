/** Vector instructions: prefix 0xFD, and the relaxed ones from number 256 on. */
import { family, operation } from "./operation.ts";
import type { Operation } from "./operation.ts";

const SIMD = { proposal: "simd" } as const;
const RELAXED = { proposal: "relaxed-simd" } as const;
const LOAD = { immediate: "access", signature: "i32>v128", ...SIMD } as const;
const UNARY = { signature: "v128>v128", ...SIMD } as const;
const BINARY = { signature: "v128 v128>v128", ...SIMD } as const;
const TERNARY = { signature: "v128 v128 v128>v128", ...SIMD } as const;
const TEST = { signature: "v128>i32", ...SIMD } as const;
const SHIFT = { signature: "v128 i32>v128", ...SIMD } as const;

const INTEGER_COMPARISONS = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
const FLOAT_COMPARISONS = "eq ne lt gt le ge";
const EXTEND = "low_#_s high_#_s low_#_u high_#_u";

/** [first opcode, names, lanes, type of a lane]. */
const LANES: readonly (readonly [number, string, number, string])[] = [
  [0xfd15, "i8x16.extract_lane_s i8x16.extract_lane_u i8x16.replace_lane", 16, "i32"],
  [0xfd18, "i16x8.extract_lane_s i16x8.extract_lane_u i16x8.replace_lane", 8, "i32"],
  [0xfd1b, "i32x4.extract_lane i32x4.replace_lane", 4, "i32"],
  [0xfd1d, "i64x2.extract_lane i64x2.replace_lane", 2, "i64"],
  [0xfd1f, "f32x4.extract_lane f32x4.replace_lane", 4, "f32"],
  [0xfd21, "f64x2.extract_lane f64x2.replace_lane", 2, "f64"],
];

const MEMORY: readonly Operation[] = [
  operation(0xfd00, "v128.load", { ...LOAD, alignment: 4 }),
  ...family(0xfd01, "v128.", "load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u", {
    ...LOAD,
    alignment: 3,
  }),
  ...[8, 16, 32, 64].map((bits, alignment) =>
    operation(0xfd07 + alignment, `v128.load${bits}_splat`, { ...LOAD, alignment }),
  ),
  operation(0xfd0b, "v128.store", { ...LOAD, alignment: 4, signature: "i32 v128>" }),
  ...[8, 16, 32, 64].flatMap((bits, alignment) => {
    const access = { immediate: "access-lane", alignment, lanes: 128 / bits, ...SIMD } as const;
    return [
      operation(0xfd54 + alignment, `v128.load${bits}_lane`, { ...access, signature: "i32 v128>v128" }),
      operation(0xfd58 + alignment, `v128.store${bits}_lane`, { ...access, signature: "i32 v128>" }),
    ];
  }),
  operation(0xfd5c, "v128.load32_zero", { ...LOAD, alignment: 2 }),
  operation(0xfd5d, "v128.load64_zero", { ...LOAD, alignment: 3 }),
];

const SHUFFLES: readonly Operation[] = [
  operation(0xfd0c, "v128.const", { immediate: "v128", signature: ">v128", ...SIMD }),
  operation(0xfd0d, "i8x16.shuffle", { immediate: "lanes", ...BINARY }),
  operation(0xfd0e, "i8x16.swizzle", BINARY),
  ...family(0xfd0f, "", "i8x16.splat i16x8.splat i32x4.splat", { ...UNARY, signature: "i32>v128" }),
  operation(0xfd12, "i64x2.splat", { ...UNARY, signature: "i64>v128" }),
  operation(0xfd13, "f32x4.splat", { ...UNARY, signature: "f32>v128" }),
  operation(0xfd14, "f64x2.splat", { ...UNARY, signature: "f64>v128" }),
  ...LANES.flatMap(([first, names, lanes, type]) =>
    names.split(" ").map((name, position) =>
      operation(first + position, name, {
        immediate: "lane",
        lanes,
        signature: name.includes("replace") ? `v128 ${type}>v128` : `v128>${type}`,
        ...SIMD,
      }),
    ),
  ),
];

const LOGIC: readonly Operation[] = [
  ...family(0xfd23, "i8x16.", INTEGER_COMPARISONS, BINARY),
  ...family(0xfd2d, "i16x8.", INTEGER_COMPARISONS, BINARY),
  ...family(0xfd37, "i32x4.", INTEGER_COMPARISONS, BINARY),
  ...family(0xfd41, "f32x4.", FLOAT_COMPARISONS, BINARY),
  ...family(0xfd47, "f64x2.", FLOAT_COMPARISONS, BINARY),
  ...family(0xfdd6, "i64x2.", "eq ne lt_s gt_s le_s ge_s", BINARY),
  operation(0xfd4d, "v128.not", UNARY),
  ...family(0xfd4e, "v128.", "and andnot or xor", BINARY),
  operation(0xfd52, "v128.bitselect", TERNARY),
  operation(0xfd53, "v128.any_true", TEST),
  ...family(0xfd63, "i8x16.", "all_true bitmask", TEST),
  ...family(0xfd83, "i16x8.", "all_true bitmask", TEST),
  ...family(0xfda3, "i32x4.", "all_true bitmask", TEST),
  ...family(0xfdc3, "i64x2.", "all_true bitmask", TEST),
];

const INTEGERS: readonly Operation[] = [
  ...family(0xfd60, "i8x16.", "abs neg popcnt", UNARY),
  ...family(0xfd65, "i8x16.narrow_i16x8_", "s u", BINARY),
  ...family(0xfd6b, "i8x16.", "shl shr_s shr_u", SHIFT),
  ...family(0xfd6e, "i8x16.", "add add_sat_s add_sat_u sub sub_sat_s sub_sat_u", BINARY),
  ...family(0xfd76, "i8x16.", "min_s min_u max_s max_u - avgr_u", BINARY),
  ...family(0xfd7c, "i16x8.extadd_pairwise_i8x16_", "s u", UNARY),
  ...family(0xfd7e, "i32x4.extadd_pairwise_i16x8_", "s u", UNARY),
  ...family(0xfd80, "i16x8.", "abs neg", UNARY),
  operation(0xfd82, "i16x8.q15mulr_sat_s", BINARY),
  ...family(0xfd85, "i16x8.narrow_i32x4_", "s u", BINARY),
  ...family(0xfd87, "i16x8.extend_", EXTEND.replaceAll("#", "i8x16"), UNARY),
  ...family(0xfd8b, "i16x8.", "shl shr_s shr_u", SHIFT),
  ...family(0xfd8e, "i16x8.", "add add_sat_s add_sat_u sub sub_sat_s sub_sat_u", BINARY),
  ...family(0xfd95, "i16x8.", "mul min_s min_u max_s max_u - avgr_u", BINARY),
  ...family(0xfd9c, "i16x8.extmul_", EXTEND.replaceAll("#", "i8x16"), BINARY),
  ...family(0xfda0, "i32x4.", "abs neg", UNARY),
  ...family(0xfda7, "i32x4.extend_", EXTEND.replaceAll("#", "i16x8"), UNARY),
  ...family(0xfdab, "i32x4.", "shl shr_s shr_u", SHIFT),
  ...family(0xfdae, "i32x4.", "add - - sub - - - mul min_s min_u max_s max_u dot_i16x8_s", BINARY),
  ...family(0xfdbc, "i32x4.extmul_", EXTEND.replaceAll("#", "i16x8"), BINARY),
  ...family(0xfdc0, "i64x2.", "abs neg", UNARY),
  ...family(0xfdc7, "i64x2.extend_", EXTEND.replaceAll("#", "i32x4"), UNARY),
  ...family(0xfdcb, "i64x2.", "shl shr_s shr_u", SHIFT),
  ...family(0xfdce, "i64x2.", "add - - sub - - - mul", BINARY),
  ...family(0xfddc, "i64x2.extmul_", EXTEND.replaceAll("#", "i32x4"), BINARY),
];

const FLOATS: readonly Operation[] = [
  ...family(0xfd5e, "", "f32x4.demote_f64x2_zero f64x2.promote_low_f32x4", UNARY),
  ...family(0xfd67, "f32x4.", "ceil floor trunc nearest", UNARY),
  ...family(0xfd74, "f64x2.", "ceil floor", UNARY),
  operation(0xfd7a, "f64x2.trunc", UNARY),
  operation(0xfd94, "f64x2.nearest", UNARY),
  ...family(0xfde0, "f32x4.", "abs neg - sqrt", UNARY),
  ...family(0xfde4, "f32x4.", "add sub mul div min max pmin pmax", BINARY),
  ...family(0xfdec, "f64x2.", "abs neg - sqrt", UNARY),
  ...family(0xfdf0, "f64x2.", "add sub mul div min max pmin pmax", BINARY),
  ...family(0xfdf8, "i32x4.trunc_sat_f32x4_", "s u", UNARY),
  ...family(0xfdfa, "f32x4.convert_i32x4_", "s u", UNARY),
  ...family(0xfdfc, "i32x4.trunc_sat_f64x2_", "s_zero u_zero", UNARY),
  ...family(0xfdfe, "f64x2.convert_low_i32x4_", "s u", UNARY),
];

const RELAXED_UNARY = { ...UNARY, ...RELAXED } as const;
const RELAXED_BINARY = { ...BINARY, ...RELAXED } as const;
const RELAXED_TERNARY = { ...TERNARY, ...RELAXED } as const;

const RELAXED_OPERATIONS: readonly Operation[] = [
  operation(0xfe00, "i8x16.relaxed_swizzle", RELAXED_BINARY),
  ...family(0xfe01, "i32x4.relaxed_trunc_", "f32x4_s f32x4_u f64x2_s_zero f64x2_u_zero", RELAXED_UNARY),
  ...family(0xfe05, "", "f32x4.relaxed_madd f32x4.relaxed_nmadd", RELAXED_TERNARY),
  ...family(0xfe07, "", "f64x2.relaxed_madd f64x2.relaxed_nmadd", RELAXED_TERNARY),
  ...["i8x16", "i16x8", "i32x4", "i64x2"].map((shape, position) =>
    operation(0xfe09 + position, `${shape}.relaxed_laneselect`, RELAXED_TERNARY),
  ),
  ...family(0xfe0d, "", "f32x4.relaxed_min f32x4.relaxed_max", RELAXED_BINARY),
  ...family(0xfe0f, "", "f64x2.relaxed_min f64x2.relaxed_max", RELAXED_BINARY),
  ...family(0xfe11, "i16x8.", "relaxed_q15mulr_s relaxed_dot_i8x16_i7x16_s", RELAXED_BINARY),
  operation(0xfe13, "i32x4.relaxed_dot_i8x16_i7x16_add_s", RELAXED_TERNARY),
];

export const VECTOR_OPERATIONS: readonly Operation[] = [
  ...MEMORY,
  ...SHUFFLES,
  ...LOGIC,
  ...INTEGERS,
  ...FLOATS,
  ...RELAXED_OPERATIONS,
];
