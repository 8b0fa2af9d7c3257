/**
 * A program's code in the form that the inner loop executes, and the proof that it may.
 *
 * The loop keeps one invariant: before an instruction at pc, everything at or above
 * `base + height(pc)` counts as zero, so a pop writes nothing and cutting the stack moves one
 * number. Whether an instruction preserves it is seen from its word and its successors' heights,
 * except for returns and indirect calls, which check it when they happen. An instruction that does
 * not, or whose fields are beyond the fast form, becomes `Fast.escape`. So any code is accepted and
 * none is run wrongly.
 */
import type { Word } from "../machine/word.ts";
import type { Tree } from "../merkle/tree.ts";
import { Components } from "./components.ts";
import { Fast, STRIDE } from "./fast-op.ts";
import { liveHeights } from "./heights.ts";
import { Translator } from "./translate.ts";
import { Words } from "./words.ts";
import { SLOT_WORDS } from "./units.ts";

/** Immutable; one a code tree. */
export interface Code {
  /** Instruction words; fields and heights have one entry more, an escape. */
  readonly length: number;
  /**
   * {@link STRIDE} numbers a pc: operation and its operands. Targets are multiplied by STRIDE,
   * offsets by 2.
   */
  readonly fields: Int32Array;
  /** Twice the live height before each pc: 32-bit words of the stack above the frame's base. */
  readonly heights: Int32Array;
  /**
   * Twice the greatest height in the pc's function: what may be touched before the frame is left or
   * calls.
   */
  readonly extents: Int32Array;
  /**
   * Tag and type id (-1 for a type that no reference has) and capacity of the table, by the operand
   * `c` of an indirect call.
   */
  readonly tables: Int32Array;
  /** The instruction word at a pc below `length`. */
  word(pc: number): Word;
  /**
   * One more than the greatest cell that the inner loop reads or writes without asking whether the
   * window shows it.
   */
  readonly cells: number;
}

const decoded = new WeakMap<Tree, Code>();

/**
 * Decodes a code tree; the result is kept as long as the tree is. Throws NotWellFormed if there are
 * too many words.
 */
export function decode(tree: Tree): Code {
  const known = decoded.get(tree);
  if (known !== undefined) return known;
  const code = translate(new Words(tree));
  decoded.set(tree, code);
  return code;
}

function translate(words: Words): Code {
  const heights = liveHeights(words);
  const components = new Components(heights);
  const translator = new Translator(words, heights, components);
  for (let pc = 0; pc < words.length; pc++) translator.translate(pc);
  const { fields } = translator;
  for (const pc of translator.calls) {
    const entry = fields[pc * STRIDE + 1]! / STRIDE;
    if (SLOT_WORDS * components.extent(entry) > fields[pc * STRIDE + 3]!) fields[pc * STRIDE] = Fast.escape;
  }
  fields[words.length * STRIDE] = Fast.escape;
  return {
    length: words.length,
    fields,
    heights: Int32Array.from(heights, (height) => SLOT_WORDS * Math.min(height, LARGEST)),
    extents: Int32Array.from(heights, (_, pc) => SLOT_WORDS * Math.min(components.extent(pc), LARGEST)),
    tables: Int32Array.from(translator.tables),
    word: remember((pc) => words.word(pc)),
    cells: translator.cells,
  };
}

/**
 * Words are asked for when something is executed outside the inner loop, and then mostly again and
 * again.
 */
function remember(make: (pc: number) => Word): (pc: number) => Word {
  const known = new Map<number, Word>();
  return (pc) => {
    const word = known.get(pc) ?? make(pc);
    known.set(pc, word);
    return word;
  };
}

/** No stack is as high as this, so clamping a height to it keeps every check right. */
const LARGEST = 2 ** 30 - 1;
