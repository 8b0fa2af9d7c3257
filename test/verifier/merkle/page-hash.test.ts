import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import fc from "fast-check";
import { Crash } from "../../../verifier/errors.ts";
import { HashThread, processThread, setHashThreads } from "../../../verifier/merkle/hash-thread.ts";
import { startHashThread } from "../../../verifier/node/start-hash-thread.ts";
import { type HashedPage, hashPages } from "../../../verifier/merkle/page-hash.ts";
import { SEED } from "../seed.ts";
import { naiveLevels } from "./naive-tree.ts";

const LEAF = 32;

/** What leaves hold: bytes that follow from a number. */
const content = fc.record({ first: fc.nat(127), count: fc.nat(128), salt: fc.nat(0xffff) });

/** Some writes to a page, which may reach beyond its end. */
const writes = fc.array(content, { maxLength: 3 });
type Writes = readonly { readonly first: number; readonly count: number; readonly salt: number }[];

/** Of pages: most are large. */
const levels = fc.oneof(fc.constant(7), fc.integer({ min: 1, max: 7 }));

/** Some pages, and how each of them changes, twice. */
function batches(length: { minLength: number; maxLength: number }): fc.Arbitrary<History[]> {
  return fc.array(fc.record({ levels, states: fc.tuple(writes, writes, writes) }), length);
}

interface History {
  readonly levels: number;
  readonly states: readonly Writes[];
}

function written(before: Uint8Array, changes: Writes): Uint8Array {
  const bytes = before.slice();
  for (const { first, count, salt } of changes) {
    for (let i = first * LEAF; i < Math.min((first + count) * LEAF, bytes.length); i++) {
      // Every fourth number clears what it covers.
      bytes[i] = salt % 4 === 0 ? 0 : Math.imul(i + salt, 0x9e3779b1) >>> 24;
    }
  }
  return bytes;
}

const pageOf = (bytes: Uint8Array, previous?: HashedPage): HashedPage => ({
  bytes,
  previous,
  hash: undefined,
  inner: undefined,
});

/** The pages' states one after the other, each state of all of them hashed together. */
function play(histories: readonly History[], hash: (pages: readonly HashedPage[]) => void): HashedPage[][] {
  let pages: HashedPage[] | undefined;
  return [0, 1, 2].map((time) => {
    pages = histories.map(({ levels, states }, i) => {
      const previous = pages?.[i];
      return pageOf(written(previous?.bytes ?? new Uint8Array(2 ** levels * LEAF), states[time]!), previous);
    });
    hash(pages);
    return pages;
  });
}

function naive(bytes: Uint8Array): Uint8Array {
  const leaves = Array.from({ length: bytes.length / LEAF }, (_, i) => bytes.subarray(i * LEAF, (i + 1) * LEAF));
  return naiveLevels(leaves).at(-1)![0]!;
}

/** Pages of which no two are alike. */
function fullPages(count: number): HashedPage[] {
  return Array.from({ length: count }, (_, i) =>
    pageOf(written(new Uint8Array(128 * LEAF), [{ first: 0, count: 128, salt: 4 * i + 1 }])),
  );
}

/** All hashes in one: comparing each takes chai longer than hashing. */
const hashesOf = (pages: readonly HashedPage[]): string =>
  Buffer.concat(pages.map(({ hash }) => hash!)).toString("hex");

function hashedAlone(count: number): string {
  const pages = fullPages(count);
  for (const page of pages) hashPages([page]);
  return hashesOf(pages);
}

/** @throws Error if that does not come true */
async function eventually(condition: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error("it never came true");
    await setTimeout(2);
  }
}

async function started(program?: URL): Promise<HashThread> {
  const thread = HashThread.start((buffer) => startHashThread(buffer, program))!;
  await eventually(() => thread.isIdle());
  return thread;
}

/** Counts the pieces that the thread hashes. */
function partsOf(thread: HashThread): () => number {
  let parts = 0;
  const collect = thread.collect.bind(thread);
  thread.collect = (i) => {
    const isDone = collect(i);
    if (isDone) parts++;
    return isDone;
  };
  return () => parts;
}

function unreliable(way: string): URL {
  const url = new URL("../node/unreliable-worker.ts", import.meta.url);
  url.search = way;
  return url;
}

describe("hashPages", () => {
  it("gives the roots of pages of every size, of new ones and of those that come from others", () => {
    fc.assert(
      fc.property(batches({ minLength: 1, maxLength: 20 }), (histories) => {
        for (const pages of play(histories, (some) => hashPages(some))) {
          for (const { bytes, hash } of pages) expect(hash).to.deep.equal(naive(bytes));
        }
      }),
      { seed: SEED, numRuns: 30 },
    );
  });

  it("hashes two pages that come from the same one", () => {
    const [first] = fullPages(1);
    hashPages([first!]);
    const [second] = [pageOf(written(first!.bytes, [{ first: 3, count: 2, salt: 9 }]), first)];
    hashPages([second]);
    const third = [11, 13].map((salt) => pageOf(written(second.bytes, [{ first: 60, count: 9, salt }]), second));
    hashPages(third);
    for (const { bytes, hash } of third) expect(hash).to.deep.equal(naive(bytes));
  });

  it("takes bytes at any offset", () => {
    const bytes = new Uint8Array(4097).map((_, i) => i % 251).subarray(1);
    const page = pageOf(bytes);
    hashPages([page]);
    expect(page.hash).to.deep.equal(naive(bytes));
  });

  it("refuses pages that are too large", () => {
    expect(() => hashPages([pageOf(new Uint8Array(8192))])).to.throw(Crash, "256 leaves");
  });
});

describe("hashPages on two threads", () => {
  // Whatever ran before may have started one.
  before(() => setHashThreads(1));
  after(() => setHashThreads(2));

  it("gives what one thread gives", async () => {
    const thread = await started();
    const parts = partsOf(thread);
    const property = fc.property(batches({ minLength: 400, maxLength: 600 }), (histories) => {
      const alone = play(histories, (pages) => hashPages(pages));
      expect(play(histories, (pages) => hashPages(pages, thread))).to.deep.equal(alone);
    });
    await eventually(() => {
      fc.assert(property, { seed: SEED, numRuns: 12 });
      return parts() > 3;
    });
    await thread.stop();
  });

  it("leaves a part to the thread", async () => {
    const thread = await started();
    const parts = partsOf(thread);
    const expected = hashedAlone(1000);
    // Others may have the processor.
    await eventually(() => {
      const pages = fullPages(1000);
      hashPages(pages, thread);
      expect(hashesOf(pages)).to.equal(expected);
      return parts() > 3;
    });
    await thread.stop();
  });

  for (const way of ["silent", "dying", "late"]) {
    it(`goes on without a thread that is ${way}`, async () => {
      const thread = await started(unreliable(way));
      const expected = hashedAlone(1000);
      const hash = (): void => {
        const pages = fullPages(1000);
        hashPages(pages, thread);
        expect(hashesOf(pages)).to.equal(expected);
      };
      await eventually(() => {
        hash();
        return !thread.isIdle();
      });
      hash();
      if (way === "late") await eventually(() => thread.isIdle());
      hash();
      await thread.stop();
      expect(thread.isIdle()).to.be.false;
      hash();
    });
  }

  it("goes on without a thread that ends, or cannot run at all", async () => {
    const thread = await started();
    await thread.stop();
    const broken = HashThread.start((buffer) =>
      startHashThread(buffer, new URL("./no-such-worker.ts", import.meta.url)),
    )!;
    await setTimeout(200);
    for (const other of [thread, broken]) {
      expect(other.isIdle()).to.be.false;
      const pages = fullPages(100);
      hashPages(pages, other);
      expect(hashesOf(pages)).to.equal(hashedAlone(100));
    }
  });

  it("starts a thread when there was much to do, unless told not to", async () => {
    setHashThreads(1);
    hashPages(fullPages(1000));
    expect(processThread()).to.be.undefined;
    setHashThreads(2);
    for (let i = 0; i < 30; i++) hashPages(fullPages(20));
    expect(processThread()).to.be.undefined;
    hashPages(fullPages(1000));
    expect(processThread() !== undefined).to.equal(availableParallelism() > 1);
    if (availableParallelism() > 1) await eventually(() => processThread()!.isIdle());
    setHashThreads(1);
    expect(processThread()).to.be.undefined;
  });

  it("keeps no process", () => {
    const program = fileURLToPath(new URL("../node/threaded-process.ts", import.meta.url));
    const { status, stdout } = spawnSync(process.execPath, [...process.execArgv, program], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect({ status, stdout }).to.deep.equal({ status: 0, stdout: "up\n" });
  });
});
