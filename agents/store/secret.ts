/**
 * One secret of a store, from which the salts of all announcements follow: whoever restarts with
 * the same store can show what was announced before.
 */
import { randomBytes } from "node:crypto";
import { bytesToHex, concat, type Hex, keccak256, size } from "viem";
import { Problem } from "../../verifier/errors.ts";
import { MOVE_AWAY } from "./store-problem.ts";
import type { Store } from "./store.ts";

const BYTES = 32;

/** The salt for a seat in a tournament. */
export type Salt = (tournament: Hex) => Hex;

/** Salts from the store's secret, which is made the first time: keccak256(secret ‖ tournament). */
export function saltsOf(store: Store): Salt {
  const secret = store.write((database) => {
    database.exec("CREATE TABLE IF NOT EXISTS secret (value BLOB NOT NULL) STRICT");
    const known = database.prepare("SELECT value FROM secret").get();
    if (known !== undefined) return bytesToHex(known["value"] as Uint8Array);
    const made = randomBytes(BYTES);
    database.prepare("INSERT INTO secret VALUES (?)").run(made);
    return bytesToHex(made);
  });
  if (size(secret) !== BYTES) throw new Problem("its secret has another length", { hint: MOVE_AWAY });
  return (tournament) => keccak256(concat([secret, tournament]));
}
