/**
 * Writes a function's instrumented code, whole or from one of its sites on.
 *
 *     block $out
 *       block $site n … block $site 0
 *         block $body … the guest's code; a poll that fails branches to its site …
 *         return
 *       end … each site writes its operands to the stack image, and goes $out
 *     end
 *     locals are written to the image; the counter says "unwinding"
 *
 * A guest's function takes the counter and the room for frames behind its parameters, and returns the counter behind its
 * results. The room is how many bytes below the limit its frame begins in the image: only where a frame is written out its address
 * is needed. Operands below an open block are out of reach inside it, so they are kept in temporaries.
 */
import { LOADS, STORES } from "../machine/opcodes.ts";
import { OP } from "../wasm/opcodes.ts";
import { A, Assembly, EMPTY, functionBody } from "./assembly.ts";
import { FUNCTION_LABEL, type Step } from "./body.ts";
import type { ByteWriter } from "./bytes.ts";
import { Canonical } from "./canonical.ts";
import { carrier, type IndexSpace, instrumented } from "./index-space.ts";
import { floorOf, IMAGE, localSlot, PAUSE_COUNTER, PAUSE_FRAME, PAUSE_SITE, SLOT, UNWINDING } from "./layout.ts";
import type { NanFlow } from "./nan-flow.ts";
import { nativeSignature, type NativeSignature, type NativeType, TYPE_BYTES } from "./native-type.ts";
import type { FunctionPlan, Site } from "./plan.ts";
import type { ProgramParts } from "./program-parts.ts";

/** Writes the body of a whole function. */
export function emitFunction(plan: FunctionPlan, parts: ProgramParts, space: IndexSpace): ByteWriter {
  return new FunctionEmitter(plan, parts, space, undefined).emit();
}

/** Writes the body of a function (frame address, counter) → counter that takes up a frame at a site and leaves the results in the image. */
export function emitContinuation(plan: FunctionPlan, site: Site, parts: ProgramParts, space: IndexSpace): ByteWriter {
  return new FunctionEmitter(plan, parts, space, site).emit();
}

class FunctionEmitter {
  readonly #plan: FunctionPlan;
  readonly #parts: ProgramParts;
  readonly #space: IndexSpace;
  /** Where the code begins; undefined at the function's entry. */
  readonly #from: Site | undefined;
  readonly #code: Assembly;
  readonly #locals: NativeType[] = [];
  /** Local that holds each of the guest's. */
  readonly #places: readonly number[];
  readonly #counter: number;
  /** i64. */
  readonly #room: number;
  /** The frame's address, where it is known. */
  readonly #frame: number;
  readonly #temporaries = new Map<string, number>();
  readonly #canonical: Canonical;
  readonly #nans: NanFlow;
  #nextLocal: number;
  /** Open blocks of the generated code. */
  #level = 0;
  /** Level of each open block of the guest, by its opener. */
  readonly #levels = new Map<number, number>();
  readonly #siteLevels = new Map<Site, number>();
  /** Operands below each open block of the guest: they are in temporaries. */
  readonly #floors: number[] = [0];

  constructor(plan: FunctionPlan, parts: ProgramParts, space: IndexSpace, from: Site | undefined) {
    this.#plan = plan;
    this.#parts = parts;
    this.#space = space;
    this.#from = from;
    this.#code = new Assembly(space.side);
    const { locals, signature } = plan.body;
    const parameters = signature.params.length;
    if (from === undefined) {
      [this.#counter, this.#room] = [parameters, parameters + 1];
      this.#nextLocal = parameters + 2;
      this.#frame = this.#addLocal("i32");
    } else {
      [this.#frame, this.#counter] = [0, 1];
      this.#nextLocal = 2;
      this.#room = this.#addLocal("i64");
    }
    this.#places = locals.map((type, i) => (from === undefined && i < parameters ? i : this.#addLocal(type)));
    this.#nans = parts.nansOf(plan.body);
    this.#canonical = new Canonical(this.#code, (type) => this.#temporary("nan", type));
  }

  emit(): ByteWriter {
    const code = this.#code;
    const { polls, stops } = this.#plan;
    const sites = [...polls.values(), ...stops.values()];
    if (sites.length > 0) this.#openBlock(EMPTY);
    const out = this.#level;
    for (const site of sites) {
      this.#openBlock(EMPTY);
      this.#siteLevels.set(site, this.#level);
    }
    this.#openTyped({ params: [], results: this.#plan.body.signature.results });
    this.#levels.set(FUNCTION_LABEL, this.#level);
    if (this.#from === undefined) this.#emitSteps(0, this.#last);
    else this.#takeUp(this.#from);
    code.put(A.end);
    this.#leave();
    if (sites.length > 0) {
      for (const site of sites.reverse()) {
        code.put(A.end);
        code.frameOf(this.#room, this.#space.frameLimit);
        code.set(this.#frame);
        this.#writeOperands(site);
        code.put(A.br);
        code.u32(this.#siteLevels.get(site)! - 1 - out);
      }
      code.put(A.end);
      this.#writeFrame();
    }
    code.put(A.end);
    return functionBody(this.#locals, code);
  }

  get #last(): number {
    return this.#plan.body.steps.length - 1;
  }

  #addLocal(type: NativeType): number {
    this.#locals.push(type);
    return this.#nextLocal++;
  }

  #temporary(name: string, type: NativeType): number {
    const key = `${name} ${type}`;
    const known = this.#temporaries.get(key);
    if (known !== undefined) return known;
    const made = this.#addLocal(type);
    this.#temporaries.set(key, made);
    return made;
  }

  /** The temporary of the operand at a height. */
  #operand(height: number, type: NativeType): number {
    return this.#temporary(`operand ${height}`, type);
  }

  #openBlock(type: number): void {
    this.#code.put(A.block, type);
    this.#level++;
  }

  #openTyped(type: NativeSignature, op: number = A.block): void {
    this.#code.put(op);
    this.#blockType(type);
    this.#level++;
  }

  #blockType(type: NativeSignature): void {
    const [only] = type.results;
    if (type.params.length > 0 || type.results.length > 1) this.#code.s32(this.#space.type(type));
    else this.#code.put(only === undefined ? EMPTY : TYPE_BYTES[only]);
  }

  #closeBlock(): void {
    this.#code.put(A.end);
    this.#level--;
  }

  /** The results of the guest's function are on the stack. */
  #leave(): void {
    const code = this.#code;
    const { results } = this.#plan.body.signature;
    if (this.#from !== undefined) {
      results.toReversed().forEach((type, i) => code.set(this.#temporary(`result ${results.length - 1 - i}`, type)));
      results.forEach((type, i) => {
        code.get(this.#frame);
        code.get(this.#temporary(`result ${i}`, type));
        code.storeSlot(type, i);
      });
    }
    code.get(this.#counter);
    code.put(A.return);
  }

  /** Writes a site's operands to the image; where a call paused, its record instead of results that there are not. */
  #writeOperands(site: Site): void {
    const { call } = site;
    const count = call?.below ?? site.stack.length;
    this.#writeRange(site, 0, count);
    if (call !== undefined) {
      const code = this.#code;
      code.get(this.#counter);
      code.i64(0n);
      code.put(A.i64LtS, A.if, EMPTY);
      this.#writeRecord(site.pc, count + call.parameters);
      code.put(A.else);
      this.#writeRange(site, count, site.stack.length);
      code.put(A.end);
    }
    this.#code.i32(site.id);
    this.#code.set(this.#temporary("site", "i32"));
  }

  #writeRange({ stack }: Site, first: number, end: number): void {
    for (let height = first; height < end; height++) {
      const type = stack[height]!;
      this.#code.get(this.#frame);
      this.#code.get(this.#operand(height, type));
      this.#code.storeSlot(type, this.#floor + height);
    }
  }

  get #floor(): number {
    return floorOf(this.#plan.body.locals.length);
  }

  /** The callee's call record: where it returns to, and this frame's base. */
  #writeRecord(pc: number, height: number): void {
    const code = this.#code;
    code.get(this.#frame);
    code.get(this.#frame);
    code.i32(IMAGE);
    code.put(A.i32Sub);
    code.i32(Math.log2(SLOT));
    code.put(A.i32ShrU, A.i64ExtendI32U);
    code.i64(BigInt(pc) << 32n);
    code.put(A.i64Or);
    code.storeSlot("i64", this.#floor + height);
  }

  /** Writes the locals, and if this is the innermost frame where it paused; returns. */
  #writeFrame(): void {
    const code = this.#code;
    const { body } = this.#plan;
    code.get(this.#counter);
    code.i64(0n);
    code.put(A.i64GeS, A.if, EMPTY);
    code.i32(PAUSE_SITE);
    code.get(this.#temporary("site", "i32"));
    code.side(A.i32Store, 0);
    code.i32(PAUSE_FRAME);
    code.get(this.#frame);
    code.side(A.i32Store, 0);
    code.i32(PAUSE_COUNTER);
    code.get(this.#counter);
    code.side(A.i64Store, 0);
    code.put(A.end);
    body.locals.forEach((type, i) => {
      code.get(this.#frame);
      code.get(this.#places[i]!);
      if (this.#nans.loose.has(i)) this.#settleLocal(i);
      code.storeSlot(type, localSlot(body.signature.params.length, i));
    });
    if (this.#from === undefined) for (const type of body.signature.results) code.zero(type);
    code.i64(UNWINDING);
    code.put(A.return);
  }

  /** Loads the frame, opens the blocks around the site, and goes on behind it: what is left of each block, then whole turns of its loops. */
  #takeUp(site: Site): void {
    const { steps, signature, locals } = this.#plan.body;
    const code = this.#code;
    code.roomOf(this.#frame, this.#space.frameLimit);
    code.set(this.#room);
    locals.forEach((type, i) => {
      code.get(this.#frame);
      code.loadSlot(type, localSlot(signature.params.length, i));
      code.set(this.#places[i]!);
    });
    let loaded = 0;
    const load = (height: number): void => {
      for (; loaded < height; loaded++) {
        const type = site.stack[loaded]!;
        code.get(this.#frame);
        code.loadSlot(type, this.#floor + loaded);
        code.tee(this.#operand(loaded, type));
      }
    };
    const chain = steps.flatMap((step, i) => (isOpener(step) && i < site.at && step.partner >= site.at ? [i] : []));
    for (const opener of chain) {
      const step = steps[opener]!;
      const type = blockType(step);
      const below = operandsBelow(step, type);
      load(below);
      this.#floors.push(below);
      this.#openTyped({ params: [], results: type.results });
      // A branch to a loop's start leaves the inner block with the loop's parameters, and finds the loop behind it.
      if (step.op === OP.loop) this.#openTyped({ params: [], results: type.params });
      this.#levels.set(opener, this.#level);
    }
    load(site.stack.length);
    let next = site.at;
    for (const opener of chain.reverse()) {
      const step = steps[opener]!;
      const isFirstHalf = step.otherwise !== undefined && next <= step.otherwise;
      this.#emitSteps(next, isFirstHalf ? step.otherwise : step.partner);
      if (step.op === OP.loop) {
        code.put(A.br, 1);
        this.#closeBlock();
        this.#openTyped(blockType(step), A.loop);
        this.#levels.set(opener, this.#level);
        this.#emitSteps(opener + 1, step.partner);
        this.#closeBlock();
      }
      this.#closeBlock();
      if (steps[step.partner]?.isPassed === false) code.put(A.unreachable);
      this.#floors.pop();
      next = step.partner + 1;
    }
    this.#emitSteps(next, this.#last);
  }

  /** Emits steps from the first to the last, an `else` or `end` of which only what belongs before it is emitted. */
  #emitSteps(first: number, last: number): void {
    const { steps } = this.#plan.body;
    for (let i = first; i <= last; ) {
      this.#before(i);
      if (i === last) return;
      const stop = this.#plan.stops.get(i);
      if (stop?.kind === "escape") {
        this.#escape(stop);
        i = this.#afterDead(i);
        continue;
      }
      this.#emitStep(steps[i]!, i, stop);
      i++;
    }
  }

  /** The `else` or `end` that dead code reaches to. */
  #afterDead(from: number): number {
    const { steps } = this.#plan.body;
    for (let i = from; ; i++) {
      const step = steps[i];
      if (step === undefined) throw new RangeError("a body ends with its end");
      if (isOpener(step)) i = step.partner;
      else if (step.op === OP.else || step.op === OP.end) return i;
    }
  }

  #before(i: number): void {
    const poll = this.#plan.polls.get(i);
    if (poll !== undefined) this.#poll(poll);
    this.#charge(this.#plan.charges[i] ?? 0);
  }

  #charge(steps: number): void {
    if (steps === 0) return;
    this.#code.get(this.#counter);
    this.#code.i64(BigInt(steps));
    this.#code.put(A.i64Sub);
    this.#code.set(this.#counter);
  }

  /** Moves the operands of the innermost block to temporaries. */
  #spill(stack: readonly NativeType[]): void {
    for (let height = stack.length - 1; height >= this.#floors.at(-1)!; height--) {
      this.#code.set(this.#operand(height, stack[height]!));
    }
  }

  /** Brings them back. */
  #unspill(stack: readonly NativeType[]): void {
    for (let height = this.#floors.at(-1)!; height < stack.length; height++) {
      this.#code.get(this.#operand(height, stack[height]!));
    }
  }

  #goToSite(op: number, site: Site): void {
    this.#code.put(op);
    this.#code.u32(this.#level - this.#siteLevels.get(site)!);
  }

  #poll(site: Site): void {
    const code = this.#code;
    this.#spill(site.stack);
    code.get(this.#counter);
    code.i64(BigInt(site.threshold));
    if (site.kind === "entry") {
      // Both signs at once: too few steps, or no room.
      code.put(A.i64Sub);
      code.get(this.#room);
      code.put(A.i64Or);
      code.i64(0n);
    }
    code.put(A.i64LtS);
    this.#goToSite(A.brIf, site);
    this.#unspill(site.stack);
  }

  #escape(site: Site): void {
    this.#spill(site.stack);
    this.#goToSite(A.br, site);
  }

  #emitStep(step: Step, i: number, stop: Site | undefined): void {
    switch (step.treatment) {
      case "plain":
        return this.#plain(step, this.#nans.seen.has(i));
      case "control":
        return this.#control(step, i);
      case "call":
      case "indirect":
        return this.#call(step);
      case "constant":
        return this.#code.i64(this.#parts.code.constant(step.pc));
      default:
        if (stop === undefined) throw new RangeError(`the instruction at pc ${step.pc} has no site`);
        return this.#bulk(step, stop);
    }
  }

  #control(step: Step, i: number): void {
    const code = this.#code;
    switch (step.op) {
      case OP.unreachable:
        return code.put(A.unreachable);
      case OP.block:
      case OP.loop:
      case OP.if: {
        const type = blockType(step);
        if (step.stack.length > this.#floors.at(-1)!) {
          this.#spill(step.stack);
          this.#unspill(step.stack);
        }
        this.#floors.push(operandsBelow(step, type));
        this.#openTyped(type, step.op);
        this.#levels.set(i, this.#level);
        return;
      }
      case OP.else:
        return code.put(A.else);
      case OP.end:
        this.#floors.pop();
        this.#closeBlock();
        if (!step.isPassed) code.put(A.unreachable);
        return;
      case OP.br:
      case OP.return:
        return this.#branch(A.br, step.targets[0] ?? FUNCTION_LABEL);
      case OP.brIf:
        return this.#branchIf(step);
      default:
        return this.#branchTable(step);
    }
  }

  #branch(op: number, opener: number): void {
    this.#code.put(op);
    this.#code.u32(this.#depthOf(opener));
  }

  #depthOf(opener: number): number {
    return this.#level - this.#levels.get(opener)!;
  }

  #branchIf({ targets: [opener = FUNCTION_LABEL], edges: [edge = 0] }: Step): void {
    const code = this.#code;
    if (edge > 0) {
      const condition = this.#temporary("condition", "i32");
      code.tee(condition);
      code.put(A.if, EMPTY);
      this.#charge(edge);
      code.put(A.end);
      code.get(condition);
    }
    this.#branch(A.brIf, opener);
  }

  #branchTable({ targets, edges }: Step): void {
    const code = this.#code;
    const [first = 0] = edges;
    if (edges.every((edge) => edge === first)) this.#charge(first);
    else {
      const index = this.#temporary("condition", "i32");
      code.set(index);
      edges.forEach((edge, i) => {
        if (edge === 0) return;
        code.get(this.#counter);
        code.get(index);
        code.i32(i);
        code.put(i === edges.length - 1 ? A.i32GeU : A.i32Eq, A.i64ExtendI32U);
        code.i64(BigInt(edge));
        code.put(A.i64Mul, A.i64Sub);
        code.set(this.#counter);
      });
      code.get(index);
    }
    code.put(A.brTable);
    code.u32(targets.length - 1);
    for (const opener of targets) code.u32(this.#depthOf(opener));
  }

  #call(step: Step): void {
    const code = this.#code;
    const isIndirect = step.treatment === "indirect";
    const { callType, resultStack } = step;
    if (callType === undefined) throw new RangeError("the step is no call");
    const index = isIndirect ? this.#temporary("index", "i32") : 0;
    if (isIndirect) code.set(index);
    code.get(this.#counter);
    code.get(this.#room);
    code.i64(BigInt(SLOT * (this.#floor + resultStack.length - callType.results.length)));
    code.put(A.i64Sub);
    if (isIndirect) {
      code.get(index);
      code.put(A.callIndirect);
      code.u32(this.#space.type(instrumented(callType)));
      code.u32(this.#space.table(this.#parts.tableOf(this.#plan.body.fn, step)));
    } else {
      code.put(A.call);
      code.u32(this.#space.function(this.#parts.calleeOf(this.#plan.body, step)));
    }
    code.set(this.#counter);
  }

  /** The move's steps depend on the operands; the check before it is one more. */
  #bulk(step: Step, site: Site): void {
    const code = this.#code;
    const { stack } = step;
    const price = this.#temporary("price", "i64");
    this.#spill(stack);
    const isFill = step.op === OP.memoryFill;
    [3, isFill ? 3 : 2, 1].forEach((distance) => code.get(this.#operand(stack.length - distance, "i32")));
    code.put(A.call);
    code.u32(this.#space.pieces);
    code.i64(1n);
    code.put(A.i64Add);
    code.tee(price);
    code.i64(BigInt(site.threshold));
    code.put(A.i64Add);
    code.set(this.#temporary("need", "i64"));
    code.get(this.#counter);
    code.get(this.#temporary("need", "i64"));
    code.put(A.i64LtS);
    this.#goToSite(A.brIf, site);
    code.get(this.#counter);
    code.get(price);
    code.put(A.i64Sub);
    code.set(this.#counter);
    this.#unspill(stack);
    code.put(0xfc, step.op & 0xff);
    const { immediate } = step;
    const memories =
      immediate.kind === "memories"
        ? [immediate.destination, immediate.source]
        : immediate.kind === "memory"
          ? [immediate.memory]
          : [];
    for (const memory of memories) code.u32(this.#memory(memory));
  }

  #memory(index: number): number {
    return this.#space.memory(this.#parts.regionOf(this.#plan.body.fn, index));
  }

  /** @param isSeen - whether somebody may see which NaN the result is */
  #plain({ op, immediate }: Step, isSeen: boolean): void {
    const code = this.#code;
    switch (immediate.kind) {
      case "none":
        if (op === OP.refIsNull) return code.put(A.i64Eqz);
        if (op > 0xff) {
          code.put(op >> 8);
          return code.u32(op & 0xff);
        }
        code.put(op);
        return isSeen ? this.#canonical.settleResult(op) : undefined;
      case "types":
        // A select of references is one of integers natively.
        return code.put(A.select);
      case "local":
        code.put(op);
        code.u32(this.#places[immediate.local]!);
        return isSeen ? this.#settleLocal(immediate.local) : undefined;
      case "global":
        return this.#global(op, immediate.global);
      case "access": {
        if (!LOADS.has(op) && !STORES.has(op)) throw new RangeError(`opcode ${op} is no access`);
        const memory = this.#memory(immediate.memory);
        code.put(op, memory === 0 ? immediate.alignment : immediate.alignment | 0x40);
        if (memory !== 0) code.u32(memory);
        return code.u32(immediate.offset);
      }
      case "memory":
        if (op === OP.memoryGrow) return this.#grow(immediate.memory);
        code.put(op);
        return code.u32(this.#memory(immediate.memory));
      case "i32":
        return code.i32(immediate.value);
      case "i64":
        return code.i64(immediate.value);
      case "f32":
        code.put(op);
        return code.fixed(BigInt(immediate.bits), 4);
      case "f64":
        code.put(op);
        return code.fixed(immediate.bits, 8);
      default:
        throw new RangeError(`an immediate of kind ${immediate.kind} is not plain`);
    }
  }

  /** Growing fails where the machine says so, and nowhere else: if the host has no memory left, it traps. */
  #grow(index: number): void {
    const code = this.#code;
    const memory = this.#memory(index);
    const [pages, result] = [this.#temporary("pages", "i32"), this.#temporary("grown", "i32")];
    code.tee(pages);
    code.put(OP.memoryGrow);
    code.u32(memory);
    code.tee(result);
    code.i32(-1);
    code.put(A.i32Eq, A.if, EMPTY);
    code.get(pages);
    code.put(A.i64ExtendI32U, OP.memorySize);
    code.u32(memory);
    code.put(A.i64ExtendI32U, A.i64Add);
    code.i64(BigInt(this.#parts.maximumOf(this.#plan.body.fn, index)));
    code.put(A.i64LeU, A.if, EMPTY, A.unreachable, A.end, A.end);
    code.get(result);
  }

  #settleLocal(local: number): void {
    const type = this.#plan.body.locals[local];
    if (type === "f32" || type === "f64") this.#canonical.settle(type);
  }

  #global(op: number, index: number): void {
    const code = this.#code;
    const { cell, type } = this.#parts.globalOf(this.#plan.body.fn, index);
    const isFloat = type !== carrier(type);
    const isGet = op === OP.globalGet;
    if (isFloat && !isGet) code.put(type === "f32" ? A.i32ReinterpretF32 : A.i64ReinterpretF64);
    code.put(isGet ? A.globalGet : A.globalSet);
    code.u32(this.#space.global(cell, type));
    if (isFloat && isGet) code.put(type === "f32" ? A.f32ReinterpretI32 : A.f64ReinterpretI64);
  }
}

const isOpener = ({ op }: Step): boolean => op === OP.block || op === OP.loop || op === OP.if;

function blockType({ immediate }: Step): NativeSignature {
  if (immediate.kind !== "block") throw new RangeError("the step opens no block");
  return nativeSignature(immediate.type);
}

/** Operands below a block's parameters, and the condition of an `if`. */
function operandsBelow({ stack, op }: Step, { params }: NativeSignature): number {
  return stack.length - params.length - (op === OP.if ? 1 : 0);
}
