/** Blocks of memory whose sizes are powers of two. A freed block serves again for the same size. */
const LEAST_ORDER: u32 = 4;
const GREATEST_ORDER: u32 = 30;
const PAGE_BITS: u32 = 16;

/** The first free block of each order; a free block begins with a pointer to the next one. */
const HEADS: usize = memory.data(4 * 31, 4);

/** The first byte that belongs to no block; 0 before there is any, so that the module needs no start function. */
let top: usize = 0;

/** Order of the least block with so many bytes. */
function orderOf(size: u32): u32 {
  return size <= 1 << LEAST_ORDER ? LEAST_ORDER : 32 - clz(size - 1);
}

/** Bytes of the block that is made for `size` bytes. */
export function blockSize(size: u32): u32 {
  return 1 << orderOf(size);
}

/** A block of at least `size` bytes, whatever they hold; 0 if there is no more memory. */
export function allocate(size: u32): usize {
  const order = orderOf(size);
  if (order > GREATEST_ORDER) return 0;
  const head = HEADS + (order << 2);
  const free = load<usize>(head);
  if (free != 0) {
    store<usize>(head, load<usize>(free));
    return free;
  }
  if (top == 0) top = (__heap_base + 15) & ~15;
  const end = <u64>top + ((<u64>1) << order);
  const missing = <i64>((end + 0xffff) >> PAGE_BITS) - <i64>memory.size();
  if (missing > 0 && (missing > 0xffff || memory.grow(<i32>missing) < 0)) return 0;
  const block = top;
  top = <usize>end;
  return block;
}

/** Gives back a block that was made for `size` bytes. */
export function release(block: usize, size: u32): void {
  const head = HEADS + (orderOf(size) << 2);
  store<usize>(block, load<usize>(head));
  store<usize>(head, block);
}
