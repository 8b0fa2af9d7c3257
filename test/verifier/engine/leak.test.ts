/** An engine that is used again and again keeps nothing of what it has run. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

/** Measured in a process of its own: bytes on the heap and beside it, and of the whole process. */
interface Usage {
  readonly held: number;
  readonly resident: number;
}

describe("engine / what an engine keeps", () => {
  it("keeps nothing of thousands of runs, nor of the machines that shrinking memories need", () => {
    const script = fileURLToPath(new URL("use-again-and-again.ts", import.meta.url));
    const text = execFileSync(process.execPath, ["--expose-gc", "--no-warnings", script], { encoding: "utf8" });
    const { first, last, runs, shrunk } = JSON.parse(text) as {
      first: Usage;
      last: Usage;
      runs: number;
      shrunk: number;
    };
    expect(runs).to.be.greaterThan(1500);
    expect(shrunk).to.be.greaterThan(200);
    expect(last.held - first.held).to.be.below(8 * 2 ** 20);
    expect(last.resident - first.resident).to.be.below(100 * 2 ** 20);
  });
});
