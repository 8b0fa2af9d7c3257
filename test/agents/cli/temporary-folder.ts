/** Files for commands to read. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that lasts as long as the tests of the suite that asks for it. */
export interface TemporaryFolder {
  /** The path of a name in the folder; not before the first hook. */
  path(name: string): string;
  /** Writes a file and gives its path. */
  write(name: string, content: string | Uint8Array): string;
}

/** To be called where hooks are declared. */
export function temporaryFolder(): TemporaryFolder {
  let folder = "";
  const path = (name: string): string => join(folder, name);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "arbiter-"));
  });
  after(() => rmSync(folder, { recursive: true }));
  return {
    path,
    write(name, content) {
      writeFileSync(path(name), content);
      return path(name);
    },
  };
}
