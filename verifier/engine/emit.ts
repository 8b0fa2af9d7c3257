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
 * A guest's function takes the counter and the room for frames after its parameters, and returns
 * the counter after its results. The room is how many bytes below the limit its frame begins in the
 * image: only where a frame is written out its address is needed. Operands below an open block are
 * out of reach inside it, so they are kept in temporaries.
 */
import { Crash } from "../errors.ts";
import type { ByteWriter } from "../wasm/byte-writer.ts";
import { EMPTY, functionBody, TYPE_BYTES } from "../wasm/module-writer.ts";
import { Op } from "../instructions/table.ts";
import type { Assembly } from "./assembly.ts";
import { FUNCTION_LABEL, type Step } from "./body.ts";
import { writeFrame, writeOperands } from "./emit-frame.ts";
import { emitCall } from "./emit-call.ts";
import { charge, chargeEdges, chargeIfTaken } from "./emit-charge.ts";
import { emitPlain } from "./emit-plain.ts";
import { FunctionContext } from "./function-context.ts";
import type { IndexSpace } from "./index-space.ts";
import { localSlot } from "./layout.ts";
import { nativeSignature, type NativeSignature, type NativeType } from "./native-type.ts";
import type { FunctionPlan, Site } from "./plan.ts";
import type { ProgramParts } from "./program-parts.ts";

/** Writes the body of a whole function. */
export function emitFunction(plan: FunctionPlan, parts: ProgramParts, space: IndexSpace): ByteWriter {
  return new FunctionEmitter(new FunctionContext(plan, parts, space, undefined)).emit();
}

/**
 * Writes the body of a function (frame address, counter) → counter that takes up a frame at a site
 * and leaves the results in the image.
 */
export function emitContinuation(plan: FunctionPlan, site: Site, parts: ProgramParts, space: IndexSpace): ByteWriter {
  return new FunctionEmitter(new FunctionContext(plan, parts, space, site)).emit();
}

class FunctionEmitter {
  readonly #context: FunctionContext;
  readonly #code: Assembly;
  readonly #plan: FunctionPlan;
  /** Open blocks of the generated code. */
  #level = 0;
  /** Level of each open block of the guest, by its opener. */
  readonly #levels = new Map<number, number>();
  readonly #siteLevels = new Map<Site, number>();
  /** Operands below each open block of the guest: they are in temporaries. */
  readonly #floors: number[] = [0];

  constructor(context: FunctionContext) {
    this.#context = context;
    this.#code = context.code;
    this.#plan = context.plan;
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
    if (this.#context.from === undefined) this.#emitSteps(0, this.#last);
    else this.#takeUp(this.#context.from);
    code.put(Op.end);
    this.#leave();
    if (sites.length > 0) {
      for (const site of sites.reverse()) {
        code.put(Op.end);
        code.frameOf(this.#context.room, this.#context.space.frameLimit);
        code.set(this.#context.frame);
        writeOperands(this.#context, site);
        code.put(Op.br);
        code.u32(this.#siteLevels.get(site)! - 1 - out);
      }
      code.put(Op.end);
      writeFrame(this.#context);
    }
    code.put(Op.end);
    return functionBody(this.#context.locals, code.bytes());
  }

  get #last(): number {
    return this.#context.steps.length - 1;
  }

  #openBlock(type: number): void {
    this.#code.put(Op.block, type);
    this.#level++;
  }

  #openTyped(type: NativeSignature, op: number = Op.block): void {
    this.#code.put(op);
    this.#blockType(type);
    this.#level++;
  }

  #blockType(type: NativeSignature): void {
    const [only] = type.results;
    if (type.params.length > 0 || type.results.length > 1) this.#code.s32(this.#context.space.type(type));
    else this.#code.put(only === undefined ? EMPTY : TYPE_BYTES[only]);
  }

  #closeBlock(): void {
    this.#code.put(Op.end);
    this.#level--;
  }

  /** The results of the guest's function are on the stack. */
  #leave(): void {
    const code = this.#code;
    const { results } = this.#plan.body.signature;
    if (this.#context.from !== undefined) {
      results
        .toReversed()
        .forEach((type, i) => code.set(this.#context.temporary(`result ${results.length - 1 - i}`, type)));
      results.forEach((type, i) => {
        code.get(this.#context.frame);
        code.get(this.#context.temporary(`result ${i}`, type));
        code.storeSlot(type, i);
      });
    }
    code.get(this.#context.counter);
    code.put(Op.return);
  }

  /**
   * Loads the frame, opens the blocks around the site, and goes on after it: what is left of each
   * block, then whole turns of its loops.
   */
  #takeUp(site: Site): void {
    const { steps } = this.#context;
    const { signature, locals } = this.#plan.body;
    const code = this.#code;
    code.roomOf(this.#context.frame, this.#context.space.frameLimit);
    code.set(this.#context.room);
    locals.forEach((type, i) => {
      code.get(this.#context.frame);
      code.loadSlot(type, localSlot(signature.params.length, i));
      code.set(this.#context.places[i]!);
    });
    let loaded = 0;
    const load = (height: number): void => {
      for (; loaded < height; loaded++) {
        const type = site.stack[loaded]!;
        code.get(this.#context.frame);
        code.loadSlot(type, this.#context.floor + loaded);
        code.tee(this.#context.operand(loaded, type));
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
      // A branch to a loop's start leaves the inner block with the loop's parameters, and finds the
      // loop after it.
      if (step.op === Op.loop) this.#openTyped({ params: [], results: type.params });
      this.#levels.set(opener, this.#level);
    }
    load(site.stack.length);
    let next = site.at;
    for (const opener of chain.reverse()) {
      const step = steps[opener]!;
      const isFirstHalf = step.otherwise !== undefined && next <= step.otherwise;
      this.#emitSteps(next, isFirstHalf ? step.otherwise : step.partner);
      if (step.op === Op.loop) {
        code.put(Op.br, 1);
        this.#closeBlock();
        this.#openTyped(blockType(step), Op.loop);
        this.#levels.set(opener, this.#level);
        this.#emitSteps(opener + 1, step.partner);
        this.#closeBlock();
      }
      this.#closeBlock();
      if (steps[step.partner]?.isPassed === false) code.put(Op.unreachable);
      this.#floors.pop();
      next = step.partner + 1;
    }
    this.#emitSteps(next, this.#last);
  }

  /**
   * Emits steps from the first to the last, an `else` or `end` of which only what belongs before it
   * is emitted.
   */
  #emitSteps(first: number, last: number): void {
    const { steps } = this.#context;
    for (let i = first; i <= last;) {
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
    const { steps } = this.#context;
    for (let i = from; ; i++) {
      const step = steps[i];
      if (step === undefined) throw new Crash("a body ends with its end");
      if (isOpener(step)) i = step.partner;
      else if (step.op === Op.else || step.op === Op.end) return i;
    }
  }

  #before(i: number): void {
    const poll = this.#plan.polls.get(i);
    if (poll !== undefined) this.#poll(poll);
    charge(this.#context, this.#context.charges[i] ?? 0);
  }

  /** Moves the operands of the innermost block to temporaries. */
  #spill(stack: readonly NativeType[]): void {
    for (let height = stack.length - 1; height >= this.#floors.at(-1)!; height--) {
      this.#code.set(this.#context.operand(height, stack[height]!));
    }
  }

  /** Brings them back. */
  #unspill(stack: readonly NativeType[]): void {
    for (let height = this.#floors.at(-1)!; height < stack.length; height++) {
      this.#code.get(this.#context.operand(height, stack[height]!));
    }
  }

  #goToSite(op: number, site: Site): void {
    this.#code.put(op);
    this.#code.u32(this.#level - this.#siteLevels.get(site)!);
  }

  #poll(site: Site): void {
    const code = this.#code;
    this.#spill(site.stack);
    code.get(this.#context.counter);
    code.i64(BigInt(site.threshold));
    if (site.kind === "entry") {
      // Both signs at once: too few steps, or no room.
      code.put(Op.i64Sub);
      code.get(this.#context.room);
      code.put(Op.i64Or);
      code.i64(0n);
    }
    code.put(Op.i64LtS);
    this.#goToSite(Op.brIf, site);
    this.#unspill(site.stack);
  }

  #escape(site: Site): void {
    this.#spill(site.stack);
    this.#goToSite(Op.br, site);
  }

  #emitStep(step: Step, i: number, stop: Site | undefined): void {
    switch (step.treatment) {
      case "plain":
        return emitPlain(this.#context, step, this.#context.nans.seen.has(i));
      case "control":
        return this.#control(step, i);
      case "call":
      case "indirect":
        return emitCall(this.#context, step);
      case "constant":
        return this.#code.i64(this.#context.parts.code.constant(step.pc));
      default:
        if (stop === undefined) throw new Crash(`the instruction at pc ${step.pc} has no site`);
        return this.#bulk(step, stop);
    }
  }

  #control(step: Step, i: number): void {
    const code = this.#code;
    switch (step.op) {
      case Op.unreachable:
        return code.put(Op.unreachable);
      case Op.block:
      case Op.loop:
      case Op.if: {
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
      case Op.else:
        return code.put(Op.else);
      case Op.end:
        this.#floors.pop();
        this.#closeBlock();
        if (!step.isPassed) code.put(Op.unreachable);
        return;
      case Op.br:
      case Op.return:
        return this.#branch(Op.br, step.targets[0] ?? FUNCTION_LABEL);
      case Op.brIf:
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
    if (edge > 0) chargeIfTaken(this.#context, edge);
    this.#branch(Op.brIf, opener);
  }

  #branchTable({ targets, edges }: Step): void {
    const code = this.#code;
    chargeEdges(this.#context, edges);
    code.put(Op.brTable);
    code.u32(targets.length - 1);
    for (const opener of targets) code.u32(this.#depthOf(opener));
  }

  /** The move's steps depend on the operands; the check before it is one more. */
  #bulk(step: Step, site: Site): void {
    const code = this.#code;
    const { stack } = step;
    const price = this.#context.temporary("price", "i64");
    this.#spill(stack);
    const isFill = step.op === Op.memoryFill;
    [3, isFill ? 3 : 2, 1].forEach((distance) => code.get(this.#context.operand(stack.length - distance, "i32")));
    code.put(Op.call);
    code.u32(this.#context.space.pieces);
    code.i64(1n);
    code.put(Op.i64Add);
    code.tee(price);
    code.i64(BigInt(site.threshold));
    code.put(Op.i64Add);
    code.set(this.#context.temporary("need", "i64"));
    code.get(this.#context.counter);
    code.get(this.#context.temporary("need", "i64"));
    code.put(Op.i64LtS);
    this.#goToSite(Op.brIf, site);
    code.get(this.#context.counter);
    code.get(price);
    code.put(Op.i64Sub);
    code.set(this.#context.counter);
    this.#unspill(stack);
    code.put(0xfc, step.op & 0xff);
    const { immediate } = step;
    const memories =
      immediate.kind === "memories"
        ? [immediate.destination, immediate.source]
        : immediate.kind === "memory"
          ? [immediate.memory]
          : [];
    for (const memory of memories) code.u32(this.#context.memory(memory));
  }
}

const isOpener = ({ op }: Step): boolean => op === Op.block || op === Op.loop || op === Op.if;

function blockType({ immediate }: Step): NativeSignature {
  if (immediate.kind !== "block") throw new Crash("the step opens no block");
  return nativeSignature(immediate.type);
}

/** Operands below a block's parameters, and the condition of an `if`. */
function operandsBelow({ stack, op }: Step, { params }: NativeSignature): number {
  return stack.length - params.length - (op === Op.if ? 1 : 0);
}
