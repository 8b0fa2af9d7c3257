import { expect } from "chai";
import { Outcome, Trap } from "../../../../verifier/machine/codes.ts";
import { encodeTransactions } from "../../../../verifier/program/transactions.ts";
import { ALREADY_RUN } from "../../../../verifier/program/drivers/command.ts";
import { decodeCommandResult, encodeCommand } from "../../../../verifier/program/wasi/command.ts";
import { initialState, load } from "../../../../verifier/state/program.ts";
import { isHalted, stepState } from "../../../../verifier/state/step-state.ts";
import { interpreterExecutor } from "../../../../verifier/interpreter/execute.ts";
import {
  commandProgram,
  commandState,
  finish,
  type Given,
  onMachine,
  underNode,
  wasiProgram,
} from "../../../support/wasi/run.ts";
import { rootOf } from "../../../support/agree.ts";
import { SEED } from "../../seed.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Lines of words, some very long, without an end of line at the end. */
function prose(bytes: number): Uint8Array {
  let state = SEED;
  let text = "";
  while (text.length < bytes) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += state.toString(36) + ((state >>> 8) % 9 === 0 ? "\n" : " ");
  }
  return utf8(text.slice(0, bytes));
}

describe("C programs with WASI do what they do under Node", () => {
  const same = async (name: Parameters<typeof wasiProgram>[0], given: Given): Promise<string> => {
    const bytes = await wasiProgram(name);
    const ended = onMachine(bytes, given);
    const expected = await underNode(bytes, given);
    expect(ended.stdout.split("\n")).deep.equal(expected.stdout.split("\n"));
    expect(ended).deep.equal(expected);
    return ended.stdout;
  };
  const environment = new Map([
    ["HOME", "/home/ada"],
    ["EMPTY", ""],
    ["UMLAUT", "Grüße, 世界"],
  ]);

  it("arguments, environment, both streams, exit code", async () => {
    expect(await same("hello", { args: ["hello", "42", "", "zwei Wörter"], environment })).match(/3: \[zwei Wörter\]/);
    await same("hello", { args: ["hello"] });
    await same("hello", { args: ["hello", "255"], environment });
  });

  for (const how of ["return", "exit", "exit0", "exit255", "quick", "abort"]) {
    it(`the end by ${how}`, async () => {
      expect(await same("ends", { args: ["ends", how] })).contain(how);
    });
  }

  for (const bytes of [0, 1, 4096, 60_000]) {
    it(`${bytes} bytes of stdin`, async () => {
      expect(await same("words", { args: ["words"], stdin: prose(bytes) })).contain(`${bytes} bytes`);
    });
  }

  it("files, directories and links", async () => {
    const files = new Map([
      ["given/in.txt", utf8("a file that was there before")],
      ["given/deep/er/x", new Uint8Array()],
      ["given/empty/", new Uint8Array()],
    ]);
    const stdout = await same("files", { args: ["files"], files });
    expect(stdout.split("\n")).length.greaterThan(240);
    expect(stdout).contain("No such file or directory").contain("Directory not empty").contain("sum 328350");
  });

  it("four thousand random operations on files", async () => {
    let random = SEED;
    for (let run = 0; run < 10; run++) {
      const stdin = Uint8Array.from({ length: 5 * 400 }, () => {
        random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
        return random >>> 24;
      });
      expect((await same("monkey", { args: ["monkey"], stdin })).split("\n")).length.greaterThan(400);
    }
  });

  it("C++ with its streams, containers and destructors", async () => {
    const stdin = utf8("ada 3.5\nbob 2\nada 1e3\ncarol 7\nada 0.25\n");
    expect(await same("scores", { args: ["scores"], stdin })).match(/^ada .*\n.*3 names\n$/s);
    expect(await same("scores", { args: ["scores"] })).equal("0 names\n");
  });

  it("error numbers of WASI's own functions", async () => {
    expect((await same("raw", { args: ["raw"] })).split("\n")).length.greaterThan(90);
  });
});

describe("C programs with WASI, where Node does otherwise", () => {
  it("a bad pointer gives EFAULT", async () => {
    const { stdout, exitCode } = onMachine(await wasiProgram("raw"), { args: ["raw", "pointers"], stdin: utf8("x") });
    const lines = stdout.trim().split("\n");
    expect(lines).length(64);
    for (const line of lines) expect(line).match(/ 21$/);
    expect(exitCode).equal(0);
  });

  it("no path leads out of the root", async () => {
    const { stdout } = onMachine(await wasiProgram("files"), { args: ["files", "strict"] });
    const answer = (call: string): string | undefined =>
      stdout
        .split("\n")
        .find((line) => line.startsWith(call))
        ?.slice(call.length)
        .trim();
    for (const path of ["d/../../etc", "/../etc", "d/up/etc"]) {
      expect(answer(`access("${path}", R_OK)`)).equal("-1 Capabilities insufficient");
    }
    expect(answer(`symlink("/etc/passwd", "out")`)).equal("-1 Capabilities insufficient");
    expect(answer(`readlink("soft", buffer, 2)`)).equal("2 ok");
    expect(answer(`open("to-d", O_RDONLY | O_NOFOLLOW)`)).equal("-1 Symbolic link loop");
  });

  it("descriptors are renumbered, streams are no sockets, sizes have bounds", async () => {
    const { stdout } = onMachine(await wasiProgram("raw"), { args: ["raw", "strict"] });
    const numbers = stdout
      .trim()
      .split("\n")
      .map((line) => Number(line.split(" ").at(-1)));
    expect(numbers).deep.equal([
      0, 54, 76, 76, 54, 54, 8, 37, 28, 0, 57, 57, 76, 76, 37, 28, 22, 51, 22, 28, 0, 28, 8, 8, 0, 0, 8, 0, 3,
    ]);
  });

  it("time and chance follow from the transaction", async () => {
    const bytes = await wasiProgram("time");
    const given = { clock: 1_700_000_000_000_000_000n, seed: new Uint8Array(32).fill(7) };
    const { stdout } = onMachine(bytes, given);
    const [date, moves, slept, spun, poll, random] = stdout.trim().split("\n");
    expect([date, moves, slept, spun, poll]).deep.equal([
      "2023-11-14 22:13:20",
      "moves 1",
      "slept 2.5 2.5",
      "spun 1",
      "poll 1 1",
    ]);
    expect(random).match(/^[0-9a-f]{74}$/);
    expect(onMachine(bytes, given).stdout).equal(stdout);
    const other = onMachine(bytes, { ...given, seed: new Uint8Array(32).fill(8) })
      .stdout.trim()
      .split("\n");
    expect(other[5]).not.equal(random);
    expect(onMachine(bytes, {}).stdout).match(/^1970-01-01 00:00:00\n/);
  });
});

describe("a command", () => {
  const transactions = async (...list: { args?: string[]; fuel?: bigint; keep?: boolean }[]): Promise<string[]> => {
    const program = commandProgram(await wasiProgram("ends"));
    const input = encodeTransactions(
      list.map(({ args = [], fuel = 1_000_000n, keep = false }) => ({
        fuel,
        keep,
        payload: encodeCommand({ args: ["ends", ...args] }),
      })),
    );
    return finish(load(initialState(program.image), input, 1n << 24n)).results.map((result) => {
      const { stdout, exitCode } = decodeCommandResult(result);
      return `${result.kind} ${result.code} ${exitCode ?? "none"} ${new TextDecoder().decode(stdout).trim()}`;
    });
  };

  it("exits with 0 in the same way whether it returns or calls exit", async () => {
    const success = `${Outcome.success} 0 0`;
    expect(await transactions({})).deep.equal([`${success} return\nat exit`]);
    expect(await transactions({ args: ["exit0"] })).deep.equal([`${success} exit0\nat exit`]);
    expect(await transactions({ args: ["exit"] })).deep.equal([`${Outcome.left} 7 7 exit\nat exit`]);
  });

  it("runs once: a later transaction is skipped and told why", async () => {
    const skipped = `${Outcome.skipped} ${ALREADY_RUN} none `;
    expect((await transactions({}, {}, {})).slice(1)).deep.equal([skipped, skipped]);
    expect((await transactions({ args: ["exit"] }, {})).slice(1)).deep.equal([skipped]);
    expect((await transactions({ args: ["abort"], keep: true }, {})).slice(1)).deep.equal([skipped]);
  });

  it("leaves no trace when it traps or its fuel is spent, so that it can run again", async () => {
    const results = await transactions({ args: ["abort"] }, { fuel: 500n }, { fuel: 3000n }, { args: ["exit"] });
    expect(results).deep.equal([
      `${Outcome.trap} ${Trap.unreachable} none `,
      `${Outcome.trap} ${Trap.outOfFuel} none `,
      `${Outcome.trap} ${Trap.outOfFuel} none `,
      `${Outcome.left} 7 7 exit\nat exit`,
    ]);
  });

  it("keeps what it wrote before it trapped, if it is asked to", async () => {
    expect(await transactions({ args: ["abort"], keep: true })).deep.equal([
      `${Outcome.trap} ${Trap.unreachable} none abort`,
    ]);
  });

  it("traps for a payload that is none", async () => {
    const program = commandProgram(await wasiProgram("ends"));
    const good = encodeCommand({ args: ["ends"], files: new Map([["a", utf8("b")]]), stdin: utf8("c") });
    const bad = [...Array(good.length).keys()].map((length) => good.slice(0, length));
    bad.push(Uint8Array.of(...good, 0), Uint8Array.of(2, ...good.slice(1)));
    const list = [...bad, good].map((payload) => ({ fuel: 1_000_000n, keep: false, payload }));
    const { results } = finish(load(initialState(program.image), encodeTransactions(list), 1n << 30n));
    const expected = [...bad.map(() => Outcome.trap), Outcome.success];
    expect(results.map(({ kind }) => kind)).deep.equal(expected);
  });
});

describe("steps of programs with WASI", () => {
  for (const [name, given] of [
    ["hello", { args: ["hello", "7"], environment: new Map([["HOME", "/"]]) }],
    ["files", { args: ["files"], files: new Map([["given/in.txt", utf8("x")]]) }],
    ["time", {}],
    ["words", { stdin: prose(3000) }],
  ] as const) {
    it(`the interpreter and the step function agree on ${name}`, async () => {
      const start = commandState(commandProgram(await wasiProgram(name)), given);
      const length = interpreterExecutor.load(start).run(1n << 40n);
      let random = SEED;
      const execution = interpreterExecutor.load(start);
      let position = 0n;
      // Stretches spread over the whole run, each a few dozen steps long.
      for (let stretch = 0n; stretch < 40n; stretch++) {
        random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
        const to = (length * stretch) / 40n + (BigInt(random) * (length / 40n)) / (1n << 32n);
        if (to <= position) continue;
        position += execution.run(to - position);
        let expected = execution.save();
        for (let i = 0; i < 40 && !isHalted(expected); i++) {
          expected = stepState(expected);
          position += execution.run(1n);
        }
        expect(rootOf(execution.save())).equal(rootOf(expected));
      }
    });
  }
});
