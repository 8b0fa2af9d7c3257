import { expect } from "chai";
import { HANDWRITTEN } from "./handwritten.ts";
import { type Answer, Oracle, parseAnswer } from "./oracle.ts";
import { RandomSql } from "./random-sql.ts";
import { Session } from "../../../examples/database/session.ts";
import { shopStatements } from "../../../examples/database/shop.ts";

/** Another SQLite may answer otherwise, and an older Node tells less about a statement. */
const NODES_OWN = new Oracle().version;
const COMPARABLE = /^3\.5[3-9]\./.test(NODES_OWN);
const compared = (title: string, run: () => Promise<void>): void => {
  if (COMPARABLE) it(title, run);
  else it.skip(`${title} (skipped: Node's SQLite is ${NODES_OWN}, older than 3.53)`, run);
};

const SEED = 20_261_120;

/** Payloads in a fragment: its input is limited. */
const TOGETHER = 50;

/**
 * Runs payloads on both, each a list of statements, and compares answer by answer. Gives how many
 * statements were answered with errors.
 */
async function compare(payloads: readonly (readonly string[])[]): Promise<number> {
  const session = await Session.open();
  const oracle = new Oracle();
  let errors = 0;
  for (let i = 0; i < payloads.length; i += TOGETHER) {
    const group = payloads.slice(i, i + TOGETHER);
    const results = session.run(group.map((statements) => statements.join(";\n")));
    for (const [k, statements] of group.entries()) {
      const expected = oracle.answer(statements);
      expect(answerOf(results[k]?.output), statements.join(";\n")).deep.equal(expected);
      if (expected.error !== undefined) errors++;
    }
  }
  return errors;
}

function answerOf(output: Uint8Array | undefined): Answer {
  // Text that is no UTF-8 stays as it is; both sides read it with replacement characters.
  return parseAnswer(new TextDecoder().decode(output));
}

describe("SQLite under the machine, against the SQLite of Node", () => {
  compared(`answers ${HANDWRITTEN.length} payloads that go through its features`, async () => {
    expect(await compare(HANDWRITTEN)).greaterThan(30);
  });

  compared("answers 700 random statements", async () => {
    const random = new RandomSql(SEED);
    const statements = [...random.schema(), ...Array.from({ length: 700 }, () => random.statement())];
    const errors = await compare(statements.map((sql) => [sql]));
    expect(errors).within(20, 350);
  });

  compared("answers a day of a shop", async () => {
    // The schema's triggers hold semicolons, so a payload is split only where a line ends a
    // statement.
    const payloads = shopStatements().map((text) => (text.startsWith("CREATE") ? split(text) : text.split(/;\n?/)));
    expect(await compare(payloads.map((statements) => statements.filter((sql) => sql.trim() !== "")))).greaterThan(20);
  });
});

function split(text: string): string[] {
  return text.split(/;\n(?=CREATE|$)|;$/);
}
