/** What `keys new` and `keys list` do. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createKeystore, keystoreAddress } from "../../chain/accounts/keystore.ts";
import { stdout } from "../channels.ts";
import { ExitCode, UserError } from "../failure.ts";
import { askPassword, passwordIn } from "../password.ts";
import { text } from "../printable.ts";
import { cannotRead, userPath } from "../user-file.ts";

/** Options as commander gives them. */
export interface KeysOptions {
  readonly passwordFile?: string;
  readonly json?: boolean;
}

/** Makes a key and prints its address. */
export async function newKey(file: string, { passwordFile, json }: KeysOptions): Promise<number> {
  const password = passwordFile === undefined ? twice() : passwordIn(userPath(passwordFile));
  const address = (await createKeystore(userPath(file), password)).toLowerCase();
  if (json === true) stdout.json({ address, keystore: file });
  else stdout.line(text`${address}`);
  return ExitCode.success;
}

/** Lists the keystores of a folder. */
export function listKeys(folder: string, { json }: KeysOptions): number {
  const path = userPath(folder);
  const keys = filesOf(path, folder).flatMap((name) => {
    const address = addressIn(join(path, name));
    return address === undefined ? [] : [{ address, keystore: name }];
  });
  if (json === true) stdout.json({ keys });
  else for (const { address, keystore } of keys) stdout.line(text`${address}  ${keystore}`);
  return ExitCode.success;
}

function filesOf(path: string, folder: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .sort();
  } catch (cause) {
    throw cannotRead(folder, "folder", cause);
  }
}

/** The address of a keystore; undefined of any other file. */
function addressIn(path: string): string | undefined {
  try {
    return keystoreAddress(path)?.toLowerCase();
  } catch {
    return undefined;
  }
}

function twice(): string {
  const password = askPassword("new password");
  if (askPassword("the same again") !== password) throw new UserError("the two passwords are not the same");
  return password;
}
