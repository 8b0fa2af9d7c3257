import { expect } from "chai";
import { Outcome } from "../../../verifier/machine/codes.ts";
import { ClangError, compileC, packageFile } from "../../../examples/clang.ts";
import { sqliteGuest } from "../../../examples/database/build.ts";
import { Session, sqliteProgram } from "../../../examples/database/session.ts";
import { shopQuestion, shopStatements } from "../../../examples/database/shop.ts";

describe("SQLite as a guest", () => {
  let session: Session;

  before(async () => {
    session = await Session.open();
  });

  it("imports nothing, exports the payload convention, and tells the names of its functions", async () => {
    const module = new WebAssembly.Module(new Uint8Array(await sqliteGuest()));
    expect(WebAssembly.Module.imports(module)).deep.equal([]);
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    expect(names).include.members(["memory", "allocate", "invoke", "deallocate"]);
    const { map } = await sqliteProgram();
    const functions = new Set(Array.from({ length: map.length }, (_, pc) => map.locate(pc)?.functionName));
    expect(functions).include.all.keys("sqlite3VdbeExec", "sqlite3BtreeInsert", "invoke");
    expect([...functions].filter((name) => name?.startsWith("func["))).deep.equal([]);
  });

  describe("answers in JSON", () => {
    const cases: [name: string, payload: string, answer: string][] = [
      ["nothing", "", `{"results":[]}`],
      ["comments", "-- nothing\n;;/* here */", `{"results":[]}`],
      [
        "rows with their types",
        "SELECT 1 AS i, 1.0 AS r, -0.0 AS z, 9e999 AS f, NULL AS n, 't' AS t, x'00fF' AS b",
        `{"results":[{"columns":["i","r","z","f","n","t","b"],"rows":[[1,1.0,-0.0,9.0e+999,null,"t",{"blob":"00ff"}]]}]}`,
      ],
      [
        "text that JSON escapes",
        `SELECT char(34, 92, 10, 9, 0, 31, 127, 8364)`,
        `{"results":[{"columns":["char(34, 92, 10, 9, 0, 31, 127, 8364)"],"rows":[["\\"\\\\\\n\\u0009\\u0000\\u001f\u007f€"]]}]}`,
      ],
      ["no rows", "SELECT 1 AS a WHERE 0", `{"results":[{"columns":["a"],"rows":[]}]}`],
      [
        "changes",
        "CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1), (2); DELETE FROM t WHERE a = 2",
        `{"results":[{"changes":0},{"changes":2},{"changes":1}]}`,
      ],
      [
        "an error, after what went before it",
        "INSERT INTO t VALUES (3); INSERT INTO t VALUES (1); INSERT INTO t VALUES (4)",
        `{"results":[{"changes":1}],"error":{"code":19,"message":"UNIQUE constraint failed: t.a","rolledBack":false}}`,
      ],
      ["what is left then", "SELECT a FROM t", `{"results":[{"columns":["a"],"rows":[[1],[3]]}]}`],
      [
        "an error in a transaction, which is undone",
        "BEGIN; INSERT INTO t VALUES (5); INSERT INTO t VALUES (1); COMMIT",
        `{"results":[{"changes":0},{"changes":1}],"error":{"code":19,"message":"UNIQUE constraint failed: t.a","rolledBack":true}}`,
      ],
      [
        "a transaction that is left open",
        "BEGIN; DELETE FROM t",
        `{"results":[{"changes":0},{"changes":2}],"error":{"code":4,"message":"the transaction was left open","rolledBack":true}}`,
      ],
      ["what is left of both", "SELECT a FROM t", `{"results":[{"columns":["a"],"rows":[[1],[3]]}]}`],
      [
        "no clock",
        "SELECT date('now') AS d, CURRENT_TIME AS t",
        `{"results":[{"columns":["d","t"],"rows":[[null,null]]}]}`,
      ],
      [
        "no files",
        "ATTACH 'file.db' AS f",
        `{"results":[],"error":{"code":14,"message":"unable to open database: file.db","rolledBack":false}}`,
      ],
      ["text up to a zero byte", "SELECT 1 AS a;\0 SELECT 2", `{"results":[{"columns":["a"],"rows":[[1]]}]}`],
    ];
    for (const [name, payload, answer] of cases) {
      it(name, () => {
        expect(session.answer(payload)).equal(answer);
      });
    }
  });

  it("gives everybody the same random numbers, and goes on with them", async () => {
    const [one, other] = [await Session.open(), await Session.open()];
    const draw = "SELECT random() AS r";
    const [first, second] = [one.answer(draw), one.answer(draw)];
    expect(first).match(/\[\[-?\d+\]\]/);
    expect(second).not.equal(first);
    expect([other.answer(draw), other.answer(draw)]).deep.equal([first, second]);
  });

  it("runs out of memory with an error, and goes on", async () => {
    const full = await Session.open();
    const make = "CREATE TABLE t (b); INSERT INTO t VALUES (zeroblob(20000000))";
    expect(full.answer(make)).equal(`{"results":[{"changes":0},{"changes":1}]}`);
    const more = full.answer("INSERT INTO t VALUES (zeroblob(20000000)), (zeroblob(20000000))");
    expect(more).equal(`{"results":[],"error":{"code":7,"message":"out of memory","rolledBack":false}}`);
    expect(full.answer("SELECT count(*) AS n, sum(length(b)) AS l FROM t")).match(/\[\[1,20000000\]\]/);
  });

  it("keeps nothing of a payload that it has answered", async () => {
    const busy = await Session.open();
    busy.answer("CREATE TABLE t (a)");
    const queries = Array.from(
      { length: 40 },
      (_, i) => `SELECT '${"x".repeat(1000)}', ${i} AS a FROM t UNION SELECT 1, 2`,
    );
    busy.run(queries);
    const pages = busy.state.registers.sizes;
    busy.run(queries);
    busy.run(queries);
    expect(busy.state.registers.sizes).equal(pages);
  });

  it("serves a day of a shop: most is answered, mistakes are refused, nothing traps", async () => {
    const shop = await Session.open();
    const statements = shopStatements();
    const results = [0, 100, 200, 300].flatMap((i) => shop.run(statements.slice(i, i + 100)));
    expect(results).length(400);
    expect(results.filter(({ kind }) => kind !== Outcome.success)).deep.equal([]);
    const answers = results.map(({ output }) => new TextDecoder().decode(output));
    expect(answers.filter((text) => text.includes(`"error"`)).length).within(30, 80);
    expect(answers[shopQuestion()]).match(/^\{"results":\[\{"columns":\[.*"revenue".*\],"rows":\[\[/);
    expect(shop.answer("PRAGMA integrity_check")).include(`[["ok"]]`);
  });
});

describe("the compiler", () => {
  it("says in one line which package is missing", () => {
    expect(() => packageFile("no-such-package", "a.c")).throw(
      ClangError,
      /^the package no-such-package is not installed \(it has no a\.c\): run npm ci$/,
    );
  });

  it("says in one line what it does not compile", async () => {
    const failure = await compileC({ "bad.c": "int f(void) { return nothing; }" }, { args: ["-c", "bad.c"] }).catch(
      (error: unknown) => error,
    );
    expect(failure).instanceOf(ClangError);
    expect(String(failure).split("\n")[0]).match(/^ClangError: clang: bad\.c:1:\d+: error: .*undeclared/);
  });
});
