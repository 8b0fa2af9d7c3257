/**
 * CometBFT's binary: one that the user names in ARBITER_COMETBFT, or one that is built here, once,
 * and kept in the cache. What is in the cache is whole: it is compared with the SHA-256 that was
 * written beside it, and that one with the one in `pins.ts`.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, constants, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { alone } from "./alone.ts";
import { EngineError } from "./errors.ts";
import { findGo, type Go } from "./go.ts";
import { MACHINE, PINS, type Pins, SOURCE, VERSION } from "./pins.ts";
import { lastLine, runProgram } from "./program.ts";

/** Where this project keeps what can be made again. */
const CACHE = join(import.meta.dirname, "..", "..", ".cache", "engine");

/** What others may decide. */
export interface EngineOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** The folder for what is built. */
  readonly cache?: string;
  /** What should be fetched and built. */
  readonly pins?: Pins;
}

/** What is told of a build: lines without their end. */
export type Tell = (line: string) => void;

/** A line of progress so often. */
const PROGRESS_MILLISECONDS = 5_000;

const BINARY = process.platform === "win32" ? "cometbft.exe" : "cometbft";

/** What is written beside an engine: what it was built with, and what came out. */
interface Built {
  readonly go: string;
  readonly sha256: string;
}

/**
 * The engine, if it is there; nothing is built.
 * @throws EngineError if ARBITER_COMETBFT names no program
 */
export async function findEngine({ env = process.env, cache = CACHE, pins = PINS }: EngineOptions = {}): Promise<
  string | undefined
> {
  const named = env["ARBITER_COMETBFT"];
  if (named !== undefined && named !== "") {
    const path = resolve(named);
    await access(path, constants.X_OK).catch((cause: unknown) => {
      throw new EngineError(`ARBITER_COMETBFT names no program: ${path}`, { cause });
    });
    return path;
  }
  const home = homeIn(cache);
  const built = await readBuilt(home);
  const path = join(home, BINARY);
  if (built === undefined || !isExpected(built, pins)) return undefined;
  return (await sha256Of(path)) === built.sha256 ? path : undefined;
}

/**
 * The engine. It is built if it is not there: 100 to 200 s of processor time. A build that was
 * interrupted goes on where it stopped; of several that are asked for at once one is done.
 * @throws EngineError if it can't be had
 */
export async function haveEngine(tell: Tell, options: EngineOptions = {}): Promise<string> {
  const found = await findEngine(options);
  if (found !== undefined) return found;
  const { cache = CACHE } = options;
  const wait = (): void => {
    tell("Waiting for another process, which builds the engine.");
  };
  return alone(cache, async () => (await findEngine(options)) ?? (await build(tell, cache, options)), wait);
}

async function build(tell: Tell, cache: string, { env = process.env, pins = PINS }: EngineOptions): Promise<string> {
  const machine = { env, platform: process.platform, arch: process.arch };
  const go = await findGo(machine, cache, pins.wheels, tell);
  tell(`Building CometBFT ${VERSION} with ${go.version}: once, 100 to 200 s of processor time.`);
  const work = join(cache, "build");
  await compile(go, work, env, tell);
  const binary = join(work, "bin", BINARY);
  const built: Built = { go: go.version, sha256: (await sha256Of(binary)) ?? "" };
  if (!isExpected(built, pins)) {
    await remove(work);
    throw new EngineError(`the engine that was built has the SHA-256 ${built.sha256}, which is not the one expected`);
  }
  const home = homeIn(cache);
  const fresh = `${home}.fresh`;
  await remove(fresh);
  await mkdir(fresh, { recursive: true });
  await rename(binary, join(fresh, BINARY));
  await writeFile(join(fresh, "built.json"), JSON.stringify(built));
  await remove(home);
  await rename(fresh, home);
  await remove(work);
  tell("The engine is built.");
  return join(home, BINARY);
}

/** Builds with Go's own means of fetching; its caches stay until the build is done. */
async function compile(go: Go, work: string, env: NodeJS.ProcessEnv, tell: Tell): Promise<void> {
  const goEnv: NodeJS.ProcessEnv = {
    ...env,
    CGO_ENABLED: "0",
    GOBIN: join(work, "bin"),
    GOCACHE: join(work, "compiled"),
    // So that the folder can be deleted.
    GOFLAGS: "-modcacherw",
    GOPATH: join(work, "go"),
    GOMODCACHE: join(work, "go", "pkg", "mod"),
    GOTOOLCHAIN: "local",
    GOWORK: "off",
    GOAMD64: "v1",
    GOARM64: "v8.0",
    // Whatever would give another program, or another Go's files.
    GOOS: undefined,
    GOARCH: undefined,
    GOEXPERIMENT: undefined,
    GOFIPS140: undefined,
    GOROOT: undefined,
  };
  const args = ["install", "-v", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", `${SOURCE}@${VERSION}`];
  const counter = progress(tell);
  const { code, stderr } = await runProgram(go.path, args, goEnv, counter);
  if (code !== 0)
    throw new EngineError(`CometBFT ${VERSION} can't be built: ${lastLine(stderr)}`, {
      hint: "Call again to go on where it stopped, or set ARBITER_COMETBFT to a binary of that version",
    });
}

/** Counts what Go tells: modules that it fetches, and packages that it compiles. */
function progress(tell: Tell): (line: string) => void {
  let [fetched, compiled, last] = [0, 0, Date.now()];
  return (line) => {
    if (line.startsWith("go: downloading ")) fetched += 1;
    else compiled += 1;
    if (Date.now() - last < PROGRESS_MILLISECONDS) return;
    last = Date.now();
    tell(`  ${fetched} modules fetched, ${compiled} packages compiled`);
  };
}

function homeIn(cache: string): string {
  return join(cache, `cometbft-${VERSION}-${MACHINE}`);
}

function isExpected({ go, sha256 }: Built, pins: Pins): boolean {
  const pinned = pins.engines[`${MACHINE} ${go}`];
  return pinned === undefined || pinned === sha256;
}

async function readBuilt(home: string): Promise<Built | undefined> {
  try {
    const built: unknown = JSON.parse(await readFile(join(home, "built.json"), "utf8"));
    const { go, sha256 } = built as Partial<Record<keyof Built, unknown>>;
    return typeof go === "string" && typeof sha256 === "string" ? { go, sha256 } : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined if the file can't be read. */
async function sha256Of(file: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(file), hash);
  } catch {
    return undefined;
  }
  return hash.digest("hex");
}

function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}
