import { expect } from "chai";
import fc from "fast-check";
import { VersionedMap } from "../../../agents/game/versioned-map.ts";
import { SEED } from "../../verifier/seed.ts";

type Change = readonly [version: number, key: number, value: number | undefined];

describe("VersionedMap", () => {
  it("keeps every version as it was, in whatever order they are read and changed", () => {
    const change = fc.tuple(fc.nat(30), fc.nat(6), fc.option(fc.nat(99), { nil: undefined }));
    const play = (changes: readonly Change[]): void => {
      const versions = [VersionedMap.of(new Map<number, number>())];
      const copies = [new Map<number, number>()];
      for (const [version, key, value] of changes) {
        const place = version % versions.length;
        const [old, copy] = [versions[place], new Map(copies[place])];
        if (old === undefined) throw new Error("no such version");
        versions.push(value === undefined ? old.without(key) : old.with(key, value));
        if (value === undefined) copy.delete(key);
        else copy.set(key, value);
        copies.push(copy);
        const read = versions[(version * 7) % versions.length];
        expect(new Map(read)).deep.equal(copies[(version * 7) % versions.length]);
      }
      for (const [place, version] of versions.entries()) {
        expect(version).deep.equal(copies[place]);
        expect(version.size).equal(copies[place]?.size);
      }
    };
    fc.assert(fc.property(fc.array(change, { maxLength: 40 }), play), { seed: SEED, numRuns: 300 });
  });

  it("keeps the order of arrival, also where a value is replaced or an old version read", () => {
    const first = VersionedMap.of(new Map([["a", 1]]));
    const second = first.with("b", 2);
    const third = second.with("a", 3).with("c", 4);
    expect([...first.keys()]).deep.equal(["a"]);
    expect([...third]).deep.equal([
      ["a", 3],
      ["b", 2],
      ["c", 4],
    ]);
    expect([...second]).deep.equal([
      ["a", 1],
      ["b", 2],
    ]);
  });

  it("does not change a map that it is made of, and is of one that it is itself", () => {
    const map = new Map([["a", 1]]);
    const versioned = VersionedMap.of(map);
    expect(versioned.with("a", 2).get("a")).equal(2);
    expect(map.get("a")).equal(1);
    expect(VersionedMap.of(versioned)).equal(versioned);
  });
});
