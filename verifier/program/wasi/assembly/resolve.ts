/** Finds what a path means. No path leads out of the directory that it begins in. */
import { E_FAULT, E_LOOP, E_NAMETOOLONG, E_NOENT, E_NOTCAPABLE, E_NOTDIR, SUCCESS } from "./errno";
import { readGuest } from "./host";
import { DIRECTORY, find, Node, present, SYMLINK } from "./nodes";

/** Bytes that a path may have, and while links are followed. */
export const MAX_PATH: u32 = 4095;
const MAX_EXPANDED: u32 = 8192;
const MAX_NAME: u32 = 255;
const MAX_LINKS: u32 = 40;

const SLASH: u8 = 0x2f;
const DOT: u8 = 0x2e;

/** Where a path leads. */
@unmanaged
export class Place {
  /** The directory that has, or could get, the entry; null if the path ends with "." or "..", or has no name at all. */
  parent: Node | null;
  /** What the entry is for; null if there is none. */
  node: Node | null;
  name: usize;
  length: u32;
  /** Whether a slash follows the last name: only a directory can be meant. */
  isSlashed: bool;
  /** `MAX_EXPANDED` bytes that the name lies in. */
  path: usize;
}

/** Two places, for functions that take two paths. */
export const PLACE: Place = changetype<Place>(memory.data(offsetof<Place>(), 8));
export const OTHER_PLACE: Place = changetype<Place>(memory.data(offsetof<Place>(), 8));
const PATH: usize = memory.data(<i32>MAX_EXPANDED, 8);
const OTHER_PATH: usize = memory.data(<i32>MAX_EXPANDED, 8);

/** Finds the place of a path in the guest's memory. `follow`: whether a link that the path ends with is followed. */
export function resolveGuest(place: Place, base: Node, pointer: u32, length: u32, follow: bool): u32 {
  if (length > MAX_PATH) return E_NAMETOOLONG;
  place.path = place == PLACE ? PATH : OTHER_PATH;
  if (!readGuest(place.path, pointer, length)) return E_FAULT;
  return resolve(place, base, length, follow);
}

/** Finds the place of the path of `length` bytes in `place.path`. */
export function resolve(place: Place, base: Node, length: u32, follow: bool): u32 {
  const path = place.path;
  let links: u32 = 0;
  let current = base;
  let at: u32 = 0;
  if (length == 0) return E_NOENT;
  if (load<u8>(path) == SLASH) return E_NOTCAPABLE;
  while (true) {
    const start = at;
    while (at < length && load<u8>(path + at) != SLASH) at++;
    const name = path + start;
    const size = at - start;
    const isSlashed = at < length;
    while (at < length && load<u8>(path + at) == SLASH) at++;
    const isLast = at == length;
    if (current.kind != DIRECTORY) return E_NOTDIR;
    if (current.links == 0) return E_NOENT;
    place.isSlashed = isSlashed;
    if (size <= 2 && load<u8>(name) == DOT && (size == 1 || load<u8>(name + 1) == DOT)) {
      if (size == 2) {
        if (current == base) return E_NOTCAPABLE;
        current = present(current.parent);
      }
      if (!isLast) continue;
      place.parent = null;
      place.node = current;
      return SUCCESS;
    }
    if (size > MAX_NAME) return E_NAMETOOLONG;
    const entry = find(current, name, size);
    if (entry == null && !isLast) return E_NOENT;
    let node: Node | null = null;
    if (entry != null) node = entry.node;
    if (node != null && node.kind == SYMLINK && (!isLast || follow || isSlashed)) {
      if (++links > MAX_LINKS) return E_LOOP;
      const rest = length - start - size;
      if (node.size + rest > MAX_EXPANDED) return E_NAMETOOLONG;
      memory.copy(path + node.size, name + size, rest);
      memory.copy(path, node.data, node.size);
      length = node.size + rest;
      at = 0;
      if (load<u8>(path) == SLASH) return E_NOTCAPABLE;
      continue;
    }
    if (isLast) {
      place.parent = current;
      place.node = node;
      place.name = name;
      place.length = size;
      return node != null && isSlashed && node.kind != DIRECTORY ? E_NOTDIR : SUCCESS;
    }
    current = present(node);
  }
}
