import { expect } from "chai";
import { createHash } from "node:crypto";
import { ConsensusError } from "../../../verifier/consensus/errors.ts";
import { rootFromProof, treeProof, treeRoot } from "../../../verifier/consensus/sha-tree.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, "hex"));

/** The inputs and roots of certificate transparency's own tests (`merkletree/tree_test.go`). */
const INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map(
  bytes,
);
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/** The definition of RFC 6962, word for word. */
function definition(leaves: readonly Uint8Array[]): Buffer {
  const sha = (...parts: Uint8Array[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(Uint8Array.of(0), leaves[0]!);
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  return sha(Uint8Array.of(1), definition(leaves.slice(0, k)), definition(leaves.slice(k)));
}

describe("trees of RFC 6962", () => {
  it("have the published roots", () => {
    expect(hex(treeRoot([]))).equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    ROOTS.forEach((root, i) => expect(hex(treeRoot(INPUTS.slice(0, i + 1)))).equal(root));
  });

  it("prove every leaf of every size, and nothing else", () => {
    for (let size = 1; size <= 20; size++) {
      const leaves = Array.from({ length: size }, (_, i) => Uint8Array.of(size, i));
      const root = hex(treeRoot(leaves));
      expect(root).equal(definition(leaves).toString("hex"));
      leaves.forEach((leaf, index) => {
        const proof = treeProof(leaves, index);
        const place = { index, leaves: size };
        expect(hex(rootFromProof(leaf, place, proof))).equal(root);
        expect(hex(rootFromProof(Uint8Array.of(99), place, proof))).not.equal(root);
        expect(() => rootFromProof(leaf, place, [...proof, leaf])).throw(ConsensusError, "hashes");
        if (size > 1) expect(() => rootFromProof(leaf, place, proof.slice(1))).throw(ConsensusError, "hashes");
      });
    }
  });

  it("have no leaves beyond their end", () => {
    for (const index of [-1, 3, 0.5, Number.NaN])
      expect(() => treeProof([INPUTS[0]!, INPUTS[1]!, INPUTS[2]!], index)).throw(ConsensusError, "no leaf");
    expect(() => rootFromProof(INPUTS[0]!, { index: 0, leaves: 0 }, [])).throw(ConsensusError, "no leaf");
  });
});
