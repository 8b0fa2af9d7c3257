/**
 * The live height of the stack before each instruction, in slots of the frame.
 *
 * It is the word's `top`, but for one case: a `move` to the first free slot pushes, although the
 * words after it go on counting from the old top (a return saves its return address in this way).
 * Until control leaves that sequence of moves the height is greater than `top`.
 */
import { Op } from "../instructions/table.ts";
import type { Words } from "./words.ts";

/** Heights by pc, one more than there are words. */
export function liveHeights(words: Words): Float64Array {
  const heights = new Float64Array(words.length + 1);
  let pushed = 0;
  for (let pc = 0; pc < words.length; pc++) {
    const height = Math.max(words.top(pc), pushed);
    heights[pc] = height;
    pushed = 0;
    if (words.op(pc) !== Op.move) continue;
    if (words.a(pc) === height) pushed = height + 1;
    else if (height > words.top(pc)) pushed = height;
  }
  return heights;
}
