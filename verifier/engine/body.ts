/**
 * A function's body as the engine rewrites it: its reachable instructions, each with the words that
 * lowering made of it. What an instruction costs is the number of words that it executes, counted
 * in the lowered code itself.
 */
import { Crash } from "../errors.ts";
import { Op } from "../instructions/table.ts";
import type { CodeFunction } from "../program/linkage.ts";
import type { View } from "../wasm/control.ts";
import type { Immediate, Instruction } from "../wasm/types.ts";
import { walk } from "../wasm/walk.ts";
import type { CodeWords } from "./code-words.ts";
import { nativeSignature, type NativeSignature, type NativeType, nativeType } from "./native-type.ts";
import { RecentSteps } from "./recent-steps.ts";
import { NotNative } from "./not-native.ts";
import { type Treatment, treatmentOf } from "./treatment.ts";

/** The index of the opener that stands for the function's own block. */
export const FUNCTION_LABEL = -1;

/** A reachable instruction. Indices refer to the body's steps. */
export interface Step {
  readonly op: number;
  readonly immediate: Immediate;
  /** pc of its first word, or of the word that comes next if it has none. */
  readonly pc: number;
  /**
   * Machine steps that it takes; of a branch, up to its target if the target's words follow at
   * once.
   */
  readonly cost: number;
  readonly treatment: Treatment;
  /** Types of all operands before it, where somebody may want to know. */
  readonly stack: readonly NativeType[];
  /** Types of all operands after it, if it is a call or an escape. */
  readonly resultStack: readonly NativeType[];
  /** Of a call: what it takes, without the element index, and gives. */
  readonly callType: NativeSignature | undefined;
  /** What the targets of a branch cost on top: the moves after the function, by target. */
  readonly edges: readonly number[];
  /** The openers of the blocks that a branch goes to, by target. */
  readonly targets: readonly number[];
  /** Of an opener: its `end`. Of an `else` or `end`: its opener. */
  readonly partner: number;
  /** Of an `if`: its `else`, if it has one. */
  readonly otherwise: number | undefined;
  /** Of an `end`: whether anything goes on after it. */
  readonly isPassed: boolean;
}

/** What a function's code says about it. */
interface BodyParts {
  readonly fn: CodeFunction;
  readonly signature: NativeSignature;
  readonly locals: readonly NativeType[];
  readonly steps: readonly Step[];
}

/** How instructions are treated at which native code may pause. */
const PAUSING: ReadonlySet<Treatment> = new Set<Treatment>(["indirect", "bulk", "escape"]);

/** A function that can run natively. */
export class Body {
  readonly fn: CodeFunction;
  readonly signature: NativeSignature;
  /** Types of parameters and locals. */
  readonly locals: readonly NativeType[];
  /**
   * Whether it takes each of its steps once at most, and pauses nowhere, as far as that does not
   * depend on what it calls.
   */
  readonly isStraight: boolean;
  readonly #recent: RecentSteps<Step>;

  constructor({ fn, signature, locals, steps }: BodyParts, recent: RecentSteps<Step>) {
    this.fn = fn;
    this.signature = signature;
    this.locals = locals;
    this.isStraight = steps.every(({ op, treatment }) => op !== Op.loop && !PAUSING.has(treatment));
    this.#recent = recent;
    recent.keep(fn, steps);
  }

  /**
   * Its instructions, which are read again if that was long ago: whoever needs them often holds
   * them.
   */
  get steps(): readonly Step[] {
    return this.#recent.of(this.fn);
  }
}

/** Most locals of a function whose frames are dumped. */
const MAX_LOCALS = 4096;

/** Most trampolines of one `br_table`: each costs instructions where it is executed. */
const MAX_EDGES = 64;

/** Of most steps: one list for all, since there are hundreds of thousands. */
const NONE: readonly never[] = [];

/** Reads the functions of a program. */
export class BodyReader {
  readonly #code: CodeWords;
  readonly #recent: RecentSteps<Step>;

  constructor(code: CodeWords) {
    this.#code = code;
    this.#recent = new RecentSteps<Step>((fn) => this.#parts(fn).steps);
  }

  /**
   * Reads a function for the first time.
   * @throws NotNative if it cannot run natively
   */
  read(fn: CodeFunction): Body {
    return new Body(this.#parts(fn), this.#recent);
  }

  #parts(fn: CodeFunction): BodyParts {
    const reading = new Reading(fn, this.#code);
    walk(fn.instance.module, fn.index, (instruction, view) => reading.visit(instruction, view));
    return reading.finish();
  }
}

type Draft = { -readonly [K in keyof Step]: Step[K] };

/** A block that is open in reached code. */
interface OpenBlock {
  readonly opener: number;
  readonly isLoop: boolean;
  /** Whether something reached goes to its end. */
  isTargeted: boolean;
  /** Whether it is an `if` that has no `else` so far: what is not taken goes on at its end. */
  isOptional: boolean;
}

/** Instructions after which nothing goes on. */
const LEAVES: ReadonlySet<number> = new Set<number>([Op.unreachable, Op.br, Op.brTable, Op.return]);

class Reading {
  readonly #fn: CodeFunction;
  readonly #code: CodeWords;
  readonly #end: number;
  readonly #steps: Draft[] = [];
  /** Innermost last; undefined for blocks that are never reached. */
  readonly #open: (OpenBlock | undefined)[] = [
    { opener: FUNCTION_LABEL, isLoop: false, isTargeted: false, isOptional: false },
  ];
  /** Whether the instruction is reached, as lowering sees it: what is not has no words. */
  #isLive = true;
  #locals: readonly NativeType[] | undefined;
  /** The latest step, if what it leaves is seen at the next instruction. */
  #unfinished: Draft | undefined;
  #pc: number;

  constructor(fn: CodeFunction, code: CodeWords) {
    this.#fn = fn;
    this.#code = code;
    this.#pc = fn.entry;
    this.#end = code.rangeEnd(fn.entry);
  }

  visit(instruction: Instruction, view: View): void {
    this.#locals ??= this.#readLocals(view);
    const { op, immediate } = instruction;
    if (this.#unfinished !== undefined) this.#unfinished.resultStack = this.#stack(view);
    this.#unfinished = undefined;
    if (op === Op.block || op === Op.loop || op === Op.if) return this.#openBlock(instruction, view);
    if (op === Op.else || op === Op.end) return this.#closeBlock(instruction, view);
    if (!this.#isLive) return;
    const step = this.#steps[this.#add(instruction, view)]!;
    if (step.cost === 0) throw new Crash(`lowering left out the instruction at byte ${instruction.offset}`);
    if (immediate.kind === "label") step.targets = [this.#target(immediate.label)];
    if (immediate.kind === "labels") {
      step.targets = [...immediate.labels, immediate.fallback].map((label) => this.#target(label));
    }
    if (LEAVES.has(op)) this.#isLive = false;
    if (step.treatment === "call" || step.treatment === "indirect" || step.treatment === "escape")
      this.#unfinished = step;
  }

  #openBlock(instruction: Instruction, view: View): void {
    if (!this.#isLive) {
      this.#open.push(undefined);
      return;
    }
    const [isLoop, isOptional] = [instruction.op === Op.loop, instruction.op === Op.if];
    this.#open.push({ opener: this.#add(instruction, view), isLoop, isTargeted: false, isOptional });
  }

  #closeBlock(instruction: Instruction, view: View): void {
    const block = this.#open.at(-1);
    const isEnd = instruction.op === Op.end;
    if (isEnd) this.#open.pop();
    if (block === undefined) return;
    const index = this.#add(instruction, view);
    const [step, opener] = [this.#steps[index]!, this.#steps[block.opener]];
    step.partner = block.opener;
    if (isEnd) {
      if (opener !== undefined) opener.partner = index;
      this.#isLive ||= block.isTargeted || block.isOptional;
      step.isPassed = this.#isLive;
      return;
    }
    if (opener !== undefined) opener.otherwise = index;
    block.isTargeted ||= this.#isLive;
    block.isOptional = false;
    this.#isLive = true;
  }

  finish(): BodyParts {
    for (const step of this.#steps) {
      if (step.op === Op.brIf) step.edges = [this.#trampoline(step.pc)];
      if (step.op === Op.brTable) step.edges = step.targets.map((_, i) => this.#trampoline(step.pc + 1 + i));
      const differ = step.edges.some((cost) => cost !== step.edges[0]);
      if (differ && step.edges.filter((cost) => cost > 0).length > MAX_EDGES) {
        throw new NotNative(`a br_table has more than ${MAX_EDGES} targets that carry values`);
      }
    }
    return {
      fn: this.#fn,
      signature: nativeSignature(this.#fn.type),
      locals: this.#locals ?? [],
      steps: this.#steps,
    };
  }

  #readLocals(view: View): NativeType[] {
    if (view.localCount > MAX_LOCALS) throw new NotNative(`it has ${view.localCount} locals`);
    return Array.from({ length: view.localCount }, (_, i) => nativeType(view.local(i)));
  }

  #add({ op, immediate, offset }: Instruction, view: View): number {
    const pc = this.#pc;
    const words = this.#wordsOf(op, immediate, offset);
    this.#pc += words;
    const treatment = treatmentOf(this.#fn, op, immediate);
    const isStackKnown = op === Op.block || op === Op.loop || op === Op.if || treatment !== "plain";
    return (
      this.#steps.push({
        op,
        immediate,
        pc,
        cost: op === Op.brTable && words > 0 ? 2 : words,
        treatment,
        stack: isStackKnown && this.#isLive ? this.#stack(view) : NONE,
        resultStack: NONE,
        callType: this.#callType(op, immediate),
        edges: NONE,
        targets: NONE,
        partner: FUNCTION_LABEL,
        otherwise: undefined,
        isPassed: true,
      }) - 1
    );
  }

  #callType(op: number, immediate: Immediate): NativeSignature | undefined {
    if (immediate.kind === "indirect") return nativeSignature(immediate.type);
    if (immediate.kind !== "function" || op !== Op.call) return undefined;
    const callee = this.#fn.instance.functions[immediate.function];
    return callee?.kind === "code" ? nativeSignature(callee.type) : undefined;
  }

  #stack(view: View): NativeType[] {
    return Array.from({ length: view.height }, (_, k) => {
      const type = view.operand(view.height - 1 - k);
      if (type === "unknown") throw new NotNative("an operand has no type");
      return nativeType(type);
    });
  }

  /**
   * Words at the current pc that were made of an instruction. Trampolines of the same instruction
   * may follow the last one.
   */
  #wordsOf(op: number, immediate: Immediate, offset: number): number {
    const isHere = (pc: number): boolean => pc < this.#end && this.#code.offset(pc) === offset;
    if (!isHere(this.#pc)) return 0;
    if (op === Op.brIf) return 1;
    if (immediate.kind === "labels") return 2 + immediate.labels.length;
    let words = 1;
    while (isHere(this.#pc + words)) words++;
    return words;
  }

  #target(label: number): number {
    const block = this.#open[this.#open.length - 1 - label];
    if (block === undefined) throw new Crash(`reached code branches to label ${label}, which is not`);
    if (!block.isLoop) block.isTargeted = true;
    return block.opener;
  }

  /** Words between a jump and its real target: those after all others of the function. */
  #trampoline(pc: number): number {
    const target = this.#code.a(pc);
    if (target < this.#pc || target >= this.#end) return 0;
    let last = target;
    while (this.#code.op(last) !== Op.br && this.#code.op(last) !== Op.return) last++;
    return last + 1 - target;
  }
}
