import { expect } from "chai";
import { command, expectRefusal } from "./command.ts";

describe("simulate", () => {
  it("prints a line for each schedule, with the schedule in it", async () => {
    const { code, stdout, stderr } = await command("arbiter", [
      ...["simulate", "--schedules", "2", "--seed", "8", "--liars", "1", "--faults", "none", "--json"],
    ]);
    expect(stderr).equal("");
    expect(code).equal(0);
    const lines = stdout.trim().split("\n");
    const played = lines.map((line) => JSON.parse(line) as { seed: number; broken: unknown; schedule: object });
    expect(played.map(({ seed, broken }) => ({ seed, broken }))).deep.equal([
      { seed: 8, broken: [] },
      { seed: 9, broken: [] },
    ]);
    expect(played[0]?.schedule).include({ seed: 8 });
  });

  it("plays one dispute killed at one point", async () => {
    const { code, stdout } = await command("arbiter", ["simulate", "--kill-point", "after-5"]);
    expect(stdout).match(/^1 schedules, in 0 of them something did not hold$/m);
    expect(code).equal(0);
  });

  it("refuses what it can't play", async () => {
    await expectRefusal(["simulate", "--liars", "0-4"], /from 1 to 256/);
    await expectRefusal(["simulate", "--liars", "1-257"], /from 1 to 256/);
    await expectRefusal(["simulate", "--faults", "kill,flood"], /choose from kill, reorg/);
    await expectRefusal(["simulate", "--kill-point", "17"], /before-17/);
  });
});
