import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openStore, type Store, type Subject } from "../../../agents/store/store.ts";
import { Problem } from "../../../verifier/errors.ts";

const SUBJECT: Subject = {
  chainId: 1,
  genesis: "0x01",
  deal: "0x00000000000000000000000000000000000000De",
  account: "0x0000000000000000000000000000000000000aCc",
};
const STORE = join(import.meta.dirname, "..", "..", "..", "agents", "store", "store.ts");

describe("store", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "arbiter-store-"));
    path = join(folder, "inner", "store.sqlite");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function refused(open: () => unknown): Problem {
    try {
      open();
    } catch (error) {
      expect(error).to.be.instanceOf(Problem);
      expect((error as Problem).message).to.not.include("\n");
      return error as Problem;
    }
    throw new Error("it was opened");
  }

  function lines(store: Store): unknown[] {
    return store.read((database) =>
      database
        .prepare("SELECT line FROM note")
        .all()
        .map((row) => row["line"]),
    );
  }

  function note(store: Store, ...texts: string[]): void {
    store.write((database) => {
      database.exec("CREATE TABLE IF NOT EXISTS note (line TEXT) STRICT");
      for (const text of texts) database.prepare("INSERT INTO note VALUES (?)").run(text);
    });
  }

  it("keeps what was written, for its owner's eyes alone", () => {
    using first = openStore(path, SUBJECT);
    note(first, "one");
    first.close();
    using second = openStore(path, { ...SUBJECT, deal: SUBJECT.deal.toLowerCase() as `0x${string}` });
    expect(lines(second)).to.deep.equal(["one"]);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(statSync(`${path}-wal`).mode & 0o777).to.equal(0o600);
  });

  it("writes all or nothing", () => {
    using store = openStore(path, SUBJECT);
    note(store, "one");
    const failing = (): void => {
      store.write((database) => {
        database.prepare("INSERT INTO note VALUES ('two')").run();
        throw new Error("on the way");
      });
    };
    expect(failing).to.throw("on the way");
    expect(lines(store)).to.deep.equal(["one"]);
  });

  it("has what was committed after a kill, and nothing else", () => {
    const script = `
      const { openStore } = await import(${JSON.stringify(STORE)});
      const store = openStore(${JSON.stringify(path)}, ${JSON.stringify(SUBJECT)});
      store.write((d) => d.exec("CREATE TABLE note (line TEXT) STRICT; INSERT INTO note VALUES ('one')"));
      store.write((d) => { d.exec("INSERT INTO note VALUES ('two')"); process.kill(process.pid, "SIGKILL"); });`;
    expect(spawnSync(process.execPath, ["--input-type=module", "-e", script]).signal).to.equal("SIGKILL");
    using store = openStore(path, SUBJECT);
    expect(lines(store)).to.deep.equal(["one"]);
  });

  it("is open in one process at a time", () => {
    const script = `
      const { openStore } = await import(${JSON.stringify(STORE)});
      try { openStore(${JSON.stringify(path)}, ${JSON.stringify(SUBJECT)}); console.log("opened"); }
      catch (error) { console.log(error.message); }`;
    const other = (): string =>
      spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).stdout.trim();
    using store = openStore(path, SUBJECT);
    expect(other()).to.equal(`store ${path}: another process has it open`);
    store.close();
    expect(other()).to.equal("opened");
  });

  it("is about one account and one Deal of one chain", () => {
    openStore(path, SUBJECT).close();
    for (const other of [{ chainId: 2 }, { deal: SUBJECT.account }, { account: SUBJECT.deal }]) {
      expect(refused(() => openStore(path, { ...SUBJECT, ...other })).message).to.include(
        "it is about chain 1, Deal 0x",
      );
    }
  });

  it("is about one chain among those of the same id", () => {
    openStore(path, SUBJECT).close();
    const { message, hint } = refused(() => openStore(path, { ...SUBJECT, genesis: "0x02" }));
    expect(message).to.include("it is about another chain of the same id");
    expect(hint).to.include("move it away");
  });

  it("refuses what is broken, another program's, or newer", () => {
    openStore(path, SUBJECT).close();
    const alone = new DatabaseSync(path);
    alone.exec("PRAGMA user_version = 99");
    alone.close();
    expect(refused(() => openStore(path, SUBJECT)).message).to.include("written by a newer version: its schema is 99");

    const foreign = join(folder, "foreign.sqlite");
    const other = new DatabaseSync(foreign);
    other.exec("PRAGMA application_id = 7");
    other.close();
    expect(refused(() => openStore(foreign, SUBJECT)).message).to.include("belongs to another program");

    const text = join(folder, "text.sqlite");
    writeFileSync(text, "no database ".repeat(1000));
    const problem = refused(() => openStore(text, SUBJECT));
    expect(problem.message).to.equal(`store ${text}: it is no database, or broken`);
    expect(problem.hint).to.include("move it away");

    expect(refused(() => openStore(join(text, "store.sqlite"), SUBJECT)).message).to.include("it can't be opened");
  });

  it("refuses a file with a damaged page", () => {
    using store = openStore(path, SUBJECT);
    note(store, ...Array.from({ length: 2000 }, (_, i) => `line ${i} of a table with many pages`));
    store.close();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xa5, bytes.length >> 1));
    expect(refused(() => openStore(path, SUBJECT)).message).to.match(/^store .*: it is broken/);
  });

  it("tells that the disk is full, and goes on when there is room", () => {
    using store = openStore(path, SUBJECT);
    note(store, "one");
    const pages = (count: number): void => {
      store.read((database) => database.exec(`PRAGMA max_page_count = ${count}`));
    };
    pages(1);
    const problem = refused(() => note(store, "x".repeat(100_000)));
    expect(problem.message).to.equal(`store ${path}: the disk is full`);
    expect(problem.hint).to.include("nothing is sent");
    pages(1_000);
    note(store, "two");
    expect(lines(store)).to.deep.equal(["one", "two"]);
  });
});
