/**
 * C programs for WASI preview 1, compiled; and two ways to run such programs: on the machine, and
 * under Node's own WASI.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Outcome } from "../../../verifier/machine/codes.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { begin, type FragmentRun, OVERHEAD, runLoaded } from "../../../verifier/program/fragment.ts";
import { encodeTransactions } from "../../../verifier/program/transactions.ts";
import { decodeCommandResult, encodeCommand, type CommandInput } from "../../../verifier/program/wasi/command.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import type { State } from "../../../verifier/state/state.ts";
import { compileC } from "../../../examples/clang.ts";

/** A program of this folder, compiled. */
export function wasiProgram(
  name: "hello" | "ends" | "words" | "files" | "time" | "raw" | "library" | "monkey" | "scores" | "unstable",
): Promise<Uint8Array> {
  const isPlusPlus = name === "scores";
  const file = isPlusPlus ? `${name}.cc` : `${name}.c`;
  const source = readFileSync(join(import.meta.dirname, file), "utf8");
  const args = ["-O2", ...(isPlusPlus ? ["-std=c++20", "-fno-exceptions"] : [])];
  if (name === "library") args.push("-mexec-model=reactor");
  return compileC({ [file]: source }, { compiler: isPlusPlus ? "clang++" : "clang", args: [...args, file] });
}

/** How a program ended. */
export interface Ended {
  /** "trapped" if an instruction trapped. */
  readonly exitCode: number | "trapped";
  readonly stdout: string;
  readonly stderr: string;
}

/** What a test gives a program; the first argument is its name. */
export type Given = Partial<Pick<CommandInput, "args" | "environment" | "files" | "stdin" | "clock" | "seed">>;

/** Steps that a program may take. */
const FUEL = 400_000_000n;

/** A command as a program of the machine. */
export const commandProgram = (bytes: Uint8Array): Program =>
  buildProgram([{ name: "guest", bytes }], { convention: "command" });

/** The state in which a command begins; its output stays if it traps. */
export function commandState(program: Program, given: Given, fuel = FUEL): State {
  const input = encodeTransactions([{ fuel, keep: true, payload: encodeCommand(given) }]);
  return begin(program, input, fuel + OVERHEAD);
}

/** Runs a state to its end, and reads what its transactions left. */
export function finish(state: State): FragmentRun {
  return runLoaded(state, { executor: interpreterExecutor });
}

/** Runs a program on the machine. */
export function onMachine(bytes: Uint8Array, given: Given): Ended {
  const [result] = finish(commandState(commandProgram(bytes), given)).results;
  if (result === undefined) throw new Error("the transaction has no receipt");
  const { exitCode, stdout, stderr } = decodeCommandResult(result);
  if (exitCode === undefined && result.kind !== Outcome.trap) throw new Error(`the outcome is ${result.kind}`);
  const text = (part: Uint8Array): string => new TextDecoder().decode(part);
  return { exitCode: exitCode ?? "trapped", stdout: text(stdout), stderr: text(stderr) };
}

/** Milliseconds that a process may take. */
const PATIENCE = 60_000;

/**
 * Exit code by which the process below says that an instruction trapped; no program of ours uses
 * it.
 */
const TRAPPED = 199;

/**
 * Runs a module in a process of its own: its path, the root directory, and the arguments follow.
 */
const UNDER_NODE = `
import { WASI } from "node:wasi";
import { readFileSync } from "node:fs";
const [file, root, ...args] = process.argv.slice(1);
const env = JSON.parse(process.env.GUEST_ENVIRONMENT);
const wasi = new WASI({ version: "preview1", args, env, preopens: { "/": root }, returnOnExit: true });
const module = new WebAssembly.Module(readFileSync(file));
const instance = new WebAssembly.Instance(module, wasi.getImportObject());
try {
  process.exitCode = wasi.start(instance);
} catch (error) {
  if (!(error instanceof WebAssembly.RuntimeError)) throw error;
  process.exitCode = ${TRAPPED};
}`;

/** Runs a program under Node's WASI, its root a temporary directory. */
export async function underNode(bytes: Uint8Array, given: Given): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), "arbiter-wasi-"));
  try {
    const root = join(folder, "root");
    mkdirSync(root);
    for (const [path, content] of given.files ?? []) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      if (path.endsWith("/")) mkdirSync(join(root, path), { recursive: true });
      else writeFileSync(join(root, path), content);
    }
    const file = join(folder, "program.wasm");
    writeFileSync(file, bytes);
    return await execute([file, root, ...(given.args ?? [])], given);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function execute(args: readonly string[], given: Given): Promise<Ended> {
  const environment = JSON.stringify(Object.fromEntries(given.environment ?? []));
  return new Promise((resolve, reject) => {
    const options = ["--no-warnings", "--input-type=module", "-e", UNDER_NODE, "--", ...args];
    const child = spawn(process.execPath, options, { env: { GUEST_ENVIRONMENT: environment }, timeout: PATIENCE });
    const streams: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
    child.stdout.on("data", (chunk: Buffer) => streams.stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => streams.stderr.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString();
      const exitCode = code === TRAPPED || code === null ? "trapped" : code;
      resolve({ exitCode, stdout: text(streams.stdout), stderr: text(streams.stderr) });
    });
    // A program need not read all of its input.
    child.stdin.on("error", () => undefined);
    child.stdin.end(given.stdin ?? new Uint8Array());
  });
}
