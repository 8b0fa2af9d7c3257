/**
 * A lie on a real node, from the claim to the slashing, through the commands alone: a worker that
 * lies on purpose, a challenge by hand, a validator that goes on with it, and one that watches.
 */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { startAnvil, type TestNode } from "../../support/nodes.ts";
import { assemble } from "../guests.ts";
import { ECHO } from "./echo.ts";
import { runIn, Service, type Surroundings } from "./service.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const ETHER = 10n ** 18n;

/** A claim's window, in seconds: the machine may be busy, and the chain's time goes on. */
const PERIOD = 1_200;

/** Accounts of a local node: `local:2`, `local:3` and `local:6`. */
const VALIDATOR = "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc";
const HONEST = "0x90f79bf6eb2c4f870365e785982e1f101e93b906";
const LIAR = "0x976ea74026e726554db657fa54763abd0c3a0aa9";

type Json = Readonly<Record<string, unknown>>;

describe("a drill, from the lie to the slashing", () => {
  const folder = temporaryFolder();
  const services: Service[] = [];
  let node: TestNode;
  let drill: Service;
  let watcher: Service;
  let deal = "";

  const surroundings = (): Surroundings => ({
    folder: folder.path(""),
    environment: deal === "" ? {} : { ARBITER_DEAL: deal },
  });
  const json = async (args: readonly string[], code = 0): Promise<Json> => {
    const finished = await runIn([...args, "--json"], surroundings());
    expect(finished.code, finished.stderr + finished.stdout).equal(code);
    return JSON.parse(finished.stdout) as Json;
  };
  const begin = (args: readonly string[]): Service => {
    const service = Service.start(args, surroundings());
    services.push(service);
    return service;
  };
  const walletOf = async (account: string): Promise<bigint> =>
    BigInt((await node.request("eth_getBalance", [account, "latest"])) as string);
  const amount = async (account: string, ledger: string): Promise<bigint> => {
    const { entries } = (await json(["money", account])) as { entries: readonly Record<string, string>[] };
    return BigInt(entries.find((entry) => entry["ledger"] === ledger)?.["amount"] ?? 0);
  };

  before(async () => {
    node = await startAnvil(["--block-time", "1"]);
    folder.write("echo.wasm", await assemble(ECHO));
    const shipped = new URL("../../../deploy/parameters/quick.json", import.meta.url);
    const parameters = JSON.parse(readFileSync(shipped, "utf8")) as { Arbiter: object };
    const slow = { ...parameters, Arbiter: { ...parameters.Arbiter, period: PERIOD, grace: PERIOD / 2 } };
    folder.write("slow.json", JSON.stringify(slow));
    folder.write("day.json", JSON.stringify([{ payload: "good morning" }, { payload: "" }]));
    const settings = { chainId: 31_337, endpoints: [node.url], deployment: "deployed.json", module: "echo.wasm" };
    folder.write("arbiter.json", JSON.stringify({ ...settings, interval: 0.2 }));
    await json(["deploy", "--parameters", "slow.json", "--account", "local:0", "--accept-risk"]);
    const made = await json(["deal", "create", "--terms", "slow.json", "--account", "local:1", "--accept-risk"]);
    deal = made["deal"] as string;
    await json(["deal", "fund", "0.1 ether", "--account", "local:1"]);
  });
  after(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await node.close();
  });

  it("is refused where it could cost too much, and without a seat", async () => {
    const dear = await runIn(["drill", "--account", "local:6"], surroundings());
    expect(dear.code).equal(1);
    expect(dear.stderr).match(/^error: a drill on this Deal can cost 1\.225 ETH, more than 0\.1 ETH\n/);
    const { stderr } = await runIn(["drill", "--account", "local:6", "--at-most", "2 ether"], surroundings());
    expect(stderr).match(/has no seat in the Deal/);
  });

  it("claims falsely, and a validator without an account tells it loudly and stays ready", async () => {
    const expected = ["--validator", VALIDATOR, "--at-most", "2 ether"];
    drill = begin(["drill", "--account", "local:6", "--join", ...expected, "--json"]);
    watcher = begin(["validator", "--mode", "watch", "--data", "watching", "--health-port", "0"]);
    await drill.says(/waits for a fragment/);
    await json(["submit", "day.json", "--account", "local:1"]);
    await drill.says(/the false claim 0x/);
    await watcher.says(/DISAGREEMENT about fragment 0: nobody stands for what this machine has computed, within/);
    const at = /http:\/\/127\.0\.0\.1:\d+/.exec(watcher.output)?.[0] ?? "";
    expect(await (await fetch(`${at}/readyz`)).text()).equal("ok\n");
    expect(await (await fetch(`${at}/metrics`)).text()).match(/^arbiter_disagreements\{stage="unanswered"\} 1$/m);
    expect((await watcher.stop()).code).equal(0);
  });

  it("is challenged by hand, is seen by the monitor, and drawn", async () => {
    const { claims, nearest } = (await json(["monitor", "--once"], 4)) as { claims: readonly Json[]; nearest: Json };
    expect(claims).length(1);
    expect(claims[0]).deep.include({ opinion: "disagree", lead: "behind", collateral: String(ETHER), worker: LIAR });
    expect(nearest).deep.include({ what: "challenge", fragment: 0 });
    const idle = await runIn(["move", "0", "--account", "local:2"], surroundings());
    expect(idle.stderr).match(/nothing to move: the claim of fragment 0 is open, and nobody has disputed it\n$/);
    const rehearsed = await json(["challenge", "0", "--dry-run", "--account", "local:2"]);
    expect(rehearsed).deep.include({ transactions: [] });
    const { transactions } = (await json(["challenge", "0", "--yes", "--account", "local:2"])) as {
      transactions: readonly Json[];
    };
    expect(transactions.map(({ label, success }) => [label, success])).deep.equal([
      ["announce", true],
      ["challenge", true],
    ]);
    const { disputes } = (await json(["disputes"])) as { disputes: readonly { tournament: string }[] };
    const id = disputes[0]?.tournament.slice(0, 12) ?? "";
    const { tree } = (await json(["dispute", id])) as { tree: { commitments: readonly Json[] } };
    expect(tree.commitments[0]).deep.include({ owner: VALIDATOR });
    const { stdout } = await runIn(["dispute", id], surroundings());
    expect(stdout)
      .match(/tournament 0x[0-9a-f]{8}…, level 0, open for/)
      .match(/├─ A (waits|plays) of 0x3c44/);
  });

  it("loses against the validator, which takes up what was begun by hand", async () => {
    const validator = begin(["validator", "--account", "local:2"]);
    // The last step is shown once, whoever's turn it is.
    await Promise.race([validator.says(/ step {2,}0x/), drill.says(/"label":"step"/)]);
    await node.request("evm_increaseTime", [PERIOD]);
    const { code, stdout, stderr } = await drill.ended;
    expect(code, stdout + stderr).equal(0);
    const report = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, string>;
    expect(report).deep.include({ acted: true, rescued: false, phase: "struck", challenger: VALIDATOR, fragment: 0 });
    // The collateral and a bond at each level, and gas.
    const cost = BigInt(report["cost"] ?? 0);
    expect(cost > (115n * ETHER) / 100n && cost < (116n * ETHER) / 100n, report["cost"]).equal(true);
    await validator.says(/ reveal {2,}0x/);
    // Half of each of the liar's bonds, and a quarter of its collateral.
    expect(await amount(VALIDATOR, "free")).equal(ETHER / 4n);
    while ((await walletOf(VALIDATOR)) < 10_000n * ETHER + (7n * ETHER) / 100n)
      await validator.says(/ withdraw {2,}0x/);
    expect(await amount(LIAR, "locked")).equal(0n);
  });

  it("leaves the truth behind, on which an honest worker goes on and is paid", async () => {
    begin(["worker", "run", "--join", "--account", "local:3"]);
    await json(["submit", "day.json", "--account", "local:1"]);
    await services.at(-1)?.says(/ claim {2,}0x/);
    const wrong = await runIn(["challenge", "1", "--yes", "--account", "local:7"], surroundings());
    expect(wrong.stderr).match(/fragment 1 is what this machine computes, too: whoever challenges it loses\n$/);
    await node.request("evm_increaseTime", [PERIOD]);
    await services.at(-1)?.says(/ confirm {2,}0x/);
    const decided = await json(["results", "0"], 3);
    expect(decided).deep.include({ standing: "decided" });
    const { transactions, isConfirmed } = (await json(["results", "1"])) as {
      transactions: readonly Json[];
      isConfirmed: boolean;
    };
    expect([isConfirmed, transactions.map(({ text }) => text)]).deep.equal([true, ["!good morning", "!"]]);
    expect(await amount(HONEST, "earnings")).equal(ETHER / 100n);
    const { deposits } = (await json(["deposits"])) as { deposits: readonly Json[] };
    const locks = deposits.map(({ account, locked }) => [
      account,
      (locked as readonly Json[]).map((one) => one["amount"]),
    ]);
    expect(locks).deep.equal([
      [LIAR, []],
      [HONEST, [String(ETHER)]],
    ]);
  });
});
