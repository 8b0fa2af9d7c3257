/**
 * A map of which old versions stay as they were, while a change costs the same however large the
 * map is: only the newest version has the entries, an older one what it had instead (H. Baker,
 * "Shallow binding makes functional arrays fast", 1991).
 */

/** What an older version had at one key, and the version that is like it at all others. */
interface Older<K, V> {
  readonly key: K;
  /** Undefined: it had nothing there. */
  readonly entry: { readonly value: V } | undefined;
  readonly newer: VersionedMap<K, V>;
}

/**
 * One version. To read an old one that is not the newest costs as much as there were changes since,
 * once; do not iterate over two versions of the same map at the same time.
 */
export class VersionedMap<K, V> implements ReadonlyMap<K, V> {
  #held: { entries: Map<K, V> } | Older<K, V>;

  private constructor(entries: Map<K, V>) {
    this.#held = { entries };
  }

  /** A first version of a map, or the map itself if it is one already. */
  static of<K, V>(map: ReadonlyMap<K, V>): VersionedMap<K, V> {
    return map instanceof VersionedMap ? (map as VersionedMap<K, V>) : new VersionedMap(new Map(map));
  }

  /** This map with another value at a key. */
  with(key: K, value: V): VersionedMap<K, V> {
    return this.#changed(key, { value });
  }

  /** This map with nothing at a key. */
  without(key: K): VersionedMap<K, V> {
    return this.#changed(key, undefined);
  }

  #changed(key: K, entry: { readonly value: V } | undefined): VersionedMap<K, V> {
    const entries = this.#entries();
    const newer = new VersionedMap(entries);
    this.#held = { key, entry: place(entries, key, entry), newer };
    return newer;
  }

  #entries(): Map<K, V> {
    return VersionedMap.#entriesOf(this);
  }

  /** The entries as a version has them, which becomes their holder. */
  static #entriesOf<K, V>(version: VersionedMap<K, V>): Map<K, V> {
    // From this version to the one that holds the entries; then back, each change undone.
    const way: { readonly version: VersionedMap<K, V>; readonly older: Older<K, V> }[] = [];
    let at = version;
    while (!("entries" in at.#held)) {
      way.push({ version: at, older: at.#held });
      at = at.#held.newer;
    }
    const { entries } = at.#held;
    for (const { version: holder, older } of way.reverse()) {
      const { key, entry, newer } = older;
      newer.#held = { key, entry: place(entries, key, entry), newer: holder };
      holder.#held = { entries };
    }
    return entries;
  }

  get size(): number {
    return this.#entries().size;
  }

  get(key: K): V | undefined {
    return this.#entries().get(key);
  }

  has(key: K): boolean {
    return this.#entries().has(key);
  }

  forEach(callback: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.#entries()) callback(value, key, this);
  }

  keys(): MapIterator<K> {
    return this.#entries().keys();
  }

  values(): MapIterator<V> {
    return this.#entries().values();
  }

  entries(): MapIterator<[K, V]> {
    return this.#entries().entries();
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.#entries().entries();
  }

  /** To be compared as a Map is. */
  get [Symbol.toStringTag](): string {
    return "Map";
  }
}

/** Puts an entry at a key, or nothing; gives what was there. */
function place<K, V>(
  entries: Map<K, V>,
  key: K,
  entry: { readonly value: V } | undefined,
): { readonly value: V } | undefined {
  const before = entries.has(key) ? { value: entries.get(key) as V } : undefined;
  if (entry === undefined) entries.delete(key);
  else entries.set(key, entry.value);
  return before;
}
