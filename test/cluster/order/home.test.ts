import { expect } from "chai";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NodeHome, nodeId, publicKeyOf, writeHome } from "../../../cluster/order/home.ts";
import { Problem } from "../../../verifier/errors.ts";
import { members } from "../../support/electorate.ts";

describe("the folder of a node", () => {
  const all = members(4);
  let root = "";

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "arbiter-home-"));
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const home = (seat: number, folder = join(root, String(seat))): NodeHome => ({
    folder,
    genesis: {
      chainId: "chain",
      time: 1_796_000_000_000,
      validators: all.map(({ publicKey }) => ({ publicKey, power: 1n })),
      maxBlockBytes: 1 << 20,
    },
    secret: all[seat]!.secret,
    settings: {
      applicationSocket: join(folder, "app.sock"),
      peerAddress: "127.0.0.1:1",
      rpcAddress: "127.0.0.1:2",
      peers: [
        { id: "aa", address: "127.0.0.1:3" },
        { id: "bb", address: "127.0.0.1:4" },
      ],
      commitMilliseconds: 100,
    },
  });

  const read = (seat: number, ...path: string[]): string => readFileSync(join(root, String(seat), ...path), "utf8");

  it("has the same genesis as every other, and its own key", () => {
    for (const seat of [0, 1]) writeHome(home(seat));
    expect(read(0, "config", "genesis.json")).equal(read(1, "config", "genesis.json"));
    const keys = [0, 1].map(
      (seat) => JSON.parse(read(seat, "config", "priv_validator_key.json")) as { address: string },
    );
    expect(keys.map(({ address }) => address.toLowerCase())).deep.equal(
      all.slice(0, 2).map(({ address }) => Buffer.from(address).toString("hex")),
    );
    for (const name of ["priv_validator_key.json", "node_key.json"])
      expect(statSync(join(root, "0", "config", name)).mode & 0o077).equal(0);
    expect(read(0, "config", "config.toml"))
      .contain('persistent_peers = "aa@127.0.0.1:3,bb@127.0.0.1:4"')
      .contain("[consensus]\n")
      .contain('timeout_commit = "100ms"\ncreate_empty_blocks = false');
  });

  it("keeps what its key has signed, and its name", () => {
    writeHome(home(0));
    const state = join(root, "0", "data", "priv_validator_state.json");
    const name = nodeId(join(root, "0"));
    writeFileSync(state, '{"height":"77"}');
    writeHome(home(0));
    expect(readFileSync(state, "utf8")).equal('{"height":"77"}');
    expect(nodeId(join(root, "0")))
      .equal(name)
      .match(/^[0-9a-f]{40}$/);
  });

  it("is no other key's", () => {
    writeHome(home(0));
    const before = read(0, "config", "priv_validator_key.json");
    expect(() => {
      writeHome(home(1, join(root, "0")));
    }).throw(Problem, "another key");
    expect(read(0, "config", "priv_validator_key.json")).equal(before);
  });

  it("has a name that comes of an ed25519 key", () => {
    // The first key of RFC 8032, section 7.1: a seed and the public key that belongs to it.
    const seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const publicKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    expect(publicKeyOf(Buffer.from(seed, "hex")).toString("hex")).equal(publicKey);
    writeHome(home(0));
    const { priv_key: key } = JSON.parse(read(0, "config", "node_key.json")) as { priv_key: { value: string } };
    const bytes = Buffer.from(key.value, "base64");
    expect(publicKeyOf(bytes.subarray(0, 32)).equals(bytes.subarray(32))).equal(true);
    expect(createHash("sha256").update(bytes.subarray(32)).digest("hex").slice(0, 40)).equal(nodeId(join(root, "0")));
  });
});
