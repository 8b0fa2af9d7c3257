/**
 * Lowers one function body to flat code (docs/machine.md, "Frames" and "Instruction words"): a walk
 * with the static operand stack, so that every word knows where its operands lie.
 *
 *     base → [ arguments | return address | other locals | operands ]
 */
import { Crash } from "../errors.ts";
import { Flag } from "../machine/codes.ts";
import { Op } from "../instructions/table.ts";
import { branchTypes, type View } from "../wasm/control.ts";
import type { Instruction } from "../wasm/types.ts";
import { walk } from "../wasm/walk.ts";
import type { CodeBuffer, Origin, WordFields } from "./code.ts";
import type { CodeFunction, Instance } from "./linkage.ts";
import { lowerPlain, type PlainTarget } from "./lower-plain.ts";

/** A call whose callee has not been placed yet. */
export interface PendingCall {
  readonly pc: number;
  readonly callee: CodeFunction;
}

/** A constant reference to a function that has not been placed yet. */
export interface PendingReference {
  readonly pc: number;
  readonly target: CodeFunction;
}

/** What lowering needs of the program. */
export interface LowerContext extends Pick<PlainTarget, "regions" | "typeId"> {
  readonly code: CodeBuffer;
  /** Calls to be patched when every function has its place. */
  readonly calls: PendingCall[];
  /** References to be patched then. */
  readonly references: PendingReference[];
  /** What a reference to a function of an instance points to. */
  reference(instance: Instance, index: number): CodeFunction;
}

/** An open block. */
interface Frame {
  /** pc of a loop's first word. */
  readonly start: number | undefined;
  /** Whether it was opened where code is reached. */
  readonly isOpenedLive: boolean;
  /** Whether a live branch goes to its end. */
  isTargeted: boolean;
  /** The `if` word that jumps to the `else`, while there is none. */
  pendingElse: number | undefined;
  /** Words that jump to its end. */
  readonly exits: number[];
  /** pc after it, known once it is closed. */
  end: number;
}

/** Moves and a branch, or a return, that stand after the function and that some word jumps to. */
interface Trampoline {
  readonly frame: Frame;
  readonly isReturn: boolean;
  /** Operands when it is entered. */
  readonly height: number;
  /** Operands that the target has below the values carried. */
  readonly floor: number;
  readonly arity: number;
  readonly origin: Origin;
  readonly sources: number[];
}

/**
 * Lowers the body of a function of a validated module to the end of the code, and sets the
 * function's entry and frame.
 * @param prologue - functions without parameters and results to call first
 */
export function lowerFunction(context: LowerContext, fn: CodeFunction, prologue: readonly CodeFunction[] = []): void {
  new FunctionLowering(context, fn).lower(prologue);
}

class FunctionLowering {
  readonly #context: LowerContext;
  readonly #code: CodeBuffer;
  readonly #fn: CodeFunction;
  readonly #parameters: number;
  readonly #results: number;
  readonly #plain: PlainTarget;
  readonly #frames: Frame[] = [];
  readonly #trampolines: Trampoline[] = [];
  /** Frame offset of the operand stack's bottom. */
  #floor = 0;
  #slots = 0;
  #isLive = true;
  #origin: Origin = { op: 0, offset: 0 };

  constructor(context: LowerContext, fn: CodeFunction) {
    this.#context = context;
    this.#code = context.code;
    this.#fn = fn;
    this.#parameters = fn.type.params.length;
    this.#results = fn.type.results.length;
    this.#plain = {
      instance: fn.instance,
      regions: context.regions,
      typeId: context.typeId,
      emit: (fields) => this.#emit(fields),
      append: (op, top, a = 0, b = 0) => this.#code.append(op, 0, top, a, b, this.#origin),
      setLane: (pc, lane, value) => {
        this.#code.setLane(pc, lane, value);
      },
      call: (callee, top) => {
        this.#call(callee, top);
      },
      reference: (index, top) => {
        this.#reference(index, top);
      },
      local: (index) => this.#local(index),
    };
  }

  lower(prologue: readonly CodeFunction[]): void {
    this.#fn.entry = this.#code.length;
    this.#open(false);
    let isFirst = true;
    walk(this.#fn.instance.module, this.#fn.index, (instruction, view) => {
      if (isFirst) {
        this.#begin(view, instruction, prologue);
        isFirst = false;
      }
      this.#visit(instruction, view);
    });
    this.#emitTrampolines();
    this.#fn.frame = this.#slots;
  }

  #begin(view: View, { offset }: Instruction, prologue: readonly CodeFunction[]): void {
    this.#floor = view.localCount + 1;
    this.#reserve(this.#floor);
    this.#origin = { op: Op.call, offset };
    for (const callee of prologue) this.#call(callee, this.#floor);
  }

  #visit(instruction: Instruction, view: View): void {
    this.#origin = instruction;
    const { op, immediate } = instruction;
    const { height } = view;
    const top = this.#floor + height;
    if (this.#isLive) this.#reserve(top);
    switch (op) {
      case Op.block:
      case Op.loop:
        this.#open(op === Op.loop);
        return;
      case Op.if:
        this.#openIf(top);
        return;
      case Op.else:
        this.#else(top);
        return;
      case Op.end:
        this.#end(view, height);
        return;
    }
    if (!this.#isLive) return;
    switch (immediate.kind) {
      case "label":
        if (op === Op.br) this.#branch(view, immediate.label, height);
        else this.#branchIf(view, immediate.label, top, height - 1);
        return;
      case "labels":
        this.#branchTable(view, [...immediate.labels, immediate.fallback], top, height - 1);
        return;
    }
    if (op === Op.return) this.#return(height);
    else {
      lowerPlain(this.#plain, instruction, top);
      if (op === Op.unreachable) this.#isLive = false;
    }
  }

  #open(isLoop: boolean): Frame {
    const frame: Frame = {
      start: isLoop ? this.#code.length : undefined,
      isOpenedLive: this.#isLive,
      isTargeted: false,
      pendingElse: undefined,
      exits: [],
      end: 0,
    };
    this.#frames.push(frame);
    return frame;
  }

  #openIf(top: number): void {
    const pendingElse = this.#isLive ? this.#emit({ op: Op.if, top }) : undefined;
    this.#open(false).pendingElse = pendingElse;
  }

  #else(top: number): void {
    const frame = this.#frame(0);
    if (this.#isLive) this.#exit(frame, this.#emit({ op: Op.br, flags: Flag.keep, top }));
    if (frame.pendingElse !== undefined) this.#code.setTarget(frame.pendingElse, this.#code.length);
    frame.pendingElse = undefined;
    this.#isLive = frame.isOpenedLive;
  }

  #end(view: View, height: number): void {
    const frame = this.#frame(0);
    // An `if` without an `else` goes on after it when the condition is zero.
    if (frame.pendingElse !== undefined) this.#exit(frame, frame.pendingElse);
    this.#isLive ||= frame.isTargeted;
    frame.end = this.#code.length;
    for (const pc of frame.exits) this.#code.setTarget(pc, frame.end);
    if (view.depth > 1) this.#frames.pop();
    else if (this.#isLive) this.#return(height);
  }

  /** A word that jumps to the end of a block. */
  #exit(frame: Frame, pc: number): void {
    frame.isTargeted = true;
    frame.exits.push(pc);
  }

  /** Jumps, and carries values down over the operands that the target does not have. */
  #branch(view: View, label: number, height: number): void {
    const block = view.block(label);
    if (block.kind === "function") this.#return(height);
    else this.#aim(this.#frame(label), this.#carry(height, block.height, branchTypes(block).length));
    this.#isLive = false;
  }

  /** @param height - operands without the condition */
  #branchIf(view: View, label: number, top: number, height: number): void {
    const block = view.block(label);
    const frame = this.#frame(label);
    const arity = branchTypes(block).length;
    const fields = { op: Op.brIf, top };
    if (block.kind === "function" || this.#needsMoves(height, block.height, arity)) {
      const source = this.#emit({ ...fields, flags: Flag.keep });
      this.#addTrampoline(view, label, height).sources.push(source);
    } else this.#aim(frame, this.#emit({ ...fields, ...this.#cut(height, block.height, arity) }));
  }

  /** @param height - operands without the index */
  #branchTable(view: View, labels: readonly number[], top: number, height: number): void {
    this.#emit({ op: Op.brTable, top, a: labels.length - 1 });
    const trampolines = new Map<number, Trampoline>();
    for (const label of labels) {
      const block = view.block(label);
      const arity = branchTypes(block).length;
      const fields = { op: Op.br, top: top - 1 };
      if (block.kind === "function" || this.#needsMoves(height, block.height, arity)) {
        const trampoline = trampolines.get(label) ?? this.#addTrampoline(view, label, height);
        trampolines.set(label, trampoline);
        trampoline.sources.push(this.#emit({ ...fields, flags: Flag.keep }));
      } else this.#aim(this.#frame(label), this.#emit({ ...fields, ...this.#cut(height, block.height, arity) }));
    }
    this.#isLive = false;
  }

  #needsMoves(height: number, floor: number, arity: number): boolean {
    return arity >= 2 && height > floor + arity;
  }

  /** How a branch that moves at most one value treats the stack. */
  #cut(height: number, floor: number, arity: number): Pick<WordFields, "flags" | "b"> {
    if (height === floor + arity) return { flags: Flag.keep };
    return { flags: arity === 0 ? 0 : Flag.carry, b: this.#floor + floor };
  }

  /**
   * Moves the values of a branch to where its target wants them, and branches; gives the pc of the
   * branch.
   */
  #carry(height: number, floor: number, arity: number): number {
    const top = this.#floor + height;
    let cut = this.#cut(height, floor, arity);
    if (this.#needsMoves(height, floor, arity)) {
      this.#moveDown(this.#floor + floor, top - arity, arity, top);
      cut = { flags: 0, b: this.#floor + floor + arity };
    }
    return this.#emit({ op: Op.br, top, ...cut });
  }

  /**
   * Copies operands to lower slots, the lowest first: each lands below those that are still to be
   * read.
   */
  #moveDown(destination: number, source: number, count: number, top: number): void {
    for (let i = 0; i < count; i++) this.#emit({ op: Op.move, top, a: destination + i, b: source + i });
  }

  /** Sets a branch's target, at once or when its block ends. */
  #aim(frame: Frame, pc: number): void {
    if (frame.start !== undefined) this.#code.setTarget(pc, frame.start);
    else this.#exit(frame, pc);
  }

  #addTrampoline(view: View, label: number, height: number): Trampoline {
    const block = view.block(label);
    const frame = this.#frame(label);
    const isReturn = block.kind === "function";
    const { height: floor } = block;
    const trampoline: Trampoline = {
      frame,
      isReturn,
      height,
      floor,
      arity: branchTypes(block).length,
      origin: this.#origin,
      sources: [],
    };
    if (!isReturn && frame.start === undefined) frame.isTargeted = true;
    this.#trampolines.push(trampoline);
    return trampoline;
  }

  #emitTrampolines(): void {
    for (const { frame, isReturn, height, floor, arity, origin, sources } of this.#trampolines) {
      this.#origin = origin;
      for (const pc of sources) this.#code.setTarget(pc, this.#code.length);
      if (isReturn) this.#return(height);
      else this.#code.setTarget(this.#carry(height, floor, arity), frame.start ?? frame.end);
    }
  }

  /**
   * Results replace the arguments. Where they would overwrite the return address it is moved out of
   * the way first.
   */
  #return(height: number): void {
    const top = this.#floor + height;
    const count = this.#results;
    if (count < 2) {
      this.#emit({ op: Op.return, flags: count === 0 ? 0 : Flag.carry, top, a: this.#parameters, b: 0 });
    } else if (count <= this.#parameters) {
      this.#moveDown(0, top - count, count, top);
      this.#emit({ op: Op.return, top, a: this.#parameters, b: count });
    } else {
      this.#emit({ op: Op.move, top, a: top, b: this.#parameters });
      this.#reserve(top + 1);
      this.#moveDown(0, top - count, count, top + 1);
      this.#emit({ op: Op.return, top: top + 1, a: top, b: count });
    }
    this.#isLive = false;
  }

  #call(callee: CodeFunction, top: number): void {
    const pc = this.#emit({ op: Op.call, top, b: callee.type.params.length });
    this.#context.calls.push({ pc, callee });
  }

  #reference(index: number, top: number): void {
    const target = this.#context.reference(this.#fn.instance, index);
    this.#context.references.push({ pc: this.#emit({ op: Op.i64Const, top }), target });
  }

  #local(index: number): number {
    return index < this.#parameters ? index : index + 1;
  }

  #frame(label: number): Frame {
    const frame = this.#frames[this.#frames.length - 1 - label];
    if (frame === undefined) throw new Crash(`there is no label ${label}`);
    return frame;
  }

  #emit(fields: WordFields): number {
    return this.#code.emit(fields, this.#origin);
  }

  #reserve(slots: number): void {
    this.#slots = Math.max(this.#slots, slots);
  }
}
