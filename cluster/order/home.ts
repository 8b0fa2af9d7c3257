/**
 * The folder that CometBFT (v0.40) runs in: configuration, genesis, keys. Every node of an era
 * writes the same genesis from the same facts.
 */
import { secp256k1 } from "@noble/curves/secp256k1";
import { createHash, createPrivateKey, createPublicKey, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hexOf } from "../../verifier/consensus/hex.ts";
import { addressOfKey } from "../../verifier/consensus/signature.ts";
import type { Validator } from "../../verifier/consensus/validators.ts";
import { Problem } from "../../verifier/errors.ts";
import { configuration, type NodeSettings } from "./configuration.ts";

/** What an era's chain begins with: the same for all of its nodes. */
export interface Genesis {
  readonly chainId: string;
  /** In milliseconds since 1970. */
  readonly time: number;
  readonly validators: readonly Validator[];
  /** The most bytes of a block, transactions and all. */
  readonly maxBlockBytes: number;
}

/** A node of an era. */
export interface NodeHome {
  readonly folder: string;
  readonly genesis: Genesis;
  /** The key of its seat, 32 bytes. */
  readonly secret: Uint8Array;
  readonly settings: NodeSettings;
}

/**
 * Writes what a node needs to start. What it has signed (`data/priv_validator_state.json`) is left
 * as it is: a node that forgets it may vote twice, and lose its deposit.
 *
 * @throws Problem if the folder is that of another key: a key never moves to another's state
 */
export function writeHome({ folder, genesis, secret, settings }: NodeHome): void {
  mkdirSync(join(folder, "config"), { recursive: true });
  mkdirSync(join(folder, "data"), { recursive: true });
  const publicKey = secp256k1.getPublicKey(secret);
  const key = {
    address: addressText(publicKey),
    pub_key: { type: "tendermint/PubKeySecp256k1eth", value: base64(publicKey) },
    priv_key: { type: "tendermint/PrivKeySecp256k1eth", value: base64(secret) },
  };
  const keyFile = join(folder, "config", "priv_validator_key.json");
  if (existsSync(keyFile) && addressIn(keyFile) !== key.address)
    throw new Problem("the folder of the engine is that of another key", {
      place: folder,
      hint: "Give each key a folder of its own, and keep the folder with its key",
    });
  replace(keyFile, json(key), 0o600);
  const state = join(folder, "data", "priv_validator_state.json");
  if (!existsSync(state)) replace(state, json({ height: "0", round: 0, step: 0 }), 0o600);
  nodeId(folder);
  replace(join(folder, "config", "genesis.json"), json(genesisDocument(genesis)));
  replace(join(folder, "config", "config.toml"), configuration(settings));
}

/**
 * The name by which peers know a node; makes its key if there is none. It is the first 20 bytes of
 * the SHA-256 of an ed25519 key, which has nothing to do with the seat's.
 */
export function nodeId(folder: string): string {
  const file = join(folder, "config", "node_key.json");
  if (!existsSync(file)) {
    mkdirSync(join(folder, "config"), { recursive: true });
    const seed = randomBytes(32);
    const value = base64(Buffer.concat([seed, publicKeyOf(seed)]));
    replace(file, json({ priv_key: { type: "tendermint/PrivKeyEd25519", value } }), 0o600);
  }
  const { priv_key: key } = JSON.parse(readFileSync(file, "utf8")) as { priv_key: { value: string } };
  const publicKey = Buffer.from(key.value, "base64").subarray(32);
  return createHash("sha256").update(publicKey).digest("hex").slice(0, 40);
}

function genesisDocument({ chainId, time, validators, maxBlockBytes }: Genesis): object {
  return {
    genesis_time: new Date(time).toISOString(),
    chain_id: chainId,
    initial_height: "1",
    consensus_params: {
      block: { max_bytes: String(maxBlockBytes), max_gas: "-1" },
      evidence: { max_age_num_blocks: "100000", max_age_duration: "172800000000000", max_bytes: "65536" },
      validator: { pub_key_types: ["secp256k1eth"] },
      version: { app: "0" },
      abci: { vote_extensions_enable_height: "0" },
    },
    validators: validators.map(({ publicKey, power }) => ({
      address: addressText(publicKey),
      pub_key: { type: "tendermint/PubKeySecp256k1eth", value: base64(publicKey) },
      power: String(power),
      name: "",
    })),
    app_hash: "",
  };
}

/** The public key of an ed25519 seed (RFC 8032). RFC 8410 puts the seed after these 16 bytes. */
export function publicKeyOf(seed: Uint8Array): Buffer {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const key = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
  return key.export({ format: "der", type: "spki" }).subarray(-32);
}

function addressIn(file: string): unknown {
  return (JSON.parse(readFileSync(file, "utf8")) as { address?: unknown }).address;
}

function addressText(publicKey: Uint8Array): string {
  return hexOf(addressOfKey(publicKey)).toUpperCase();
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Writes a whole file or none of it. */
function replace(file: string, text: string, mode = 0o644): void {
  const next = `${file}.next`;
  writeFileSync(next, text, { mode });
  renameSync(next, file);
}
