/** What the pages name is there. */
import { expect } from "chai";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const PAGES = [...globSync("*.md", { cwd: ROOT }), ...globSync("docs/**/*.md", { cwd: ROOT })].sort();

/** A path of the project between backticks; one with a placeholder or a star is none. */
const PATH = /`((?:agents|bench|contracts|deploy|docs|examples|scripts|snapshots|test|verifier)\/[\w./@-]+)`/g;

/** A link to a file beside a page. */
const LINK = /\]\((?![a-z]+:)([^)#]+)(?:#[^)]*)?\)/g;

/** Made by what a page tells the reader to run. */
const MADE: ReadonlySet<string> = new Set(["deploy/deployments/"]);

describe("the pages", () => {
  for (const page of PAGES) {
    const text = readFileSync(join(ROOT, page), "utf8");
    it(`name only files that there are: ${page}`, () => {
      const named = [...text.matchAll(PATH)].map(([, path = ""]) => path);
      const linked = [...text.matchAll(LINK)].map(([, path = ""]) => join(dirname(page), path));
      const missing = [...new Set([...named, ...linked])].filter(
        (path) => !MADE.has(path) && !existsSync(join(ROOT, path)),
      );
      expect(missing).eql([]);
    });
  }
});
