/**
 * Sets up what a command of this project needs, then runs it:
 * `node scripts/bootstrap.mjs ENTRY [ARGS…]`.
 *
 * ENTRY is a TypeScript file of the project, or the name of a program in node_modules/.bin. Before
 * it runs,
 *  1. a Node that can run the project is picked: this one from 22.13 on, otherwise a private Node
 *     24 in `.cache/`;
 *  2. the packages of the lock file are installed, unless a stamp in node_modules says that they
 *     already are;
 *  3. a worktree of git that has built nothing yet gets what its main checkout has built. Contracts
 *     and guests are built by what needs them, when it does.
 *
 * Everything that set-up has to say goes to stderr: stdout belongs to the command. Each part is
 * recorded only after it succeeded, so an interruption at any point is mended by the next call.
 * Plain JavaScript without packages, because it runs before there are any, on Node 20.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, extname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { adoptBuilds, buildsFor } from "./adopt-builds.mjs";

/** The first Node that Hardhat and its native engine support. */
const OLDEST_NODE = [22, 13];
/** The major version of the Node that is fetched for those who have an older one. */
const PRIVATE_NODE = 24;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, ".cache");
const modules = join(root, "node_modules");
const windows = process.platform === "win32";

/** Whether Ctrl-C was pressed. */
let interrupted = false;

/**
 * Exit code when the set-up failed and the command did not run (`EX_UNAVAILABLE` of sysexits.h).
 */
const SETUP_FAILED = 69;

/** A set-up step failed for a reason that the user can do something about. */
class SetupError extends Error {}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/** @param {number[]} a @param {number[]} b whether version a is b or newer */
function atLeast(a, b) {
  const i = b.findIndex((part, index) => part !== a[index]);
  return i < 0 || a[i] > b[i];
}

/** @param {string | Buffer} data */
function sha256(data) {
  return createHash("sha256").update(data).digest("hex");
}

/**
 * Runs a program and waits for it. While it runs, Ctrl-C is left to it (the terminal sends it to
 * both), and SIGTERM and SIGHUP are passed on.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, stdout?: "inherit" | 2, shell?: boolean }}
 *   options
 * @returns {Promise<number>} its exit code, 128 + n if signal n ended it
 */
function run(program, args, { env = process.env, cwd = root, stdout = 2, shell = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, shell, stdio: ["inherit", stdout, "inherit"] });
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => child.kill(signal);
    const wait = () => void (interrupted = true);
    process.on("SIGINT", wait).on("SIGTERM", pass).on("SIGHUP", pass);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", wait).off("SIGTERM", pass).off("SIGHUP", pass);
      resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]);
    });
  });
}

/**
 * Runs a set-up step; if it fails, ends with its advice, if it was interrupted, with its exit code.
 *
 * @param {Parameters<typeof run>} call
 * @param {string} advice
 */
async function setUp(call, advice) {
  const code = await run(...call);
  if (interrupted || code > 128) process.exit(interrupted ? 130 : code);
  if (code !== 0) throw new SetupError(`${advice} (exit code ${code})`);
}

/**
 * npm, run by a given Node: the npm that called this script, if it was one.
 *
 * @param {string} node
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Parameters<typeof run>}
 */
function npm(node, args, env) {
  const quiet = ["--loglevel=error", "--no-audit", "--no-fund", "--no-update-notifier"];
  const caller = process.env.npm_execpath ?? "";
  if (/npm-cli\.c?js$/.test(caller)) return [node, [caller, ...args, ...quiet], { env }];
  return ["npm", [...args, ...quiet], { env, shell: windows }];
}

/** @param {number} pid whether there is such a process */
function alive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

/**
 * @param {string} lock @returns {string | undefined} the process that holds the lock, if there
 *   still is one
 */
function lockOwner(lock) {
  try {
    const owner = readFileSync(lock, "utf8");
    // An empty lock is being written, unless it is old: then its process was killed in that moment.
    const lives = owner === "" ? Date.now() - statSync(lock).mtimeMs < 5_000 : alive(Number(owner));
    return lives ? owner : undefined;
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return undefined;
  }
}

/**
 * Does a part of the set-up while no other call does one in this folder. The lock is a file with
 * the owner's process id, so that the lock of a call that was killed is seen to be nobody's.
 *
 * @param {() => Promise<void>} part
 */
async function alone(part) {
  const lock = join(cache, "lock");
  mkdirSync(cache, { recursive: true });
  for (let waiting = false; ; waiting = true) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const owner = lockOwner(lock);
    if (owner === undefined) rmSync(lock, { force: true });
    else if (!waiting)
      say(`Waiting for process ${owner}, which sets up this folder. If there is none, delete ${lock}.`);
    await setTimeout(500);
  }
  const release = () => rmSync(lock, { force: true });
  process.on("exit", release);
  await part();
  process.off("exit", release);
  release();
}

/** @returns {Promise<string>} the path of a Node that can run the project */
async function pickNode() {
  const version = process.versions.node.split(".").map(Number);
  if (atLeast(version, OLDEST_NODE)) return process.execPath;

  // The packages behind npm's `node`, taken directly: that one needs an install script, which npm
  // may refuse to run.
  const system = windows ? "win" : process.platform;
  const name = `${system === "darwin" && process.arch === "arm64" ? "node-bin" : "node"}-${system}-${process.arch}`;
  const home = join(cache, `node${PRIVATE_NODE}`);
  const node = join(home, "node_modules", name, "bin", windows ? "node.exe" : "node");
  if (!existsSync(node)) {
    await alone(async () => {
      if (!existsSync(node)) await fetchNode(name, home);
    });
  }
  if (existsSync(node)) return node;
  throw new SetupError(`npm has no Node for ${name}: install Node ${OLDEST_NODE.join(".")} or newer yourself.`);
}

/**
 * @param {string} name the package @param {string} home the folder that is there in the end, or
 *   not at all
 */
async function fetchNode(name, home) {
  say(
    `Node ${process.versions.node} is too old for the project: fetching Node ${PRIVATE_NODE} into .cache/ (once, 50 MB).`,
  );
  const fresh = `${home}.new`;
  rmSync(fresh, { recursive: true, force: true });
  rmSync(home, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const target = ["--prefix", fresh, "--no-save", "--no-package-lock", "--ignore-scripts"];
  await setUp(
    npm(process.execPath, ["install", `${name}@${PRIVATE_NODE}`, ...target], process.env),
    `Could not fetch Node ${PRIVATE_NODE}. Check the connection to the npm registry and call again, ` +
      `or install Node ${OLDEST_NODE.join(".")} or newer`,
  );
  renameSync(fresh, home);
}

/**
 * The environment of everything that the project runs: the picked Node and the project's programs
 * come first in PATH, TypeScript runs directly, warnings that a feature of Node is experimental are
 * hidden, and Hardhat phones nobody.
 *
 * @param {string} node
 * @returns {NodeJS.ProcessEnv}
 */
function environment(node) {
  const options = [process.env.NODE_OPTIONS ?? "", "--disable-warning=ExperimentalWarning"];
  const version = process.versions.node.split(".").map(Number);
  const strips = node !== process.execPath || atLeast(version, version[0] === 22 ? [22, 18] : [23, 6]);
  if (!strips) options.push("--experimental-strip-types");
  const path = [dirname(node), join(modules, ".bin"), process.env.PATH ?? ""].join(delimiter);
  return { HARDHAT_DISABLE_TELEMETRY: "true", ...process.env, NODE_OPTIONS: options.join(" ").trim(), PATH: path };
}

/** @param {string} node @param {NodeJS.ProcessEnv} env */
async function installPackages(node, env) {
  const major = node === process.execPath ? process.versions.node.split(".")[0] : PRIVATE_NODE;
  const lock = sha256(readFileSync(join(root, "package-lock.json")));
  const wanted = `${lock} ${process.platform} ${process.arch} node${major}\n`;
  const stamp = join(modules, ".arbiter-stamp");
  const done = () => existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
  if (done()) return;
  await alone(async () => {
    if (!done()) await installAnew(node, env);
    writeFileSync(stamp, wanted);
  });
}

/** @param {string} node @param {NodeJS.ProcessEnv} env */
async function installAnew(node, env) {
  say("Installing the packages of package-lock.json (about a minute).");
  await setUp(
    npm(node, ["ci", "--include=dev", "--include=optional"], env),
    "Could not install the packages. Check the connection to the npm registry and call again",
  );
  if ((await run(node, ["-e", 'require("@nomicfoundation/edr")'], { env })) !== 0) {
    throw new SetupError(
      `The native engine of Hardhat, @nomicfoundation/edr, does not load on ${process.platform}-${process.arch}.\n` +
        "It exists for Linux, macOS (x64, arm64) and Windows (x64). If this is one of them, delete node_modules and call again.",
    );
  }
}

/**
 * @param {string} name a program of an installed package @returns {string} the path of its script
 */
function program(name) {
  const link = join(modules, ".bin", name);
  if (!existsSync(link)) throw new SetupError(`There is no program ${name} among the installed packages.`);
  return realpathSync(link);
}

/** @param {string[]} argv */
async function main(argv) {
  const [entry, ...args] = argv;
  if (entry === undefined) throw new SetupError("Usage: node scripts/bootstrap.mjs ENTRY [ARGS…]");
  const node = await pickNode();
  const env = environment(node);
  await installPackages(node, env);
  if (buildsFor(root) !== undefined) await alone(async () => adoptBuilds(root));
  const script = extname(entry) === "" ? program(entry) : join(root, entry);
  // File names among the arguments are the caller's: npm moves to the project's folder and leaves
  // the caller's here.
  return run(node, [script, ...args], { env, stdout: "inherit" });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = SETUP_FAILED;
}
