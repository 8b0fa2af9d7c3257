/**
 * The inner loop: 190 to 240 M steps a second of processor time, 170 where every third is floating point (`bench/interpreter.ts`).
 *
 * A slot is two 32-bit words, the low one first; what lies above `sp` is garbage that counts as zero (`code.ts`). Cases are
 * literals, because only these compile to a jump table; those from 0xd0 on are in `fast-op.ts`. Nothing is written before a trap
 * is ruled out. It is one switch: nested ones for the families of integers cost 10 to 20 % of all guests' speed.
 */
import { Trap } from "../machine/codes.ts";
import { type Core, Stop } from "./core.ts";
import { STRIDE } from "./fast-op.ts";
import { floatBinary, floatUnary } from "./floats.ts";
import { clear, countBits, divide, less, lessUnsigned, rotate, shiftLeft, shiftRight } from "./halves.ts";
import { loadElsewhere, storeElsewhere } from "./other-memories.ts";
import { elementAt } from "./table.ts";
import { TOUCHED } from "./window.ts";

/**
 * Executes at most `quota` instructions and says how many of them are left. `core.exit` tells why it stopped; an instruction
 * that trapped or has to be executed elsewhere is not counted, and `core.pc` stands at it.
 */
export function runInnerLoop(m: Core, quota: number): number {
  const { fields: code, heights, extents, tables, length } = m.code;
  const { words: S, signed: Q, limit } = m.stack;
  const { memory, memoryEnd } = m;
  const { bytes: M, view: V, marks } = memory;
  const { words: C, marks: cellMarks } = m.cells;
  const cellsEnd = Math.min(C.length, m.cells.limit / 4);
  let pc = m.pc * STRIDE;
  let fp = 2 * m.base;
  let sp = fp + heights[m.pc]!;
  let left = quota;
  let trap = 0;
  let at: number, from: number, to: number, value: number;
  let exit: number = Stop.quota;
  loop: while (left > 0) {
    left--;
    outside: {
      access: {
        switch (code[pc]) {
          case 0x00: // unreachable
            trap = Trap.unreachable;
            break loop;
          case 0x01: // nop
            break;
          case 0x04: // if
            sp -= 2;
            if (S[sp] !== 0) break;
            pc = code[pc + 1]!;
            continue;
          case 0x0c: // br, keeping the stack
            pc = code[pc + 1]!;
            continue;
          case 0xd0: // br, cutting
            sp = fp + code[pc + 2]!;
            pc = code[pc + 1]!;
            continue;
          case 0xd1: // br, carrying a value
            to = fp + code[pc + 2]!;
            S[to] = S[sp - 2]!;
            S[to + 1] = S[sp - 1]!;
            sp = to + 2;
            pc = code[pc + 1]!;
            continue;
          case 0x0d: // br_if, keeping the stack
            sp -= 2;
            if (S[sp] === 0) break;
            pc = code[pc + 1]!;
            continue;
          case 0xd2: // br_if, cutting
            sp -= 2;
            if (S[sp] === 0) break;
            sp = fp + code[pc + 2]!;
            pc = code[pc + 1]!;
            continue;
          case 0xd3: // br_if, carrying a value
            sp -= 2;
            if (S[sp] === 0) break;
            to = fp + code[pc + 2]!;
            S[to] = S[sp - 2]!;
            S[to + 1] = S[sp - 1]!;
            sp = to + 2;
            pc = code[pc + 1]!;
            continue;
          case 0x0e: {
            // br_table
            sp -= 2;
            const i = S[sp]! >>> 0;
            const entries = code[pc + 1]!;
            pc += STRIDE * (1 + (i < entries ? i : entries));
            continue;
          }
          case 0x0f: // return
          case 0xd4: {
            // return, carrying a result
            const slot = fp + code[pc + 1]!;
            const back = S[slot + 1]! >>> 0;
            const base = 2 * S[slot]!;
            to = fp + code[pc + 2]!;
            const carries = code[pc] === 0xd4;
            const height = carries ? to + 2 : to;
            // The return address may be anything: the caller has to stand where it says, and its frame has to fit.
            if (back >= length || base < 0 || base + heights[back]! !== height || base + extents[back]! > limit)
              break outside;
            if (carries) {
              from = fp + code[pc + 3]!;
              S[to] = S[from]!;
              S[to + 1] = S[from + 1]!;
              to += 2;
            }
            sp = to;
            fp = base;
            pc = back * STRIDE;
            continue;
          }
          case 0x10: {
            // call
            const base = sp - code[pc + 2]!;
            if (base + code[pc + 3]! > limit) break outside;
            S[sp] = fp >> 1;
            S[sp + 1] = pc / STRIDE + 1;
            pc = code[pc + 1]!;
            fp = base;
            sp = clear(S, sp + 2, base + heights[pc / STRIDE]!);
            continue;
          }
          case 0x11: {
            // call_indirect
            const i = S[sp - 2]! >>> 0;
            const table = code[pc + 3]!;
            if (i >= tables[table + 1]!) break outside;
            const cell = 8 * (code[pc + 1]! + i);
            const parameters = code[pc + 2]!;
            const base = sp - 2 - parameters;
            if (cell >= cellsEnd) break outside;
            // Null, a wrong type, a full stack and whatever else is not the rule are told apart outside.
            const upper = C[cell + 1]!;
            if (upper >>> 16 !== tables[table]) break outside;
            const entry = C[cell]!;
            const frame = 2 * (upper & 0xffff);
            if (entry < 0 || entry >= length || frame < extents[entry]! || base + frame > limit) break outside;
            if (heights[entry]! < parameters + 2) break outside;
            sp -= 2;
            S[sp] = fp >> 1;
            S[sp + 1] = pc / STRIDE + 1;
            pc = entry * STRIDE;
            fp = base;
            sp = clear(S, sp + 2, base + heights[entry]!);
            continue;
          }
          case 0x1a: // drop
            sp -= 2;
            break;
          case 0x1b: // select
            sp -= 4;
            if (S[sp + 2] !== 0) break;
            S[sp - 2] = S[sp]!;
            S[sp - 1] = S[sp + 1]!;
            break;
          case 0x20: // local.get
            from = fp + code[pc + 1]!;
            S[sp] = S[from]!;
            S[sp + 1] = S[from + 1]!;
            sp += 2;
            break;
          case 0x21: // local.set
            to = fp + code[pc + 1]!;
            sp -= 2;
            S[to] = S[sp]!;
            S[to + 1] = S[sp + 1]!;
            break;
          case 0x22: // local.tee
            to = fp + code[pc + 1]!;
            S[to] = S[sp - 2]!;
            S[to + 1] = S[sp - 1]!;
            break;
          case 0x23: {
            // global.get
            const cell = code[pc + 1]!;
            S[sp] = C[cell]!;
            S[sp + 1] = C[cell + 1]!;
            sp += 2;
            break;
          }
          case 0x24: {
            // global.set
            const cell = code[pc + 1]!;
            sp -= 2;
            if (cellMarks[cell >>> 10] !== TOUCHED) m.cells.touch(4 * cell, 4);
            C[cell] = S[sp]!;
            C[cell + 1] = S[sp + 1]!;
            break;
          }
          case 0x25: // table.get
            at = elementAt(m, pc, S[sp - 2]!);
            if (at < 0) break outside;
            S[sp - 2] = C[at]!;
            S[sp - 1] = C[at + 1]!;
            break;
          case 0x26: // table.set
            at = elementAt(m, pc, S[sp - 4]!);
            if (at < 0) break outside;
            if (cellMarks[at >>> 10] !== TOUCHED) m.cells.touch(4 * at, 4);
            C[at] = S[sp - 2]!;
            C[at + 1] = S[sp - 1]!;
            sp -= 4;
            break;
          case 0x42: // const
            S[sp] = code[pc + 1]!;
            S[sp + 1] = code[pc + 2]!;
            sp += 2;
            break;
          case 0xd5: // move
            to = fp + code[pc + 1]!;
            from = fp + code[pc + 2]!;
            S[to] = S[from]!;
            S[to + 1] = S[from + 1]!;
            if (to === sp) sp += 2;
            break;
          case 0x29: // i64.load
            at = (S[sp - 2]! >>> 0) + (code[pc + 1]! >>> 0);
            if (at + 8 > memoryEnd) break access;
            S[sp - 2] = V.getInt32(at, true);
            S[sp - 1] = V.getInt32(at + 4, true);
            break;
          case 0x28: // i32.load
          case 0x35: // i64.load32_u
            at = (S[sp - 2]! >>> 0) + (code[pc + 1]! >>> 0);
            if (at + 4 > memoryEnd) break access;
            S[sp - 2] = V.getInt32(at, true);
            S[sp - 1] = 0;
            break;
          case 0x34: // i64.load32_s
            at = (S[sp - 2]! >>> 0) + (code[pc + 1]! >>> 0);
            if (at + 4 > memoryEnd) break access;
            value = V.getInt32(at, true);
            S[sp - 2] = value;
            S[sp - 1] = value >> 31;
            break;
          case 0x2c: // i32.load8_s
          case 0x30: // i64.load8_s
            at = (S[sp - 2]! >>> 0) + (code[pc + 1]! >>> 0);
            if (at + 1 > memoryEnd) break access;
            value = V.getInt8(at);
            S[sp - 2] = value;
            S[sp - 1] = code[pc] === 0x30 ? value >> 31 : 0;
            break;
          case 0x2d: // i32.load8_u
          case 0x31: // i64.load8_u
            at = (S[sp - 2]! >>> 0) + (code[pc + 1]! >>> 0);
            if (at + 1 > memoryEnd) break access;
            S[sp - 2] = M[at]!;
            S[sp - 1] = 0;
            break;
          case 0x2e: // i32.load16_s
          case 0x32: // i64.load16_s
            at = (S[sp - 2]! >>> 0) + (code[pc + 1]! >>> 0);
            if (at + 2 > memoryEnd) break access;
            value = V.getInt16(at, true);
            S[sp - 2] = value;
            S[sp - 1] = code[pc] === 0x32 ? value >> 31 : 0;
            break;
          case 0x2f: // i32.load16_u
          case 0x33: // i64.load16_u
            at = (S[sp - 2]! >>> 0) + (code[pc + 1]! >>> 0);
            if (at + 2 > memoryEnd) break access;
            S[sp - 2] = V.getUint16(at, true);
            S[sp - 1] = 0;
            break;
          case 0x36: // i32.store
          case 0x3e: // i64.store32
            at = (S[sp - 4]! >>> 0) + (code[pc + 1]! >>> 0);
            if (at + 4 > memoryEnd) break access;
            if (marks[at >>> 12] !== TOUCHED || marks[(at + 3) >>> 12] !== TOUCHED) memory.touch(at, 4);
            V.setInt32(at, S[sp - 2]!, true);
            sp -= 4;
            break;
          case 0x37: // i64.store
            at = (S[sp - 4]! >>> 0) + (code[pc + 1]! >>> 0);
            if (at + 8 > memoryEnd) break access;
            if (marks[at >>> 12] !== TOUCHED || marks[(at + 7) >>> 12] !== TOUCHED) memory.touch(at, 8);
            V.setInt32(at, S[sp - 2]!, true);
            V.setInt32(at + 4, S[sp - 1]!, true);
            sp -= 4;
            break;
          case 0x3a: // i32.store8
          case 0x3c: // i64.store8
            at = (S[sp - 4]! >>> 0) + (code[pc + 1]! >>> 0);
            if (at + 1 > memoryEnd) break access;
            if (marks[at >>> 12] !== TOUCHED) memory.touch(at, 1);
            M[at] = S[sp - 2]!;
            sp -= 4;
            break;
          case 0x3b: // i32.store16
          case 0x3d: // i64.store16
            at = (S[sp - 4]! >>> 0) + (code[pc + 1]! >>> 0);
            if (at + 2 > memoryEnd) break access;
            if (marks[at >>> 12] !== TOUCHED || marks[(at + 1) >>> 12] !== TOUCHED) memory.touch(at, 2);
            V.setInt16(at, S[sp - 2]!, true);
            sp -= 4;
            break;
          case 0x45: // i32.eqz
            S[sp - 2] = S[sp - 2] === 0 ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x46: // i32.eq
            sp -= 2;
            S[sp - 2] = S[sp - 2] === S[sp] ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x47: // i32.ne
            sp -= 2;
            S[sp - 2] = S[sp - 2] !== S[sp] ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x48: // i32.lt_s
            sp -= 2;
            S[sp - 2] = S[sp - 2]! < S[sp]! ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x49: // i32.lt_u
            sp -= 2;
            S[sp - 2] = S[sp - 2]! >>> 0 < S[sp]! >>> 0 ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x4a: // i32.gt_s
            sp -= 2;
            S[sp - 2] = S[sp - 2]! > S[sp]! ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x4b: // i32.gt_u
            sp -= 2;
            S[sp - 2] = S[sp - 2]! >>> 0 > S[sp]! >>> 0 ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x4c: // i32.le_s
            sp -= 2;
            S[sp - 2] = S[sp - 2]! <= S[sp]! ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x4d: // i32.le_u
            sp -= 2;
            S[sp - 2] = S[sp - 2]! >>> 0 <= S[sp]! >>> 0 ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x4e: // i32.ge_s
            sp -= 2;
            S[sp - 2] = S[sp - 2]! >= S[sp]! ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x4f: // i32.ge_u
            sp -= 2;
            S[sp - 2] = S[sp - 2]! >>> 0 >= S[sp]! >>> 0 ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x6a: // i32.add
            sp -= 2;
            S[sp - 2] = S[sp - 2]! + S[sp]!;
            S[sp - 1] = 0;
            break;
          case 0x6b: // i32.sub
            sp -= 2;
            S[sp - 2] = S[sp - 2]! - S[sp]!;
            S[sp - 1] = 0;
            break;
          case 0x6c: // i32.mul
            sp -= 2;
            S[sp - 2] = Math.imul(S[sp - 2]!, S[sp]!);
            S[sp - 1] = 0;
            break;
          case 0x71: // i32.and
            sp -= 2;
            S[sp - 2] = S[sp - 2]! & S[sp]!;
            S[sp - 1] = 0;
            break;
          case 0x72: // i32.or
            sp -= 2;
            S[sp - 2] = S[sp - 2]! | S[sp]!;
            S[sp - 1] = 0;
            break;
          case 0x73: // i32.xor
            sp -= 2;
            S[sp - 2] = S[sp - 2]! ^ S[sp]!;
            S[sp - 1] = 0;
            break;
          case 0x74: // i32.shl
            sp -= 2;
            S[sp - 2] = S[sp - 2]! << S[sp]!;
            S[sp - 1] = 0;
            break;
          case 0x75: // i32.shr_s
            sp -= 2;
            S[sp - 2] = S[sp - 2]! >> S[sp]!;
            S[sp - 1] = 0;
            break;
          case 0x76: // i32.shr_u
            sp -= 2;
            S[sp - 2] = S[sp - 2]! >>> S[sp]!;
            S[sp - 1] = 0;
            break;
          case 0x77: // i32.rotl
            sp -= 2;
            S[sp - 2] = (S[sp - 2]! << S[sp]!) | (S[sp - 2]! >>> -S[sp]!);
            S[sp - 1] = 0;
            break;
          case 0x78: // i32.rotr
            sp -= 2;
            S[sp - 2] = (S[sp - 2]! >>> S[sp]!) | (S[sp - 2]! << -S[sp]!);
            S[sp - 1] = 0;
            break;
          case 0x50: // i64.eqz
            S[sp - 2] = (S[sp - 2]! | S[sp - 1]!) === 0 ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x51: // i64.eq
            sp -= 2;
            S[sp - 2] = S[sp - 2] === S[sp] && S[sp - 1] === S[sp + 1] ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x52: // i64.ne
            sp -= 2;
            S[sp - 2] = S[sp - 2] === S[sp] && S[sp - 1] === S[sp + 1] ? 0 : 1;
            S[sp - 1] = 0;
            break;
          case 0x53: // i64.lt_s
            sp -= 2;
            S[sp - 2] = less(S, sp - 2, sp) ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x54: // i64.lt_u
            sp -= 2;
            S[sp - 2] = lessUnsigned(S, sp - 2, sp) ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x55: // i64.gt_s
            sp -= 2;
            S[sp - 2] = less(S, sp, sp - 2) ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x56: // i64.gt_u
            sp -= 2;
            S[sp - 2] = lessUnsigned(S, sp, sp - 2) ? 1 : 0;
            S[sp - 1] = 0;
            break;
          case 0x57: // i64.le_s
            sp -= 2;
            S[sp - 2] = less(S, sp, sp - 2) ? 0 : 1;
            S[sp - 1] = 0;
            break;
          case 0x58: // i64.le_u
            sp -= 2;
            S[sp - 2] = lessUnsigned(S, sp, sp - 2) ? 0 : 1;
            S[sp - 1] = 0;
            break;
          case 0x59: // i64.ge_s
            sp -= 2;
            S[sp - 2] = less(S, sp - 2, sp) ? 0 : 1;
            S[sp - 1] = 0;
            break;
          case 0x5a: // i64.ge_u
            sp -= 2;
            S[sp - 2] = lessUnsigned(S, sp - 2, sp) ? 0 : 1;
            S[sp - 1] = 0;
            break;
          case 0x67: // i32.clz
          case 0x68: // i32.ctz
          case 0x69: // i32.popcnt
          case 0x79: // i64.clz
          case 0x7a: // i64.ctz
          case 0x7b: // i64.popcnt
            countBits(code[pc]!, S, sp);
            break;
          case 0x6d: // i32.div_s
          case 0x6e: // i32.div_u
          case 0x6f: // i32.rem_s
          case 0x70: // i32.rem_u
          case 0x7f: // i64.div_s
          case 0x80: // i64.div_u
          case 0x81: // i64.rem_s
          case 0x82: // i64.rem_u
            sp -= 2;
            trap = divide(code[pc]!, m.stack, sp);
            if (trap !== 0) break loop;
            break;
          case 0x7c: {
            // i64.add
            sp -= 2;
            const low = (S[sp - 2]! >>> 0) + (S[sp]! >>> 0);
            S[sp - 2] = low;
            S[sp - 1] = S[sp - 1]! + S[sp + 1]! + (low > 0xffffffff ? 1 : 0);
            break;
          }
          case 0x7d: {
            // i64.sub
            sp -= 2;
            const borrow = S[sp - 2]! >>> 0 < S[sp]! >>> 0 ? 1 : 0;
            S[sp - 2] = S[sp - 2]! - S[sp]!;
            S[sp - 1] = S[sp - 1]! - S[sp + 1]! - borrow;
            break;
          }
          case 0x7e: // i64.mul
            sp -= 2;
            at = sp >> 1;
            Q[at - 1] = BigInt.asIntN(64, Q[at - 1]! * Q[at]!);
            break;
          case 0x83: // i64.and
            sp -= 2;
            S[sp - 2] = S[sp - 2]! & S[sp]!;
            S[sp - 1] = S[sp - 1]! & S[sp + 1]!;
            break;
          case 0x84: // i64.or
            sp -= 2;
            S[sp - 2] = S[sp - 2]! | S[sp]!;
            S[sp - 1] = S[sp - 1]! | S[sp + 1]!;
            break;
          case 0x85: // i64.xor
            sp -= 2;
            S[sp - 2] = S[sp - 2]! ^ S[sp]!;
            S[sp - 1] = S[sp - 1]! ^ S[sp + 1]!;
            break;
          case 0x86: // i64.shl
            sp -= 2;
            shiftLeft(S, sp, S[sp]!);
            break;
          case 0x87: // i64.shr_s
            sp -= 2;
            shiftRight(S, sp, S[sp]!, S[sp - 1]! >> 31);
            break;
          case 0x88: // i64.shr_u
            sp -= 2;
            shiftRight(S, sp, S[sp]!, 0);
            break;
          case 0x89: // i64.rotl
            sp -= 2;
            rotate(S, sp, S[sp]!);
            break;
          case 0x8a: // i64.rotr
            sp -= 2;
            rotate(S, sp, -S[sp]!);
            break;
          case 0xa7: // i32.wrap_i64
          case 0xad: // i64.extend_i32_u
            S[sp - 1] = 0;
            break;
          case 0xc0: // i32.extend8_s
            S[sp - 2] = (S[sp - 2]! << 24) >> 24;
            S[sp - 1] = 0;
            break;
          case 0xc1: // i32.extend16_s
            S[sp - 2] = (S[sp - 2]! << 16) >> 16;
            S[sp - 1] = 0;
            break;
          case 0xc2: // i64.extend8_s
            S[sp - 2] = (S[sp - 2]! << 24) >> 24;
            S[sp - 1] = S[sp - 2]! >> 31;
            break;
          case 0xc3: // i64.extend16_s
            S[sp - 2] = (S[sp - 2]! << 16) >> 16;
            S[sp - 1] = S[sp - 2]! >> 31;
            break;
          case 0xac: // i64.extend_i32_s
          case 0xc4: // i64.extend32_s
            S[sp - 1] = S[sp - 2]! >> 31;
            break;
          case 0xe0: // floating point, one operand
            trap = floatUnary(code[pc + 1]!, m.stack, sp);
            if (trap !== 0) break loop;
            break;
          case 0xe1: // floating point, two operands
            sp -= 2;
            floatBinary(code[pc + 1]!, m.stack, sp);
            break;
          case 0xe2: // load from another memory
            if (!loadElsewhere(m, pc, sp)) break outside;
            break;
          case 0xe3: // store to another memory
            if (!storeElsewhere(m, pc, sp)) break outside;
            sp -= 4;
            break;
          case 0xfe: // outside
            break outside;
          default:
            exit = Stop.escape;
            break loop;
        }
        pc += STRIDE;
        continue;
      }
      trap = Trap.memoryBounds;
      break loop;
    }
    exit = Stop.outside;
    break;
  }
  m.pc = pc / STRIDE;
  m.base = fp >> 1;
  m.exit = trap === 0 ? exit : Stop.trap;
  m.trap = trap;
  return m.exit === Stop.quota ? left : left + 1;
}
