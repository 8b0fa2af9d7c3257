/** A short sample of the soak: memory stays, restarts are short, and nothing fails. */
import { expect } from "chai";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { SoakResult } from "../../bench/soak.ts";
import { temporaryFolder } from "../agents/cli/temporary-folder.ts";

const MAIN = join(import.meta.dirname, "../../bench/main.ts");

/** What each fragment leaves behind in each of two replays, in bytes, if nothing were let go. */
const LEFT = 2 * 0.8e6;

describe("a worker and a validator on a real node", function () {
  this.timeout(900_000);
  const folder = temporaryFolder();

  it("take no more memory with every fragment, and are ready soon after kill -9", async () => {
    const file = folder.path("soak.json");
    await promisify(execFile)(process.execPath, [MAIN, "soak", "--quick", "--json", file]);
    const { soak } = JSON.parse(readFileSync(file, "utf8")) as { soak: SoakResult };
    expect(soak.fragments).equal(200);
    expect(soak.restarts.length).greaterThan(1);
    for (const { seconds } of soak.restarts) expect(seconds).lessThan(30);
    expect(soak.notes).deep.equal({});
    const most = (from: number, to: number): number =>
      Math.max(...soak.memory.filter((one) => one.fragments > from && one.fragments <= to).map(({ bytes }) => bytes));
    // Less than half of what it would be.
    expect(most(100, 200) - most(0, 100)).lessThan((100 * LEFT) / 2);
  });
});
