/** ZIP archives (PKWARE's APPNOTE 6.3), as far as Python's wheels use them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { EngineError } from "./errors.ts";

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
/** No archive here has a longer comment. */
const LONGEST_COMMENT = 0xffff;

/**
 * Writes all files of an archive into a folder, executable where they are so in it.
 * @returns how many there were
 * @throws EngineError if it is no such archive, or a file would lie outside of the folder
 */
export function unzip(archive: Buffer, folder: string): number {
  try {
    return unzipAll(archive, folder);
  } catch (error) {
    // A number that points nowhere, or bytes that do not inflate.
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).code?.startsWith("Z_") === true)
      throw new EngineError("the archive is damaged", { cause: error });
    throw error;
  }
}

function unzipAll(archive: Buffer, folder: string): number {
  const end = endOf(archive);
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    if (archive.readUInt32LE(at) !== ENTRY) throw new EngineError("the archive is damaged");
    const nameBytes = archive.readUInt16LE(at + 28);
    const name = archive.toString("utf8", at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes);
    if (!name.endsWith("/")) {
      const file = join(folder, placeOf(name));
      mkdirSync(dirname(file), { recursive: true });
      const isExecutable = ((archive.readUInt32LE(at + 38) >>> 16) & 0o100) !== 0;
      writeFileSync(file, contentOf(archive, at), { mode: isExecutable ? 0o755 : 0o644 });
    }
    at += ENTRY_BYTES + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return count;
}

/** Where the record at the end of the archive is. */
function endOf(archive: Buffer): number {
  for (let at = archive.length - END_BYTES; at >= Math.max(0, archive.length - END_BYTES - LONGEST_COMMENT); at--)
    if (archive.readUInt32LE(at) === END) return at;
  throw new EngineError("there is no archive in the file");
}

function contentOf(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const packed = archive.readUInt32LE(entry + 20);
  const size = archive.readUInt32LE(entry + 24);
  const local = archive.readUInt32LE(entry + 42);
  if (archive.readUInt32LE(local) !== LOCAL) throw new EngineError("the archive is damaged");
  const start = local + LOCAL_BYTES + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const bytes = archive.subarray(start, start + packed);
  if (method !== STORED && method !== DEFLATED) throw new EngineError(`the archive is packed by method ${method}`);
  const content = method === STORED ? bytes : inflateRawSync(bytes);
  if (content.length !== size) throw new EngineError("the archive is damaged");
  return content;
}

/** A name that stays inside of the folder. */
function placeOf(name: string): string {
  const parts = name.split("/");
  if (/[\\\0]/.test(name) || parts.some((part) => part === "" || part === "." || part === ".."))
    throw new EngineError("the archive has a file outside of its folder");
  return name;
}
