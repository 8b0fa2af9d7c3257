/** What is known of a file: the structures `filestat` and `fdstat`, and times that are set. */
import { realtime } from "./clock";
import { E_FAULT, E_INVAL, SUCCESS } from "./errno";
import { writeGuest } from "./host";
import { Node, UNKNOWN } from "./nodes";
import { SCRATCH } from "./vectors";

const FILESTAT: u32 = 64;
/** Of `wasi_unstable`, whose links are a u32 beside the kind. */
const UNSTABLE_FILESTAT: u32 = 56;

/** Writes the `filestat` of a node, in the layout of `wasi_unstable` if `isUnstable`; null stands for a stream. */
export function giveStat(to: u32, node: Node | null, isUnstable: bool): u32 {
  memory.fill(SCRATCH, 0, FILESTAT);
  if (node == null) {
    store<u8>(SCRATCH + 16, UNKNOWN);
    store<u64>(SCRATCH + 24, 1);
  } else {
    store<u64>(SCRATCH, 1);
    store<u64>(SCRATCH + 8, node.number);
    store<u8>(SCRATCH + 16, node.kind);
    store<u64>(SCRATCH + 24, node.links);
    store<u64>(SCRATCH + 32, node.size);
    store<u64>(SCRATCH + 40, node.accessed);
    store<u64>(SCRATCH + 48, node.modified);
    store<u64>(SCRATCH + 56, node.changed);
  }
  if (isUnstable) {
    store<u32>(SCRATCH + 20, <u32>load<u64>(SCRATCH + 24));
    memory.copy(SCRATCH + 24, SCRATCH + 32, FILESTAT - 32);
  }
  return writeGuest(to, SCRATCH, isUnstable ? UNSTABLE_FILESTAT : FILESTAT) ? SUCCESS : E_FAULT;
}

const ACCESSED: u32 = 1;
const ACCESSED_NOW: u32 = 2;
const MODIFIED: u32 = 4;
const MODIFIED_NOW: u32 = 8;

/** Sets the times that `fstflags` name. */
export function setTimes(node: Node, accessed: u64, modified: u64, flags: u32): u32 {
  if ((flags & (ACCESSED | ACCESSED_NOW)) == (ACCESSED | ACCESSED_NOW)) return E_INVAL;
  if ((flags & (MODIFIED | MODIFIED_NOW)) == (MODIFIED | MODIFIED_NOW)) return E_INVAL;
  const now = realtime();
  if ((flags & ACCESSED) != 0) node.accessed = accessed;
  if ((flags & ACCESSED_NOW) != 0) node.accessed = now;
  if ((flags & MODIFIED) != 0) node.modified = modified;
  if ((flags & MODIFIED_NOW) != 0) node.modified = now;
  node.changed = now;
  return SUCCESS;
}
