/** States on disk are there in full or not at all, and what does not work is told once. */
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StateFiles } from "../../../agents/store/states.ts";
import { initialState } from "../../../verifier/state/program.ts";
import { type State, stateRoot } from "../../../verifier/state/state.ts";
import { textGuest } from "../../support/text-guest.ts";
import { callsOf, programOf, stateAfter } from "../replay/fragments.ts";

describe("StateFiles", () => {
  let initial: State;
  let after: State[];
  let directory: string;
  let told: string[];

  before(async () => {
    const program = programOf(await textGuest("counter"));
    const fragments = callsOf(program, "add", [5n, 3n, 9n]);
    initial = initialState(program.image);
    after = fragments.map((_, i) => stateAfter(program, fragments.slice(0, i + 1)));
  });
  beforeEach(() => {
    told = [];
    directory = join(mkdtempSync(join(tmpdir(), "states-")), "of", "a Deal");
  });
  afterEach(() => {
    rmSync(join(directory, "..", ".."), { recursive: true, force: true });
  });

  const open = (): StateFiles => new StateFiles({ directory, initial, report: (line) => told.push(line) });
  const newest = (most: number): number | undefined => open().newest(most)?.index;

  it("gives the newest state that is not beyond a position, and keeps two", () => {
    const files = open();
    expect(files.newest(9)).equal(undefined);
    after.forEach((state, i) => expect(files.keep(i + 1, state)).equal(true));
    expect(readdirSync(directory)).length(2);
    const found = open().newest(9);
    expect(found?.index).equal(3);
    expect(found && stateRoot(found.state)).deep.equal(stateRoot(after[2]!));
    expect(newest(2)).equal(2);
    expect(newest(1)).equal(undefined);
    expect(told).deep.equal([]);
  });

  it("goes back to the older state if the newest is damaged anywhere", () => {
    const files = open();
    after.slice(0, 2).forEach((state, i) => files.keep(i + 1, state));
    const [older, newer] = readdirSync(directory)
      .sort()
      .map((name) => join(directory, name));
    const sound = readFileSync(newer!);
    for (const at of [0, 20, 100, 200, sound.length - 1]) {
      const damaged = Buffer.from(sound);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
      writeFileSync(newer!, damaged);
      expect(newest(9), `byte ${at}`).equal(1);
    }
    expect(told).length(5);
    expect(told[0]).match(/^the state in .*before-2-0x\w{64}\.state can't be used, and is removed: /);
    writeFileSync(newer!, sound.subarray(0, sound.length / 2));
    expect(newest(9)).equal(1);
    writeFileSync(newer!, readFileSync(older!));
    expect(newest(9)).equal(1);
    expect(told.at(-1)).contain("it is another state than its name says");
  });

  it("leaves what is not its own alone, and removes what a writer left that was killed", () => {
    mkdirSync(directory, { recursive: true });
    const partial = `999999999-${"0".repeat(16)}.partial`;
    for (const name of ["notes.txt", partial]) writeFileSync(join(directory, name), "half");
    const files = open();
    expect(readdirSync(directory)).deep.equal(["notes.txt"]);
    files.keep(1, after[0]!);
    files.clear();
    expect(readdirSync(directory)).deep.equal(["notes.txt"]);
  });

  it("tells once that nothing can be written, and again after it could", () => {
    const blocked = join(directory, "..");
    writeFileSync(blocked, "a file where a directory should be");
    const files = open();
    told = [];
    for (let time = 0; time < 2; time++) expect(files.keep(1, after[0]!)).equal(false);
    expect(told).length(1);
    expect(told[0]).match(/^no state is kept in .*: /);
    rmSync(blocked);
    expect(files.keep(1, after[0]!)).equal(true);
    rmSync(blocked, { recursive: true });
    writeFileSync(blocked, "");
    expect(files.keep(1, after[0]!)).equal(false);
    expect(told).length(2);
  });

  it("leaves nothing half-written where there is no room, and tells it once", () => {
    mkdirSync(directory, { recursive: true });
    // The system's limit of a file's size, in blocks of 512 or 1024 bytes, stands for a full disk.
    const script = `ulimit -f 1 && exec "${process.execPath}" "$0" "$1"`;
    const child = join(import.meta.dirname, "states-process.ts");
    const printed = execFileSync("sh", ["-c", script, child, directory], { encoding: "utf8" });
    const { kept, told: lines, found } = JSON.parse(printed) as { kept: boolean[]; told: string[]; found: string[] };
    expect(kept).deep.equal([false, false]);
    expect(lines).length(1);
    expect(lines[0]).match(/^no state is kept in .*: EFBIG: file too large/);
    expect(found).deep.equal([]);
  });
});
