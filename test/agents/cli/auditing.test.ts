import { expect } from "chai";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Address, bytesToHex, type Hex, http } from "viem";
import { Chain } from "../../../agents/chain/chain.ts";
import { DealLog } from "../../../agents/chain/deal-log.ts";
import { readDeal } from "../../../agents/chain/deal-facts.ts";
import { UserError } from "../../../agents/cli/failure.ts";
import { unitOf, type UnitOptions } from "../../../agents/cli/fragment.ts";
import { saveState } from "../../../agents/cli/state-file.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { buildProgram } from "../../../verifier/program/build.ts";
import { runFragment } from "../../../verifier/program/fragment.ts";
import { initialState } from "../../../verifier/state/program.ts";
import { recordBytes, type State, stateRoot } from "../../../verifier/state/state.ts";
import { startAnvil, type TestNode } from "../../support/nodes.ts";
import { assemble } from "../guests.ts";
import type { Finished } from "./command.ts";
import { ECHO } from "./echo.ts";
import { runIn, type Surroundings } from "./service.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { dealCall } from "../../../agents/chain/calls.ts";

const ROOT = join(import.meta.dirname, "../../..");
const DOCUMENT = join(ROOT, "docs/auditing.md");
const BUDGET = 2_000_000n;
const WORKER = 3;

/** Options as commander gives them where none is said. */
const NOTHING_SAID: UnitOptions = {
  ...{ link: [], env: [], file: [], dir: [], transactions: [], fuel: "1000", engine: "interpreter" },
};

/** The command lines of a document's blocks. */
function commandsOf(path: string): string[] {
  const blocks = [...readFileSync(path, "utf8").matchAll(/^```sh\n(.*?)^```$/gms)];
  return blocks.flatMap(([, block = ""]) => block.trim().split("\n"));
}

describe("an auditor", () => {
  const folder = temporaryFolder();
  let node: TestNode;
  let deal = "";
  /** States before and after the fragments, computed here. */
  const states: State[] = [];
  let other: Uint8Array;

  const surroundings = (): Surroundings => ({
    folder: folder.path(""),
    environment: deal === "" ? {} : { ARBITER_DEAL: deal },
  });
  const run = (...args: readonly string[]): Promise<Finished> => runIn(args, surroundings());
  const json = async (args: readonly string[], code = 0): Promise<Record<string, unknown>> => {
    const finished = await run(...args, "--json");
    expect(finished.code, finished.stderr + finished.stdout).equal(code);
    return JSON.parse(finished.stdout) as Record<string, unknown>;
  };
  const rootAfter = (fragment: number): Hex => bytesToHex(stateRoot(states[fragment + 1]!));

  /** Claims a final state for the next fragment. */
  const claim = async (fragment: number, record: Uint8Array): Promise<void> => {
    const chain = new Chain(http(node.url));
    const accounts = (await node.request("eth_accounts")) as Address[];
    const { address, block } = await readDeal(chain, deal as Address);
    const log = new DealLog(chain, address, block);
    const { id } = (await log.view()).fragments[fragment]!;
    const args = [id, rootAfter(fragment - 1), bytesToHex(record)];
    await chain.send(accounts[WORKER]!, dealCall(log.address, "claim", args));
  };

  before(async () => {
    node = await startAnvil();
    const bytes = await assemble(ECHO);
    folder.write("my.wasm", bytes);
    // A custom section, as debug information is.
    folder.write("debug.wasm", Uint8Array.from([...bytes, 0, 5, 4, ...new TextEncoder().encode("note")]));
    other = await assemble(ECHO.replace("i32.const 33", "i32.const 34"));
    folder.write("other.wasm", other);
    folder.write(
      "arbiter.json",
      JSON.stringify({ chainId: 31_337, endpoints: [node.url], deployment: "deployed.json" }),
    );
    await json(["deploy", "--parameters", "quick", "--account", "local:0", "--accept-risk"]);
    const create = ["deal", "create", "--terms", "quick", "--module", "my.wasm", "--account", "local:1"];
    deal = (await json([...create, "--accept-risk"]))["deal"] as string;
    await json(["deal", "fund", "0.1 ether", "--account", "local:1"]);
    await json(["worker", "join", "--account", `local:${WORKER}`]);
    const days = [[{ payload: "one" }, { payload: "two" }], [{ payload: "three" }], [{ payload: "four" }]];
    for (const [i, day] of days.entries()) {
      folder.write(`day-${i}.json`, JSON.stringify(day.map((transaction) => ({ ...transaction, fuel: 10_000 }))));
      await json(["submit", `day-${i}.json`, "--module", "my.wasm", "--account", "local:1"]);
    }
    const { image } = buildProgram([{ name: "guest", bytes }], { convention: "payload" });
    states.push(initialState(image));
    const chain = new Chain(http(node.url));
    const { fragments } = await new DealLog(chain, deal as Address).view();
    for (const { input } of fragments) {
      states.push(runFragment(states.at(-1)!, input, { budget: BUDGET, executor: interpreterExecutor }).final);
    }
    await claim(0, recordBytes(states[1]!));
    await claim(1, recordBytes(states[2]!));
  });
  after(() => node.close());

  it("can type every command of docs/auditing.md", async () => {
    const lines = commandsOf(DOCUMENT);
    expect(lines).length.at.least(8);
    // npm takes a second for each; what it would start is known.
    const npm = `npm() { shift 4; ${process.execPath} ${join(ROOT, "agents/cli/arbiter.ts")} "$@"; }`;
    const outputs = new Map<string, string>();
    for (const line of lines) {
      expect(line).match(/^npm run -s arbiter -- /);
      const output = await new Promise<string>((resolve, reject) => {
        const env = { ...process.env, NO_COLOR: "1", DEAL: deal, INIT_CWD: folder.path("") };
        execFile("bash", ["-euc", `${npm}\n${line}`], { cwd: folder.path(""), env }, (error, stdout, stderr) => {
          if (error === null) resolve(stdout);
          else reject(new Error(`${line}: ${stderr}`));
        });
      });
      outputs.set(line.slice("npm run -s arbiter -- ".length), output);
    }
    const about = (pattern: RegExp): string[] => [...outputs].filter(([line]) => pattern.test(line)).map(([, o]) => o);
    const replays = about(/^run .*(--fragment 1|day-1\.json)/);
    expect(replays).length(3);
    for (const output of replays)
      expect(output)
        .contain(`state root         ${rootAfter(1)}`)
        .and.contain("!three");
    expect(replays[0])
      .contain(`claim              ${rootAfter(1)} by 0x`)
      .and.match(/open: the same/);
    const proofs = about(/^prove /);
    expect(proofs).length(2);
    expect(proofs[0])
      .equal(proofs[1])
      .and.match(/\(the same\)/);
    expect(about(/^commit /)[0]).contain(`final state root ${rootAfter(1)}`);
  });

  it("finds the convention of a module by its exports", async () => {
    const { convention, match } = (await json(["inspect", "my.wasm", "--deal", deal])) as {
      readonly convention: string;
      readonly match: { readonly kind: string };
    };
    expect(convention).equal("payload");
    expect(match.kind).equal("same");
    expect((await json(["inspect", "my.wasm"]))["convention"]).equal("payload");
  });

  it("may use a module that only has debug information besides", async () => {
    const { stdout, stderr, code } = await run("run", "debug.wasm", "--fragment", "1");
    expect(code).equal(0);
    expect(stdout).contain(rootAfter(1)).and.contain("the same");
    expect(stderr).match(/note: the module is a twin of the Deal's.*its sources root is 0x/);
    const { match } = (await json(["inspect", "debug.wasm", "--deal", deal])) as {
      readonly match: { readonly kind: string; readonly parts: readonly Record<"part" | "own" | "deal", string>[] };
    };
    expect(match.kind).equal("twin");
    expect(match.parts.filter(({ own, deal: its }) => own !== its).map(({ part }) => part)).deep.equal(["sources"]);
    const { stderr: refusal, code: failed } = await run("run", "other.wasm", "--fragment", "1");
    expect(failed).equal(1);
    expect(refusal).match(/other.wasm is not the program of the Deal 0x\w+: code 0x\w+, not 0x\w+; sources /);
  });

  it("sees a claim that is false", async () => {
    await claim(2, recordBytes(states[2]!));
    const { stateRoot: root, claims } = await json(["run", "my.wasm", "--fragment", "2"], 1);
    expect(root).equal(rootAfter(2));
    expect(claims).length(1);
    const [{ agrees, finalState } = { agrees: true, finalState: "" }] = claims as Record<string, unknown>[];
    expect(agrees).equal(false);
    expect(finalState).equal(rootAfter(1));
  });

  it("is told what is missing or does not go together", async () => {
    const transactions = folder.path("day-0.json");
    const state = folder.write("cut.state", new Uint8Array(10));
    const saved = folder.path("other.state");
    saveState(saved, initialState(buildProgram([{ name: "guest", bytes: other }], { convention: "payload" }).image));
    const chain = { endpoint: [node.url], chainId: "31337", deal };
    for (const [options, message] of [
      [{ deal }, /--deal needs --fragment/],
      [{ ...chain, fragment: "3" }, /--fragment 3: 3 fragments have been submitted/],
      [{ ...chain, fragment: "1", budget: "5" }, /--fragment and --budget exclude each other/],
      [{ transactions: [transactions] }, /--transactions needs --budget/],
      [{ transactions: [transactions], budget: "9", input: transactions }, /--transactions and --input exclude/],
      [{ input: transactions, from: state }, /cut\.state: /],
      [{ input: transactions, from: saved }, /other\.state: a state of another program/],
    ] as const) {
      const failure = await unitOf(folder.path("my.wasm"), [], { ...NOTHING_SAID, ...options }).catch(
        (error: unknown) => error,
      );
      expect(failure).instanceOf(UserError);
      expect((failure as UserError).message).match(message);
    }
  });
});
