import { expect } from "chai";
import { hexlify } from "ethers";
import { Outcome, Trap } from "../../../verifier/machine/codes.ts";
import { verifyStep } from "../../../verifier/proof/verify.ts";
import { prove } from "../../../verifier/proof/witness.ts";
import { type State, stateRoot } from "../../../verifier/state/state.ts";
import { stepState } from "../../../verifier/state/step-state.ts";
import { deployVerifier, type Verifier } from "../../contracts/machine/verifier.ts";
import { type Course, courseOf } from "./ending.ts";
import { loaded, Session } from "../../../examples/database/session.ts";

/** Two thousand rows, with an index to keep and a trigger to run. */
const SETUP = `CREATE TABLE account (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, balance INTEGER NOT NULL);
CREATE INDEX account_by_owner ON account (owner);
CREATE TABLE log (account INTEGER, was INTEGER);
CREATE TRIGGER remember AFTER UPDATE ON account BEGIN INSERT INTO log VALUES (old.id, old.balance); END;
INSERT INTO account WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
  SELECT i, 'owner ' || i, 10 * i FROM n;`;

const COPY = "INSERT INTO account SELECT id + 2000, owner || ' again', balance FROM account;";

/** SQLite recurses once a wildcard; the machine's stack is smaller than the computer's. */
const OVERFLOW = "SELECT replace(hex(zeroblob(9000)), '00', 'a') LIKE replace(hex(zeroblob(9000)), '00', '%a');";

/** What everybody can see of the database. */
const QUESTION = `SELECT (SELECT count(*) FROM account) AS accounts, (SELECT sum(balance) FROM account) AS money,
  (SELECT count(*) FROM log) AS logged, (SELECT owner FROM account ORDER BY id DESC LIMIT 1) AS last;
PRAGMA integrity_check;`;

/** Plenty. */
const ENOUGH = 10n ** 9n;

interface Failure {
  readonly name: string;
  readonly payload: string;
  readonly fuel: bigint;
  readonly trap: number;
}

const FAILURES: readonly Failure[] = [
  { name: "runs out of fuel in the middle of INSERT … SELECT", payload: COPY, fuel: 8_000_000n, trap: Trap.outOfFuel },
  {
    name: "runs out of fuel in the middle of an UPDATE with a trigger",
    payload: "UPDATE account SET balance = balance + 1;",
    fuel: 9_000_000n,
    trap: Trap.outOfFuel,
  },
  { name: "runs out of fuel in COMMIT", payload: `BEGIN; ${COPY} COMMIT;`, fuel: 0n, trap: Trap.outOfFuel },
  {
    name: "traps after a statement that succeeded",
    payload: `${COPY} ${OVERFLOW}`,
    fuel: ENOUGH,
    trap: Trap.stackExhausted,
  },
];

describe("a transaction of a database", () => {
  let session: Session;
  let truth: string;
  let verifier: Verifier;

  before(async () => {
    session = await Session.open();
    expect(session.answer(SETUP)).match(/"changes":2000}\]}$/);
    truth = session.answer(QUESTION);
    expect(truth).include(`"rows":[[2000,20010000,0,"owner 2000"]]`).and.include(`["ok"]`);
    verifier = await deployVerifier();
  });

  /** With fuel 0: as much as the payload needs but ten steps. */
  function fuelOf({ payload, fuel }: Failure): bigint {
    if (fuel > 0n) return fuel;
    return (session.fork().run([payload])[0]?.fuelUsed ?? 0n) - 10n;
  }

  for (const failure of FAILURES) {
    describe(failure.name, () => {
      let start: State;
      let course: Course;

      before(() => {
        start = loaded(session.state, [failure.payload], fuelOf(failure));
        course = courseOf(start);
      });

      it("has changed the database before it fails", () => {
        const { opened, before, steps } = course;
        expect(Number(steps)).greaterThan(5_000_000);
        expect(before.memory.root()).not.deep.equal(opened.memory.root());
      });

      it("leaves no trace off chain: interpreter and reference agree on the ending step", () => {
        const { opened, before, after } = course;
        expect(stateRoot(stepState(before))).deep.equal(stateRoot(after));
        expect(after.checkpoint).equal(undefined);
        for (const tree of ["memory", "cells", "stack"] as const) {
          expect(after[tree].root(), tree).deep.equal(opened[tree].root());
        }
        expect(after.registers).include({ sizes: opened.registers.sizes });
      });

      it("leaves no trace on chain: the ending step is proven and has the old roots", async () => {
        const { opened, before, after } = course;
        const { witness, next } = prove(before);
        expect(next.memory.root()).deep.equal(opened.memory.root());
        expect(next.cells.root()).deep.equal(opened.cells.root());
        expect(verifyStep(stateRoot(before), witness)).deep.equal(stateRoot(after));
        expect(await verifier.contract.step(stateRoot(before), witness)).equal(hexlify(stateRoot(after)));
      });

      it("says why, and the next query sees the old rows", () => {
        const later = session.fork();
        const [result] = later.run([failure.payload], fuelOf(failure));
        expect(result).include({ kind: Outcome.trap, code: failure.trap, length: 0 });
        expect(later.answer(QUESTION)).equal(truth);
      });
    });
  }
});
