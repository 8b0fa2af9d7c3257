/** Vector instructions: prefix 0xFD, and the relaxed ones from number 256 on. */
import { operation, run, type StackType } from "./operation.ts";

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
const EXTEND_I8X16 = "low_i8x16_s high_i8x16_s low_i8x16_u high_i8x16_u";
const EXTEND_I16X8 = "low_i16x8_s high_i16x8_s low_i16x8_u high_i16x8_u";
const EXTEND_I32X4 = "low_i32x4_s high_i32x4_s low_i32x4_u high_i32x4_u";

/** The columns of instructions that take one lane out, or put one in. */
const extract = (type: StackType, lanes: number) =>
  ({ immediate: "lane", lanes, signature: `v128>${type}`, ...SIMD }) as const;
const replace = (type: StackType, lanes: number) =>
  ({ immediate: "lane", lanes, signature: `v128 ${type}>v128`, ...SIMD }) as const;

/** The columns of an access to one lane; `alignment` is its width as a power of two. */
const laneAccess = (signature: string, alignment: number) =>
  ({ immediate: "access-lane", alignment, lanes: 16 / 2 ** alignment, signature, ...SIMD }) as const;
const loadLane = (alignment: number) => laneAccess("i32 v128>v128", alignment);
const storeLane = (alignment: number) => laneAccess("i32 v128>", alignment);

const MEMORY = [
  operation(0xfd00, "v128.load", { ...LOAD, alignment: 4 }),
  ...run(0xfd01, "v128.", "load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u", { ...LOAD, alignment: 3 }),
  operation(0xfd07, "v128.load8_splat", { ...LOAD, alignment: 0 }),
  operation(0xfd08, "v128.load16_splat", { ...LOAD, alignment: 1 }),
  operation(0xfd09, "v128.load32_splat", { ...LOAD, alignment: 2 }),
  operation(0xfd0a, "v128.load64_splat", { ...LOAD, alignment: 3 }),
  operation(0xfd0b, "v128.store", { ...LOAD, alignment: 4, signature: "i32 v128>" }),
  operation(0xfd54, "v128.load8_lane", loadLane(0)),
  operation(0xfd55, "v128.load16_lane", loadLane(1)),
  operation(0xfd56, "v128.load32_lane", loadLane(2)),
  operation(0xfd57, "v128.load64_lane", loadLane(3)),
  operation(0xfd58, "v128.store8_lane", storeLane(0)),
  operation(0xfd59, "v128.store16_lane", storeLane(1)),
  operation(0xfd5a, "v128.store32_lane", storeLane(2)),
  operation(0xfd5b, "v128.store64_lane", storeLane(3)),
  operation(0xfd5c, "v128.load32_zero", { ...LOAD, alignment: 2 }),
  operation(0xfd5d, "v128.load64_zero", { ...LOAD, alignment: 3 }),
];

const SHUFFLES = [
  operation(0xfd0c, "v128.const", { immediate: "v128", signature: ">v128", ...SIMD }),
  operation(0xfd0d, "i8x16.shuffle", { immediate: "lanes", ...BINARY }),
  operation(0xfd0e, "i8x16.swizzle", BINARY),
  ...run(0xfd0f, "", "i8x16.splat i16x8.splat i32x4.splat", { ...UNARY, signature: "i32>v128" }),
  operation(0xfd12, "i64x2.splat", { ...UNARY, signature: "i64>v128" }),
  operation(0xfd13, "f32x4.splat", { ...UNARY, signature: "f32>v128" }),
  operation(0xfd14, "f64x2.splat", { ...UNARY, signature: "f64>v128" }),
  ...run(0xfd15, "i8x16.", "extract_lane_s extract_lane_u", extract("i32", 16)),
  operation(0xfd17, "i8x16.replace_lane", replace("i32", 16)),
  ...run(0xfd18, "i16x8.", "extract_lane_s extract_lane_u", extract("i32", 8)),
  operation(0xfd1a, "i16x8.replace_lane", replace("i32", 8)),
  operation(0xfd1b, "i32x4.extract_lane", extract("i32", 4)),
  operation(0xfd1c, "i32x4.replace_lane", replace("i32", 4)),
  operation(0xfd1d, "i64x2.extract_lane", extract("i64", 2)),
  operation(0xfd1e, "i64x2.replace_lane", replace("i64", 2)),
  operation(0xfd1f, "f32x4.extract_lane", extract("f32", 4)),
  operation(0xfd20, "f32x4.replace_lane", replace("f32", 4)),
  operation(0xfd21, "f64x2.extract_lane", extract("f64", 2)),
  operation(0xfd22, "f64x2.replace_lane", replace("f64", 2)),
];

const LOGIC = [
  ...run(0xfd23, "i8x16.", INTEGER_COMPARISONS, BINARY),
  ...run(0xfd2d, "i16x8.", INTEGER_COMPARISONS, BINARY),
  ...run(0xfd37, "i32x4.", INTEGER_COMPARISONS, BINARY),
  ...run(0xfd41, "f32x4.", FLOAT_COMPARISONS, BINARY),
  ...run(0xfd47, "f64x2.", FLOAT_COMPARISONS, BINARY),
  ...run(0xfdd6, "i64x2.", "eq ne lt_s gt_s le_s ge_s", BINARY),
  operation(0xfd4d, "v128.not", UNARY),
  ...run(0xfd4e, "v128.", "and andnot or xor", BINARY),
  operation(0xfd52, "v128.bitselect", TERNARY),
  operation(0xfd53, "v128.any_true", TEST),
  ...run(0xfd63, "i8x16.", "all_true bitmask", TEST),
  ...run(0xfd83, "i16x8.", "all_true bitmask", TEST),
  ...run(0xfda3, "i32x4.", "all_true bitmask", TEST),
  ...run(0xfdc3, "i64x2.", "all_true bitmask", TEST),
];

const INTEGERS = [
  ...run(0xfd60, "i8x16.", "abs neg popcnt", UNARY),
  ...run(0xfd65, "i8x16.narrow_i16x8_", "s u", BINARY),
  ...run(0xfd6b, "i8x16.", "shl shr_s shr_u", SHIFT),
  ...run(0xfd6e, "i8x16.", "add add_sat_s add_sat_u sub sub_sat_s sub_sat_u", BINARY),
  ...run(0xfd76, "i8x16.", "min_s min_u max_s max_u - avgr_u", BINARY),
  ...run(0xfd7c, "i16x8.extadd_pairwise_i8x16_", "s u", UNARY),
  ...run(0xfd7e, "i32x4.extadd_pairwise_i16x8_", "s u", UNARY),
  ...run(0xfd80, "i16x8.", "abs neg", UNARY),
  operation(0xfd82, "i16x8.q15mulr_sat_s", BINARY),
  ...run(0xfd85, "i16x8.narrow_i32x4_", "s u", BINARY),
  ...run(0xfd87, "i16x8.extend_", EXTEND_I8X16, UNARY),
  ...run(0xfd8b, "i16x8.", "shl shr_s shr_u", SHIFT),
  ...run(0xfd8e, "i16x8.", "add add_sat_s add_sat_u sub sub_sat_s sub_sat_u", BINARY),
  ...run(0xfd95, "i16x8.", "mul min_s min_u max_s max_u - avgr_u", BINARY),
  ...run(0xfd9c, "i16x8.extmul_", EXTEND_I8X16, BINARY),
  ...run(0xfda0, "i32x4.", "abs neg", UNARY),
  ...run(0xfda7, "i32x4.extend_", EXTEND_I16X8, UNARY),
  ...run(0xfdab, "i32x4.", "shl shr_s shr_u", SHIFT),
  ...run(0xfdae, "i32x4.", "add - - sub - - - mul min_s min_u max_s max_u dot_i16x8_s", BINARY),
  ...run(0xfdbc, "i32x4.extmul_", EXTEND_I16X8, BINARY),
  ...run(0xfdc0, "i64x2.", "abs neg", UNARY),
  ...run(0xfdc7, "i64x2.extend_", EXTEND_I32X4, UNARY),
  ...run(0xfdcb, "i64x2.", "shl shr_s shr_u", SHIFT),
  ...run(0xfdce, "i64x2.", "add - - sub - - - mul", BINARY),
  ...run(0xfddc, "i64x2.extmul_", EXTEND_I32X4, BINARY),
];

const FLOATS = [
  ...run(0xfd5e, "", "f32x4.demote_f64x2_zero f64x2.promote_low_f32x4", UNARY),
  ...run(0xfd67, "f32x4.", "ceil floor trunc nearest", UNARY),
  ...run(0xfd74, "f64x2.", "ceil floor", UNARY),
  operation(0xfd7a, "f64x2.trunc", UNARY),
  operation(0xfd94, "f64x2.nearest", UNARY),
  ...run(0xfde0, "f32x4.", "abs neg - sqrt", UNARY),
  ...run(0xfde4, "f32x4.", "add sub mul div min max pmin pmax", BINARY),
  ...run(0xfdec, "f64x2.", "abs neg - sqrt", UNARY),
  ...run(0xfdf0, "f64x2.", "add sub mul div min max pmin pmax", BINARY),
  ...run(0xfdf8, "i32x4.trunc_sat_f32x4_", "s u", UNARY),
  ...run(0xfdfa, "f32x4.convert_i32x4_", "s u", UNARY),
  ...run(0xfdfc, "i32x4.trunc_sat_f64x2_", "s_zero u_zero", UNARY),
  ...run(0xfdfe, "f64x2.convert_low_i32x4_", "s u", UNARY),
];

const RELAXED_UNARY = { ...UNARY, ...RELAXED } as const;
const RELAXED_BINARY = { ...BINARY, ...RELAXED } as const;
const RELAXED_TERNARY = { ...TERNARY, ...RELAXED } as const;

const RELAXED_OPERATIONS = [
  operation(0xfe00, "i8x16.relaxed_swizzle", RELAXED_BINARY),
  ...run(0xfe01, "i32x4.relaxed_trunc_", "f32x4_s f32x4_u f64x2_s_zero f64x2_u_zero", RELAXED_UNARY),
  ...run(0xfe05, "", "f32x4.relaxed_madd f32x4.relaxed_nmadd", RELAXED_TERNARY),
  ...run(0xfe07, "", "f64x2.relaxed_madd f64x2.relaxed_nmadd", RELAXED_TERNARY),
  operation(0xfe09, "i8x16.relaxed_laneselect", RELAXED_TERNARY),
  operation(0xfe0a, "i16x8.relaxed_laneselect", RELAXED_TERNARY),
  operation(0xfe0b, "i32x4.relaxed_laneselect", RELAXED_TERNARY),
  operation(0xfe0c, "i64x2.relaxed_laneselect", RELAXED_TERNARY),
  ...run(0xfe0d, "", "f32x4.relaxed_min f32x4.relaxed_max", RELAXED_BINARY),
  ...run(0xfe0f, "", "f64x2.relaxed_min f64x2.relaxed_max", RELAXED_BINARY),
  ...run(0xfe11, "i16x8.", "relaxed_q15mulr_s relaxed_dot_i8x16_i7x16_s", RELAXED_BINARY),
  operation(0xfe13, "i32x4.relaxed_dot_i8x16_i7x16_add_s", RELAXED_TERNARY),
];

export const VECTOR_OPERATIONS = [...MEMORY, ...SHUFFLES, ...LOGIC, ...INTEGERS, ...FLOATS, ...RELAXED_OPERATIONS];
