/** Whether the artifacts are those of the sources as they are now: told by content, so that a copied folder need not build. */
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
    return this.#stamp()?.sources === this.#sources();
  }

  /** Records that the artifacts are those of the sources. */
  record(): void {
    const stamp: Stamp = { sources: this.#sources(), folder: this.#root };
    writeFileSync(this.#file, JSON.stringify(stamp));
  }

  /**
   * Hardhat's record of what it compiled names files by absolute paths. In a copy of a built folder this turns them into the copy's
   * own, so that Hardhat compiles only what has changed.
   */
  adopt(): void {
    const from = this.#stamp()?.folder;
    const file = join(this.#root, "cache", "compile-cache.json");
    if (from === undefined || from === this.#root || !existsSync(file)) return;
    const quoted = (folder: string): string => JSON.stringify(join(folder, "/")).slice(0, -1);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(quoted(from), quoted(this.#root)));
    writeFileSync(this.#file, JSON.stringify({ ...this.#stamp(), folder: this.#root }));
  }

  get #file(): string {
    return join(this.#root, "artifacts", ".built.json");
  }

  #stamp(): Stamp | undefined {
    if (!existsSync(this.#file)) return undefined;
    return stampSchema.safeParse(JSON.parse(readFileSync(this.#file, "utf8"))).data;
  }

  #sources(): string {
    const hash = createHash("sha256");
    const files = globSync(["contracts/**/*.sol", "test/harness/**/*.sol"], { cwd: this.#root }).sort();
    for (const file of ["package-lock.json", "hardhat.config.ts", ...files]) {
      const path = join(this.#root, file);
      if (existsSync(path)) hash.update(`${file}\0`).update(createHash("sha256").update(readFileSync(path)).digest());
    }
    return hash.digest("hex");
  }
}
