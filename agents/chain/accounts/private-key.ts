/** Accounts whose key is in this process. The key is in no property, no error and no log. */
import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { Problem } from "../../../verifier/errors.ts";
import type { Signer } from "./signer.ts";

const FORM = /^(?:0x)?([0-9a-fA-F]{64})$/;

/**
 * The account of a key. Throws a `Problem` that says where the key is from and never what it is.
 *
 * @param text the key in hexadecimal; space around it is ignored
 * @param place where it is from, as a phrase
 */
export function accountOfKey(text: string, place: string): Signer {
  const [, digits] = FORM.exec(text.trim()) ?? [];
  if (digits === undefined) {
    throw new Problem("no private key is there", { place, hint: "give 64 hexadecimal digits and nothing else" });
  }
  try {
    const key: Hex = `0x${digits.toLowerCase()}`;
    const { address, signTransaction } = privateKeyToAccount(key);
    return { address, signTransaction };
  } catch {
    // The library's error may show the key.
    throw new Problem("the number there is no private key", { place, hint: "make a key with keys new" });
  }
}
