/** A database under the machine, for tests: payloads go in, parsed answers come out. */
import { interpreterExecutor } from "../../verifier/interpreter/execute.ts";
import { buildProgram, type Program } from "../../verifier/program/build.ts";
import { runFragment } from "../../verifier/program/fragment.ts";
import { encodeTransactions, type Transaction, type TransactionResult } from "../../verifier/program/transactions.ts";
import { initialState, load } from "../../verifier/state/program.ts";
import type { State } from "../../verifier/state/state.ts";
import { sqliteGuest } from "./build.ts";

/** Fuel of a payload where a test does not say: far more than any takes. */
const FUEL = 10n ** 9n;

/** Steps that a fragment may take. */
const BUDGET = 1n << 40n;

let built: Promise<Program> | undefined;

/** SQLite as a program; built once. */
export function sqliteProgram(): Promise<Program> {
  built ??= sqliteGuest().then((bytes) => buildProgram([{ name: "sqlite", bytes }], { convention: "payload" }));
  return built;
}

/** The loaded state of a fragment with these payloads. */
export function loaded(state: State, payloads: readonly string[], fuel?: bigint): State {
  return load(state, encodeTransactions(transactionsOf(payloads, fuel)), BUDGET);
}

function transactionsOf(payloads: readonly string[], fuel = FUEL): Transaction[] {
  const utf8 = new TextEncoder();
  return payloads.map((text) => ({ fuel, keep: false, payload: utf8.encode(text) }));
}

/** A program's database. */
export class Session {
  /** The state between two fragments. */
  state: State;

  private constructor(state: State) {
    this.state = state;
  }

  /** A session with an empty database. */
  static async open(): Promise<Session> {
    return new Session(initialState((await sqliteProgram()).image));
  }

  /** A session of its own with the same database. */
  fork(): Session {
    return new Session(this.state);
  }

  /** Runs payloads as one fragment and gives what became of each. */
  run(payloads: readonly string[], fuel?: bigint): readonly TransactionResult[] {
    const options = { budget: BUDGET, executor: interpreterExecutor };
    const { final, results } = runFragment(this.state, transactionsOf(payloads, fuel), options);
    this.state = final;
    return results;
  }

  /** Runs one payload and gives its answer as text; the empty text if it trapped. */
  answer(payload: string): string {
    return new TextDecoder().decode(this.run([payload])[0]?.output);
  }
}
