import { expect } from "chai";
import { readdirSync, writeFileSync } from "node:fs";
import { startAnvil, type TestNode } from "../../support/nodes.ts";
import { hexToBytes } from "viem";
import { type OutputProof, verifyOutput } from "../../../verifier/proof/output.ts";
import { assemble } from "../guests.ts";
import { ECHO } from "./echo.ts";
import { runIn, Service, type Surroundings } from "./service.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Of `local:1`. */
const SEQUENCER = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

describe("all roles of a Deal, each a process over a real node", () => {
  const folder = temporaryFolder();
  const services: Service[] = [];
  let node: TestNode;
  let deal = "";
  /** A worker with `--json`. */
  let logging: Service;

  const surroundings = (): Surroundings => ({
    folder: folder.path(""),
    environment: deal === "" ? {} : { ARBITER_DEAL: deal },
  });
  const json = async (args: readonly string[], code = 0): Promise<Record<string, unknown>> => {
    const finished = await runIn([...args, "--json"], surroundings());
    expect(finished.code, finished.stderr + finished.stdout).equal(code);
    return JSON.parse(finished.stdout) as Record<string, unknown>;
  };
  const begin = async (args: readonly string[], says: RegExp): Promise<Service> => {
    const service = Service.start(args, surroundings());
    services.push(service);
    await service.says(says);
    return service;
  };

  before(async () => {
    node = await startAnvil(["--block-time", "1"]);
    folder.write("echo.wasm", await assemble(ECHO));
    folder.write(
      "arbiter.json",
      JSON.stringify({
        ...{ chainId: 31_337, endpoints: [node.url], deployment: "deployed.json", module: "echo.wasm", interval: 0.1 },
      }),
    );
    folder.write(
      "day.json",
      JSON.stringify([{ payload: "good morning" }, { payload: "" }, { payload: "x".repeat(100) }]),
    );
  });
  after(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await node.close();
  });

  it("deploys, makes a Deal and funds it", async () => {
    await json(["deploy", "--parameters", "quick", "--account", "local:0", "--accept-risk"]);
    const made = await json(["deal", "create", "--terms", "quick", "--account", "local:1", "--accept-risk"]);
    deal = made["deal"] as string;
    await json(["deal", "fund", "0.1 ether", "--account", "local:1"]);
    const shown = await json(["deal", "show"]);
    expect(shown["now"]).deep.include({ funds: "100000000000000000", submitted: 0, workers: [] });
  });

  it("rehearses a sequencer and a worker, of which the chain sees nothing", async () => {
    const blocks = (): Promise<unknown> => node.request("eth_getTransactionCount", [SEQUENCER, "latest"]);
    const before = await blocks();
    const sequencer = await begin(
      ["sequencer", "--dry-run", "--port", "0", "--max-wait", "0", "--data", "other", "--account", "local:1"],
      /listens on/,
    );
    const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(sequencer.output) ?? [];
    await fetch(`${url}/transactions`, { method: "POST", body: '{"payload": "good morning"}' });
    await sequencer.says(/would send {2}submit +to 0x[0-9a-f]{40}\n/);
    const worker = await begin(["worker", "run", "--dry-run", "--join", "--account", "local:6", "--json"], /serves/);
    for (const service of [sequencer, worker]) expect((await service.stop()).code, service.output).equal(0);
    expect((await worker.ended).stderr).match(/would send from 0x[0-9a-f]{40}\n {2}deposit .*\n {2}lock /);
    expect((await json(["deal", "show"]))["now"]).deep.include({ submitted: 0, workers: [] });
    expect(await blocks()).equal(before);
    expect(readdirSync(folder.path("other"))).deep.equal([`sequencer-rehearsal-31337-${deal}-${SEQUENCER}`]);
  });

  it("has three workers and a validator serve it, and the client read confirmed answers", async () => {
    const run = ["worker", "run", "--join", "--account"];
    for (const worker of [3, 4]) await begin([...run, `local:${worker}`], /serves/);
    logging = await begin([...run, "local:5", "--json"], /"msg":"worker .* serves/);
    const validator = await begin(
      ["validator", "--account", "local:2", "--health-port", "0"],
      /health and metrics: http/,
    );
    // Without a word of an account.
    const watching = ["validator", "--mode", "watch", "--data", "watching"];
    const watcher = await begin([...watching, "--health-port", "0"], /health and metrics: http/);
    const { submitted } = await json(["submit", "day.json", "--account", "local:1"]);
    expect(submitted).length(1);
    await Promise.any(services.map((service) => service.says(/[ "]claim[ "]/)));
    const early = await json(["results", "0"], 3);
    expect(early).deep.include({ standing: "claimed", isConfirmed: false });
    await node.request("evm_increaseTime", [60]);
    await Promise.any(services.map((service) => service.says(/[ "]confirm[ "]/)));
    const atPort = ({ output }: Service): string => /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? "";
    const told = async (service: Service): Promise<string> => {
      expect(await (await fetch(`${atPort(service)}/readyz`)).text()).equal("ok\n");
      return (await fetch(`${atPort(service)}/metrics`)).text();
    };
    const read = (): Promise<string> => told(validator);
    let metrics = await read();
    // The validator replays for itself, in its own time.
    while (!/^arbiter_replayed_fragments_total 1$/m.test(metrics)) metrics = await read();
    expect(metrics)
      .match(/^arbiter_balance_ether 10000$/m)
      .match(/^arbiter_replayed_steps_total [1-9]\d*$/m)
      .match(/^arbiter_looks_total\{result="completed"\} [1-9]/m);
    while (!/^arbiter_replayed_fragments_total 1$/m.test(await told(watcher)));
    expect(await told(watcher))
      .match(/^arbiter_balance_ether 0$/m)
      .match(/^arbiter_disagreements\{stage="unanswered"\} 0$/m);
    const { transactions, stateRoot, isConfirmed } = (await json(["results", "0", "--proof"])) as {
      readonly isConfirmed: boolean;
      readonly stateRoot: `0x${string}`;
      readonly transactions: readonly Record<"text" | "outcome" | "proof", string>[];
    };
    expect(isConfirmed).equal(true);
    expect(transactions.map(({ text }) => text)).deep.equal(["!good morning", "!", `!${"x".repeat(100)}`]);
    for (const [i, { proof, text }] of transactions.entries()) {
      const { output } = verifyOutput(hexToBytes(stateRoot), i, proofOf(proof as unknown as ProofJson));
      expect(new TextDecoder().decode(output)).equal(text);
    }
  });

  it("shows claims, no dispute, and what everybody has; and takes out what can be taken out", async () => {
    const { claims } = (await json(["claims"])) as { claims: readonly Record<string, unknown>[] };
    expect(claims.map(({ phase, backers }) => [phase, (backers as unknown[]).length])).deep.equal([["confirmed", 3]]);
    expect((await json(["claims", "--pending"]))["claims"]).deep.equal([]);
    expect(await json(["disputes"])).deep.equal({ disputes: [] });
    const ledger = async (name: string): Promise<unknown> => {
      const { entries } = (await json(["money", "--account", "local:4"])) as {
        entries: readonly Record<string, string>[];
      };
      return entries.find((entry) => entry["ledger"] === name)?.["amount"];
    };
    expect(await ledger("earnings")).equal("3333333333333333");
    expect(await ledger("locked")).equal("1000000000000000000");
    const { transactions } = (await json(["withdraw", "--account", "local:4"])) as { transactions: readonly object[] };
    expect(transactions).length(1);
    expect(await ledger("earnings")).equal("0");
    const nothing = await runIn(["withdraw", "--account", "local:6"], surroundings());
    expect(nothing.stderr).match(/has nothing that can be taken out/);
  });

  it("makes keys, lists them, and opens them with a password", async () => {
    writeFileSync(folder.path("password"), "a good one\n", { mode: 0o600 });
    const made = await json(["keys", "new", "own.json", "--password-file", "password"]);
    expect(await json(["keys", "list"])).deep.equal({ keys: [made] });
    const opened = ["money", "--account", "keystore:own.json", "--password-file", "password"];
    expect((await json(opened))["account"]).equal(made["address"]);
    // Nobody has sent the new account anything.
    const doctor = ["doctor", "--account", "keystore:own.json", "--password-file", "password"];
    const { findings } = (await json(doctor, 1)) as { findings: readonly Record<string, string>[] };
    const states = Object.fromEntries(findings.map(({ name = "", state = "" }) => [name, state]));
    expect(states).include({ endpoints: "good", program: "good", contracts: "good", balance: "bad" });
    expect(findings.at(-1)?.["told"]).match(/ steps at .* a second, .* of the period of 1 min are needed$/);
    writeFileSync(folder.path("password"), "another\n");
    expect((await runIn(opened, surroundings())).stderr).match(/password/);
    const again = await runIn(["keys", "new", "own.json", "--password-file", "password"], surroundings());
    expect(again.code).equal(1);
  });

  it("lets the services end in peace", async () => {
    for (const service of services) expect((await service.stop()).code, service.output).equal(0);
  });

  it("keeps a log of JSON where it is asked to", async () => {
    const { stdout, stderr } = await logging.ended;
    expect(stderr).not.match(/serves|block/);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const line of lines) expect(line, JSON.stringify(line)).to.include.keys("level", "time", "msg");
    const mined = lines.filter(({ msg }) => msg === "mined");
    expect(mined.map(({ label }) => label)).to.include.oneOf(["claim", "back"]);
    expect(mined[0]?.["paid"]).match(/^[1-9]\d*$/);
  });

  it("gives a worker its collateral back, and the customer what is left", async () => {
    await json(["worker", "quit", "--account", "local:3"]);
    const { amount } = await json(["deal", "withdraw", "--account", "local:1"]);
    // A third of the price to each of three workers, and what does not divide is the customer's.
    expect(amount).equal("90000000000000001");
    await json(["deal", "close", "--account", "local:1"]);
    const { code, stderr } = await runIn(["deal", "close", "--account", "local:1"], surroundings());
    expect(code).equal(1);
    expect(stderr).match(/AlreadyClosing/);
  });

  it("refuses a module that is not the Deal's, and a node of another chain", async () => {
    folder.write("other.wasm", await assemble(ECHO.replace("i32.const 33", "i32.const 34")));
    const other = await runIn(["results", "0", "--module", "other.wasm"], surroundings());
    expect(other.stderr).match(/other.wasm is not the program of the Deal 0x/);
    const elsewhere = await runIn(["deal", "show", "--chain-id", "1"], surroundings());
    expect(elsewhere.stderr).match(/a node of chain 31337, not of 1/);
    const nobody = await runIn(["worker", "run", "--account", "local:6"], surroundings());
    expect(nobody.stderr).match(/has no seat in the Deal/);
  });

  it("serves no Deal whose contracts are others", async () => {
    const code = (await node.request("eth_getCode", [deal, "latest"])) as string;
    // In the metadata at its end, where it changes nothing else.
    const at = code.length - 20;
    await node.request("anvil_setCode", [
      deal,
      `${code.slice(0, at)}${code[at] === "0" ? "1" : "0"}${code.slice(at + 1)}`,
    ]);
    for (const role of [["worker", "run"], ["validator"], ["sequencer"]]) {
      const { code: exit, stderr } = await runIn([...role, "--account", "local:1"], surroundings());
      expect(exit).equal(1);
      expect(stderr).match(/what lies at 0x.* is not the Deal of this version/);
    }
  });
});

interface PieceJson {
  readonly leaves: `0x${string}`;
  readonly siblings: readonly `0x${string}`[];
}

interface ProofJson {
  readonly record: `0x${string}`;
  readonly receipt: PieceJson;
  readonly output: readonly PieceJson[];
}

function proofOf({ record, receipt, output }: ProofJson): OutputProof {
  const piece = ({ leaves, siblings }: PieceJson): OutputProof["receipt"] => ({
    bytes: hexToBytes(leaves),
    siblings: siblings.map((sibling) => hexToBytes(sibling)),
  });
  return { record: hexToBytes(record), receipt: piece(receipt), output: output.map(piece) };
}
