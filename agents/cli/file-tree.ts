/** `--dir`: a directory of the user's, with all that is in it, for a program. */
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MAX_INPUT_BYTES } from "../../verifier/state/program.ts";
import { UserError } from "./failure.ts";
import { cannotRead, userPath } from "./user-file.ts";

/** Between the two halves of the option, as other runtimes have it. */
const SEPARATOR = "::";

/**
 * Reads `HOST[::GUEST]`: paths from the guest's root and contents, ordered by the bytes of their
 * names at every level, so that the same directory gives the same program input everywhere. A
 * directory without entries is a path that ends with a slash.
 * @throws UserError for what cannot be read or is neither a file nor a directory, for names that
 *   are no UTF-8, and for more than fits
 */
export function fileTree(option: string): [path: string, content: Uint8Array][] {
  const split = option.indexOf(SEPARATOR);
  const host = split < 0 ? option : option.slice(0, split);
  const guest = plainPath(split < 0 ? option : option.slice(split + SEPARATOR.length));
  if (host === "") throw new UserError(`--dir takes HOST or HOST::GUEST, not "${option}"`);
  const files: [string, Uint8Array][] = [];
  const room = { left: MAX_INPUT_BYTES };
  readDirectory(userPath(host), { shown: host, guest }, (path, content) => {
    room.left -= content.length + path.length;
    if (room.left < 0) {
      throw new UserError(`the directory ${host} holds more than the ${MAX_INPUT_BYTES} bytes of a fragment's input`, {
        hint: "give a smaller directory, or single files with --file",
      });
    }
    files.push([path, content]);
  });
  return files;
}

/** A path from the guest's root, without slashes around it and steps that stay where they are. */
export function plainPath(path: string): string {
  return path
    .split("/")
    .filter((name) => name !== "" && name !== ".")
    .join("/");
}

/** A directory by the name that the user knows, and by the guest's. */
interface Place {
  readonly shown: string;
  readonly guest: string;
}

function readDirectory(
  path: string,
  { shown, guest }: Place,
  found: (path: string, content: Uint8Array) => void,
): void {
  const names = reading(shown, "directory", () => readdirSync(path, { encoding: "buffer" })).sort((a, b) =>
    a.compare(b),
  );
  if (names.length === 0 && guest !== "") found(`${guest}/`, new Uint8Array());
  for (const bytes of names) {
    const name = bytes.toString();
    const at = { shown: join(shown, name), guest: guest === "" ? name : `${guest}/${name}` };
    if (!Buffer.from(name).equals(bytes)) throw new UserError(`the name of ${at.shown} is no UTF-8`);
    const inside = join(path, name);
    const status = reading(at.shown, "file", () => lstatSync(inside));
    if (status.isDirectory()) readDirectory(inside, at, found);
    else if (status.isFile()) found(at.guest, new Uint8Array(reading(at.shown, "file", () => readFileSync(inside))));
    else {
      const kind = status.isSymbolicLink() ? "a symbolic link" : "neither a file nor a directory";
      throw new UserError(`${at.shown} is ${kind}; --dir takes files and directories`, {
        hint: "remove it from the directory, or give what it stands for with --file",
      });
    }
  }
}

function reading<T>(path: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw cannotRead(path, what, error);
  }
}
