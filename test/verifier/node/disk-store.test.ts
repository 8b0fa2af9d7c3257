/**
 * The store of states: what is kept comes back, and whatever happens to the directory is no more
 * than a loss.
 */
import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DiskStore, type StoreOptions } from "../../../verifier/node/disk-store.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { equalHashes } from "../../../verifier/merkle/keccak.ts";
import { buildProgram } from "../../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import { type State, StateError, stateRoot } from "../../../verifier/state/state.ts";
import { cGuest } from "../../../examples/c/guests.ts";
import { Numbers } from "../../../examples/numbers.ts";
import { loadedState } from "../machine/assemble.ts";
import { SEED } from "../seed.ts";
import { beginning, stateAt } from "./stored-history.ts";

const KEEPER = fileURLToPath(new URL("./keeper.ts", import.meta.url));
const initial = beginning();
const at = (step: bigint, pages = 3): State => stateAt(initial, step, pages);
const same = (one: State, other: State): boolean => equalHashes(stateRoot(one), stateRoot(other));
const place = (start: bigint) => ({ start, stride: 1n << 15n, height: 33 });
const sizeOf = (directory: string): number =>
  readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);

describe("DiskStore", function () {
  let root: string;
  let lines: string[];

  const open = (options: Partial<StoreOptions> = {}): DiskStore =>
    new DiskStore({ root, initial, report: (line) => lines.push(line), ...options });

  const expectAll = (store: DiskStore, pages: number): number => {
    const steps = store.steps();
    for (const step of steps) {
      const found = store.nearest(step);
      expect(found?.step, `step ${step}`).to.equal(step);
      expect(same(found!.state, at(step, pages)), `step ${step}`).to.be.true;
    }
    return steps.length;
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "disk-store-"));
    lines = [];
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  describe("keeping", () => {
    it("gives what was kept, in this process and in later ones", () => {
      const store = open();
      expect(store.steps()).to.deep.equal([]);
      expect(store.nearest(5n)).to.equal(undefined);
      for (const step of [1n << 47n, 40n, 7n, 300n]) expect(store.keep(step, at(step))).to.be.true;
      for (const again of [store, open()]) {
        expect(again.steps()).to.deep.equal([7n, 40n, 300n, 1n << 47n]);
        expect(again.nearest(6n)).to.equal(undefined);
        for (const [wanted, step] of [
          [7n, 7n],
          [39n, 7n],
          [41n, 40n],
          [1n << 46n, 300n],
          [1n << 60n, 1n << 47n],
        ] as const) {
          const found = again.nearest(wanted);
          expect(found?.step).to.equal(step);
          expect(same(found!.state, at(step))).to.be.true;
        }
      }
      expect(lines).to.deep.equal([]);
    });

    it("writes a step once", () => {
      const store = open();
      store.keep(5n, at(5n));
      const file = join(store.directory, "step-5.state");
      const { ino } = statSync(file);
      expect(store.keep(5n, at(5n))).to.be.true;
      expect(statSync(file).ino).to.equal(ino);
    });

    it("gives commitments back by their place", () => {
      const store = open();
      const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
      expect(store.commitment(place(0n))).to.equal(undefined);
      expect(store.keepCommitment(place(0n), bytes)).to.be.true;
      expect(store.keepCommitment(place(1n), new Uint8Array())).to.be.true;
      for (const again of [store, open()]) {
        expect(again.commitment(place(0n))).to.deep.equal(bytes);
        expect(again.commitment(place(1n))).to.deep.equal(new Uint8Array());
        expect(again.commitment({ ...place(0n), height: 32 })).to.equal(undefined);
        expect(again.commitment({ ...place(0n), stride: 1n })).to.equal(undefined);
        expect(again.steps()).to.deep.equal([]);
      }
      expect(lines).to.deep.equal([]);
    });

    it("keeps histories apart by the state that they begin with", () => {
      const other = beginning(1);
      open().keep(5n, at(5n));
      expect(open({ initial: other }).nearest(9n)).to.equal(undefined);
      expect(open({ initial: { ...initial, registers: { ...initial.registers, fuel: 7n } } }).steps()).to.deep.equal(
        [],
      );
      expect(open().steps()).to.deep.equal([5n]);
    });

    it("refuses a state of another program", () => {
      expect(() => open().keep(1n, loadedState([1n]))).to.throw(StateError);
      expect(readdirSync(join(root, readdirSync(root)[0]!))).to.deep.equal([]);
    });

    it("lets a run go on after a restart, to the same end", async () => {
      const program = buildProgram([{ name: "sort", bytes: await cGuest("sort") }], { convention: "typed" });
      const call = program.exports.findIndex((e) => e.name === "run");
      const payload = encodeTypedPayload(call, [1n]);
      const input = encodeTransactions([{ fuel: 3_000_000n, keep: false, payload }]);
      const start = load(initialState(program.image), input, 1n << 40n);
      const first = interpreterExecutor.load(start);
      const store = open({ initial: start });
      for (let step = first.run(100_000n); step < 1_000_000n; step += first.run(100_000n))
        store.keep(step, first.save());
      const end = first.run(1n << 40n);
      const found = open({ initial: load(initialState(program.image), input, 1n << 40n) }).nearest(950_000n);
      expect(found?.step).to.equal(900_000n);
      const second = interpreterExecutor.load(found!.state);
      expect(second.run(1n << 40n)).to.equal(end + 100_000n);
      expect(same(second.save(), first.save())).to.be.true;
      expect(lines).to.deep.equal([]);
    });
  });

  describe("bounds", () => {
    it("keep a history below its limit, with even gaps and the last state", () => {
      const store = open({ bytes: 600_000 });
      for (let step = 1n; step <= 150n; step++) {
        expect(store.keep(step, at(step, 5))).to.be.true;
        expect(sizeOf(store.directory)).to.be.at.most(600_000);
        expect(store.steps().at(-1)).to.equal(step);
      }
      const steps = store.steps().map(Number);
      expect(steps.length).to.be.greaterThan(20);
      expect(Math.max(...steps.map((step, i) => step - (steps[i - 1] ?? 0)))).to.be.at.most(14);
      expect(expectAll(open(), 5)).to.equal(steps.length);
    });

    it("keep the number of states below theirs", () => {
      const store = open({ states: 10 });
      for (let step = 1n; step <= 40n; step++) store.keep(step, at(step, 0));
      expect(store.steps()).to.have.length(10);
      expect(open({ states: 4 }).steps()).to.have.length(4);
    });

    it("let commitments go last", () => {
      const store = open({ bytes: 200_000 });
      for (const start of [0n, 1n, 2n]) {
        store.keepCommitment(place(start), new Uint8Array(50_000));
        // The times of files need not be finer than this.
        utimesSync(join(store.directory, readdirSync(store.directory)[Number(start)]!), 1_000 + Number(start), 1_000);
      }
      for (let step = 1n; step <= 10n; step++) store.keep(step, at(step, 2));
      expect(store.commitment(place(0n))).to.have.length(50_000);
      expect(store.steps().length).to.be.lessThan(10);
      store.keep(11n, at(11n, 16));
      expect(store.steps()).to.deep.equal([11n]);
      expect([0n, 1n, 2n].filter((start) => store.commitment(place(start)) !== undefined)).to.have.length(2);
      expect(sizeOf(store.directory)).to.be.at.most(200_000);
    });

    it("do not let in what is larger than all that may be kept, and say so once", () => {
      const store = open({ bytes: 50_000 });
      store.keep(1n, at(1n, 2));
      for (const step of [2n, 3n]) expect(store.keep(step, at(step, 100))).to.be.false;
      expect(store.keepCommitment(place(0n), new Uint8Array(60_000))).to.be.false;
      expect(store.keep(4n, at(4n, 2))).to.be.true;
      expect(store.steps()).to.deep.equal([1n, 4n]);
      expect(readdirSync(store.directory)).to.have.length(2);
      expect(lines).to.have.length(1);
      expect(lines[0]).to.include("larger than the 50000 bytes");
    });

    it("hold for all histories together: those that were used least recently go", () => {
      const histories = [0, 1, 2, 3].map((number) => beginning(number));
      const directories = histories.map((history, i) => {
        const store = open({ initial: history });
        for (const step of [1n, 2n]) store.keep(step, stateAt(history, step, 20));
        utimesSync(store.directory, 1_000 + i, 1_000 + i);
        return store.directory;
      });
      const one = sizeOf(directories[0]!);
      mkdirSync(join(root, "not a history"));
      // Whoever opens the oldest one uses it.
      open({ initial: histories[0]!, totalBytes: 3 * one + 1000 });
      expect(directories.map((directory) => existsSync(directory))).to.deep.equal([true, false, true, true]);
      const store = open({ initial: beginning(9), bytes: one, totalBytes: 2 * one + 1000 });
      expect(directories.map((directory) => existsSync(directory))).to.deep.equal([true, false, false, true]);
      for (let step = 1n; step < 9n; step++) store.keep(step, stateAt(beginning(9), step, 20));
      expect(directories.map((directory) => existsSync(directory))).to.deep.equal([true, false, false, false]);
      expect(readdirSync(root)).to.include("not a history");
      expect(lines).to.deep.equal([]);
    });
  });

  describe("damage", () => {
    it("to a file costs that file: an earlier state is found, and one line tells it", () => {
      const numbers = new Numbers(SEED);
      const pristine = open();
      pristine.keep(10n, at(10n));
      const file = join(pristine.directory, "step-20.state");
      pristine.keep(20n, at(20n));
      const bytes = readFileSync(file);
      for (let i = 0; i < 150; i++) {
        writeFileSync(file, bytes);
        lines = [];
        const place = i < 60 ? i * 6 : numbers.below(bytes.length);
        if (i % 3 === 0) truncateSync(file, place);
        else if (i % 3 === 1)
          writeFileSync(
            file,
            bytes.map((byte, j) => (j === place ? byte ^ 16 : byte)),
          );
        else appendFileSync(file, bytes.subarray(0, 1 + place));
        const store = open();
        expect(store.nearest(25n)?.step, `byte ${place}`).to.equal(10n);
        expect(store.nearest(25n)?.step).to.equal(10n);
        expect(lines, `byte ${place}`).to.have.length(1);
        expect(lines[0]).to.include("step-20.state is removed");
        expect(store.steps()).to.deep.equal([10n]);
      }
      expect(pristine.keep(20n, at(20n))).to.be.true;
      expect(expectAll(open(), 3)).to.equal(2);
    });

    it("a state under the name of another step is none", () => {
      const store = open();
      store.keep(10n, at(10n));
      renameSync(join(store.directory, "step-10.state"), join(store.directory, "step-12.state"));
      expect(store.nearest(20n)).to.equal(undefined);
      expect(lines.join()).to.include("another step");
    });

    it("a commitment with a changed byte, or in another's place, is none", () => {
      const store = open();
      const file = (start: bigint): string => join(store.directory, `start-${start}-stride-32768-height-33.commitment`);
      for (const change of [0, 31, 32, 90]) {
        store.keepCommitment(place(0n), new Uint8Array(64).fill(3));
        const bytes = readFileSync(file(0n));
        if (change < 90) bytes[change]! ^= 1;
        writeFileSync(file(0n), bytes.subarray(0, change < 90 ? 96 : change));
        expect(store.commitment(place(0n))).to.equal(undefined);
        expect(existsSync(file(0n))).to.be.false;
      }
      store.keepCommitment(place(0n), new Uint8Array(64).fill(3));
      renameSync(file(0n), file(1n));
      expect(store.commitment(place(1n))).to.equal(undefined);
      writeFileSync(file(0n), "short");
      expect(store.commitment(place(0n))).to.equal(undefined);
      expect(lines).to.have.length(2);
    });

    it("files of others are left alone and named once", () => {
      const store = open();
      store.keep(3n, at(3n));
      writeFileSync(join(store.directory, "notes.txt"), "mine");
      mkdirSync(join(store.directory, "step-5.state"));
      symlinkSync(join(store.directory, "step-3.state"), join(store.directory, "step-4.state"));
      writeFileSync(join(store.directory, "step-007.state"), "not as we write it");
      for (let i = 0; i < 3; i++) expect(store.nearest(9n)?.step).to.equal(3n);
      expect(store.keep(6n, at(6n))).to.be.true;
      expect(lines.sort().map((line) => line.slice(store.directory.length + 1))).to.deep.equal(
        ["notes.txt", "step-007.state", "step-4.state", "step-5.state"].map(
          (name) => `${name} is not a stored state; it is left alone`,
        ),
      );
      expect(readFileSync(join(store.directory, "notes.txt"), "utf8")).to.equal("mine");
    });

    it("a directory that vanishes is made again", () => {
      const store = open();
      store.keep(3n, at(3n));
      rmSync(root, { recursive: true });
      expect(store.nearest(9n)).to.equal(undefined);
      expect(store.commitment(place(0n))).to.equal(undefined);
      expect(store.keep(4n, at(4n))).to.be.true;
      expect(store.steps()).to.deep.equal([4n]);
      expect(lines).to.deep.equal([]);
    });

    it("where there is a file in the way, nothing is kept, one line tells it, and the run goes on", () => {
      const occupied = join(root, "occupied");
      writeFileSync(occupied, "a file");
      const store = open({ root: occupied });
      for (let i = 0n; i < 3n; i++) expect(store.keep(i, at(i))).to.be.false;
      expect(store.keepCommitment(place(0n), new Uint8Array(3))).to.be.false;
      expect(store.nearest(9n)).to.equal(undefined);
      expect(store.commitment(place(0n))).to.equal(undefined);
      expect(store.steps()).to.deep.equal([]);
      expect(lines).to.have.length(1);
      expect(lines[0]).to.match(/no states are kept in .*occupied.* from here on: ENOTDIR/);
      expect(readFileSync(occupied, "utf8")).to.equal("a file");
    });

    it("that comes while a run is going on ends the keeping, not the run", () => {
      const store = open();
      store.keep(3n, at(3n));
      rmSync(store.directory, { recursive: true });
      writeFileSync(store.directory, "");
      for (let i = 4n; i < 8n; i++) expect(store.keep(i, at(i))).to.be.false;
      expect(lines).to.have.length(1);
    });
  });

  describe("processes", () => {
    it("that are killed while they write leave nothing that disturbs", async () => {
      let leftovers = 0;
      for (let kill = 0; kill < 4; kill++) {
        const child = spawn(process.execPath, [KEEPER, root, `${1 + 1000 * kill}`, "1", "1000", "2000", "30000000"]);
        await once(child.stdout, "data");
        const directory = open().directory;
        const partial = (): boolean =>
          existsSync(directory) && readdirSync(directory).some((n) => n.endsWith(".partial"));
        const begun = Date.now();
        const files = (): number => (existsSync(directory) ? readdirSync(directory).length : 0);
        while ((files() < 3 || !partial()) && Date.now() - begun < 20_000) await new Promise(setImmediate);
        child.kill("SIGKILL");
        await once(child, "exit");
        if (partial()) leftovers++;
        const store = open({ bytes: 30_000_000 });
        expect(partial()).to.be.false;
        expect(expectAll(store, 2000)).to.be.greaterThan(0);
        expect(sizeOf(directory)).to.be.at.most(30_000_000);
      }
      expect(leftovers).to.be.greaterThan(0);
      expect(lines).to.deep.equal([]);
    });

    it("that write at the same time do not disturb each other, nor does one that opens meanwhile", async () => {
      const keep = async (first: number, stride: number): Promise<{ code: unknown; said: string }> => {
        const child = spawn(process.execPath, [KEEPER, root, `${first}`, `${stride}`, "80", "20", "1500000"]);
        let said = "";
        child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
        const [code] = (await once(child, "exit")) as [unknown];
        return { code, said };
      };
      const running = Promise.all([keep(1, 1), keep(1, 1), keep(41, 2)]);
      let done = false;
      void running.then(() => (done = true));
      let opened = 0;
      while (!done) {
        const store = open({ bytes: 1_500_000 });
        const found = store.nearest(60n);
        if (found !== undefined) expect(same(found.state, at(found.step, 20))).to.be.true;
        opened++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(await running).to.deep.equal(Array.from({ length: 3 }, () => ({ code: 0, said: "" })));
      expect(opened).to.be.greaterThan(3);
      const store = open();
      expect(expectAll(store, 20)).to.be.greaterThan(5);
      expect(sizeOf(store.directory)).to.be.at.most(1_500_000);
      expect(store.steps().at(-1)).to.equal(199n);
      expect(lines).to.deep.equal([]);
    });

    it("that are dead, or gone with their number given to another, leave nothing behind", () => {
      const { directory } = open();
      mkdirSync(directory, { recursive: true });
      const partial = (writer: number, digit: string): string =>
        join(directory, `${writer}-${digit.repeat(16)}.partial`);
      const before = Date.now() / 1000 - process.uptime() - 5;
      const files = {
        dead: partial(2 ** 22 + 1, "0"),
        formerlyMine: partial(process.pid, "1"),
        mine: partial(process.pid, "2"),
        parents: partial(process.ppid, "3"),
        formerlyParents: partial(process.ppid, "4"),
      };
      for (const file of Object.values(files)) writeFileSync(file, "half of");
      utimesSync(files.formerlyMine, before, before);
      utimesSync(files.formerlyParents, before - 4000, before - 4000);
      // Whoever opens another history does the same.
      open({ initial: beginning(5) });
      const left = Object.entries(files).filter(([, file]) => existsSync(file));
      expect(left.map(([name]) => name)).to.deep.equal(["mine", "parents"]);
      expect(lines).to.deep.equal([]);
    });
  });
});
