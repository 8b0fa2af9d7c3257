/**
 * Encrypted keys: Web3 Secret Storage, version 3
 * (https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage/), as geth,
 * foundry and wallets read and write them.
 */
import { decryptKeystoreJson, encryptKeystoreJson, isKeystoreJson } from "ethers";
import { type Address, getAddress, isAddress } from "viem";
import { generatePrivateKey } from "viem/accounts";
import { Problem } from "../../../verifier/errors.ts";
import { accountOfKey } from "./private-key.ts";
import { readPrivateFile, writePrivateFile } from "./private-file.ts";
import type { Signer } from "./signer.ts";

const WHAT = "keystore";

/** How much work a password costs who guesses: N of scrypt, as geth has it. */
const SCRYPT_N = 1 << 17;

/** Reads a keystore file and decrypts it, which takes some seconds. Throws a `Problem`. */
export async function openKeystore(path: string, password: string): Promise<Signer> {
  const json = readKeystore(path);
  const { address, privateKey } = await decrypted(json, password, path);
  const account = accountOfKey(privateKey, `${WHAT} ${path}`);
  if (account.address !== getAddress(address)) {
    throw new Problem(`it is of ${account.address}, and says that it is of ${address}`, { place: `${WHAT} ${path}` });
  }
  return account;
}

/** Address of a keystore file, without its password; undefined if it does not say. */
export function keystoreAddress(path: string): Address | undefined {
  const { address } = JSON.parse(readKeystore(path)) as { readonly address?: unknown };
  const hex = typeof address === "string" ? `0x${address.replace(/^0x/i, "")}` : "";
  return isAddress(hex, { strict: false }) ? getAddress(hex) : undefined;
}

/**
 * Makes a key and writes it encrypted to a new file. Gives its address.
 *
 * @param scryptN less than usual only in tests
 */
export async function createKeystore(path: string, password: string, scryptN = SCRYPT_N): Promise<Address> {
  if (password === "") throw new Problem("an empty password protects nothing", { hint: "give a password" });
  const privateKey = generatePrivateKey();
  const { address } = accountOfKey(privateKey, "a new key");
  const json = await encryptKeystoreJson({ address, privateKey }, password, { scrypt: { N: scryptN } });
  writePrivateFile(path, WHAT, json);
  return address;
}

function readKeystore(path: string): string {
  const json = readPrivateFile(path, WHAT);
  if (isKeystoreJson(json)) return json;
  throw new Problem("it is no keystore of version 3", { place: `${WHAT} ${path}` });
}

async function decrypted(
  json: string,
  password: string,
  path: string,
): Promise<{ readonly address: string; readonly privateKey: string }> {
  try {
    return await decryptKeystoreJson(json, password);
  } catch (error) {
    const wrong = error instanceof Error && error.message.includes("incorrect password");
    // No cause: nothing that was made from the password goes on.
    throw new Problem(wrong ? "the password is wrong" : "it can't be decrypted", { place: `${WHAT} ${path}` });
  }
}
