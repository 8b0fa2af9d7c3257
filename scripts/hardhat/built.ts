/**
 * Whether the artifacts are those of the sources as they are now: told by content, so that a copied
 * folder need not build.
 */
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

const stampSchema = z.object({ sources: z.string(), folder: z.string() });
type Stamp = z.infer<typeof stampSchema>;

/** The project's folder as its build left it. */
export class Build {
  readonly #root: string;

  /** @param root the project's folder */
  constructor(root: string) {
    this.#root = root;
  }

  /** Whether nothing that the artifacts depend on has changed since they were built. */
  get isCurrent(): boolean {
    return this.#stamp()?.sources === this.sources();
  }

  /** What the artifacts depend on, as it is now: a hash of its content. */
  sources(): string {
    const hash = createHash("sha256");
    const files = globSync(["contracts/**/*.sol", "test/harness/**/*.sol"], { cwd: this.#root }).sort();
    for (const file of ["package-lock.json", "hardhat.config.ts", ...files]) {
      const path = join(this.#root, file);
      if (existsSync(path)) hash.update(`${file}\0`).update(createHash("sha256").update(readFileSync(path)).digest());
    }
    return hash.digest("hex");
  }

  /** Records of which {@link sources} the artifacts are: those when the build began. */
  record(sources: string): void {
    this.#write(sources);
  }

  /**
   * Records that the artifacts are those of no state of the sources. So they are from when a build
   * begins until one of everything has succeeded, whatever interrupts it, and whatever the sources
   * become then.
   */
  forget(): void {
    this.#write("");
  }

  /**
   * Hardhat's record of what it compiled names files by absolute paths. In a copy of a built folder
   * this turns them into the copy's own, so that Hardhat compiles only what has changed.
   */
  adopt(): void {
    const stamp = this.#stamp();
    const file = join(this.#root, "cache", "compile-cache.json");
    if (stamp === undefined || stamp.folder === this.#root || !existsSync(file)) return;
    const quoted = (folder: string): string => JSON.stringify(join(folder, "/")).slice(0, -1);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(quoted(stamp.folder), quoted(this.#root)));
    this.#write(stamp.sources);
  }

  #write(sources: string): void {
    const stamp: Stamp = { sources, folder: this.#root };
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify(stamp));
  }

  get #file(): string {
    return join(this.#root, "artifacts", ".built.json");
  }

  #stamp(): Stamp | undefined {
    if (!existsSync(this.#file)) return undefined;
    return stampSchema.safeParse(JSON.parse(readFileSync(this.#file, "utf8"))).data;
  }
}
