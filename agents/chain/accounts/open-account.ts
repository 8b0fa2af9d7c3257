/** Where an account's key is, in a word, and the account that signs with it. */
import { isAddress } from "viem";
import { Problem } from "../../../verifier/errors.ts";
import { openKeystore } from "./keystore.ts";
import { localTestAccount } from "./local-test.ts";
import { readPrivateFile } from "./private-file.ts";
import { accountOfKey } from "./private-key.ts";
import { remoteSigner } from "./remote.ts";
import type { Signer } from "./signer.ts";

/** What opening an account may need. */
export interface Keyring {
  readonly chainId: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Asks for the password of a keystore. */
  readonly password: (path: string) => string | Promise<string>;
}

/** What may be given as an account, for a help text. */
export const ACCOUNT_FORMS = [
  "keystore:PATH (encrypted, as geth and foundry write it)",
  "file:PATH (a key in hexadecimal, readable by its owner alone)",
  "env:NAME (an environment variable with a key)",
  "remote:URL#ADDRESS (a signer that speaks eth_signTransaction)",
  "local:INDEX (a test account of a local node)",
] as const;

/** What must be repeated in no message. */
const LIKE_A_KEY = /[0-9a-f]{64}/i;

/** Opens an account. Throws a `Problem`, which never has a key in it. */
export async function openAccount(text: string, { chainId, environment, password }: Keyring): Promise<Signer> {
  const colon = text.indexOf(":");
  const rest = text.slice(colon + 1);
  const form = text.slice(0, Math.max(colon, 0));
  // A signer's URL may have such a thing in it, and is repeated nowhere.
  if (form !== "remote" && LIKE_A_KEY.test(rest)) throw unknown();
  switch (form) {
    case "keystore":
      return openKeystore(rest, await password(rest));
    case "file":
      return accountOfKey(readPrivateFile(rest, "key file"), `key file ${rest}`);
    case "env": {
      const key = environment[rest];
      if (key === undefined) throw new Problem("an environment variable is not set", { place: `account ${text}` });
      return accountOfKey(key, `environment variable ${rest}`);
    }
    case "remote": {
      const hash = rest.lastIndexOf("#");
      const address = rest.slice(hash + 1);
      if (hash < 0 || !isAddress(address, { strict: false })) throw unknown();
      return remoteSigner(rest.slice(0, hash), address);
    }
    case "local":
      if (!/^\d{1,4}$/.test(rest)) throw unknown();
      return localTestAccount(Number(rest), chainId);
    default:
      throw unknown();
  }
}

/** Says nothing of what was given: it may be a key that was put in the wrong place. */
function unknown(): Problem {
  return new Problem("the account is given in no known form", { hint: `give one of: ${ACCOUNT_FORMS.join("; ")}` });
}
