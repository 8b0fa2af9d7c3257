import { expect } from "chai";
import { Op } from "../../../verifier/instructions/table.ts";
import type { TreeOpening } from "../../../verifier/merkle/tree.ts";
import type { Checkpoint } from "../../../verifier/state/checkpoint.ts";
import { LiveAccess } from "../../../verifier/state/live-access.ts";
import { after, loadedState, word } from "../machine/assemble.ts";

const state = loadedState([
  word(Op.i32Const, { imm: 5n }),
  word(Op.i32Const, { top: 1 }),
  word(Op.checkpoint, { top: 2 }),
]);

describe("LiveAccess", () => {
  it("puts where it took last from the same tree", () => {
    const access = new LiveAccess(state);
    access.take("stack", 3);
    access.take("cells", 9);
    access.put("stack", 7n);
    access.put("cells", 8n);
    const { stack, cells } = access.after();
    expect([stack.get(3), cells.get(9)]).to.deep.equal([7n, 8n]);
    expect(state.stack.get(3)).to.equal(0n);
  });

  it("discards every change, of trees and of the checkpoint", () => {
    for (const before of [state, after(state, 3)]) {
      const access = new LiveAccess(before);
      access.take("memory", 1);
      access.put("memory", 7n);
      if (access.open) access.commit();
      else access.checkpoint({ sizes: 0n, context: 0n });
      expect(access.open).to.equal(before.checkpoint === undefined);
      access.discard();
      const { code, stack, memory, cells, checkpoint } = before;
      expect(access.after()).to.deep.equal({ code, stack, memory, cells, checkpoint });
    }
  });

  it("tells a recorder each opening, in the tree that earlier puts left, and the checkpoint that is restored", () => {
    const open = after(state, 3);
    const openings: TreeOpening[] = [];
    const restored: Checkpoint[] = [];
    const access = new LiveAccess(open, {
      opened: (opening) => openings.push(opening),
      restored: (checkpoint) => restored.push(checkpoint),
    });
    access.take("stack", 0);
    access.put("stack", 1n);
    access.take("stack", 1);
    expect(openings[1]).to.deep.equal(open.stack.set(0, 1n).opening(1));
    access.restore(false);
    expect(restored).to.deep.equal([open.checkpoint]);
    expect(access.after().stack).to.equal(restored[0]?.stack);
  });
});
