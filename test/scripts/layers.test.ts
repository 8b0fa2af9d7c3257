import { expect } from "chai";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ALL, LAYERS } from "../../scripts/layers/layers.ts";
import { CONFIGURATION } from "../../scripts/layers/rules.ts";

const ROOT = join(import.meta.dirname, "..", "..");

describe("layers", () => {
  it("import only those above them", () => {
    LAYERS.forEach(({ folder, imports }, i) => {
      const above = LAYERS.slice(0, i).map((layer) => layer.folder);
      if (imports !== ALL) expect(above, folder).to.include.members([...imports]);
    });
  });

  it("are every folder with TypeScript in it, those of verifier/ and agents/ one by one", () => {
    const files = globSync("{*,{verifier,agents}/*}/**/*.ts", {
      cwd: ROOT,
      exclude: ["node_modules", "artifacts", "cache", "coverage", "types"],
    });
    const folders = files.map((file) => {
      const [top = "", next = ""] = file.split("/");
      return top === "verifier" || top === "agents" ? `${top}/${next}` : top;
    });
    expect(LAYERS.map(({ folder }) => folder)).to.have.members([...new Set(folders)]);
  });

  /** The rules that files break, with who breaks them: each imports one thing, and all that they import is there. */
  async function broken(imports: readonly (readonly [file: string, imported: string])[]): Promise<string[]> {
    // Inside the project, where packages are found.
    mkdirSync(join(ROOT, ".cache"), { recursive: true });
    const baseDir = mkdtempSync(join(ROOT, ".cache", "layers-"));
    const write = (file: string, text: string): void => {
      mkdirSync(dirname(join(baseDir, file)), { recursive: true });
      writeFileSync(join(baseDir, file), text);
    };
    try {
      for (const [file, imported] of imports) {
        const isFile = imported.endsWith(".ts");
        const source = isFile ? `./${"../".repeat(file.split("/").length - 1)}${imported}` : imported;
        write(file, `import type { X } from "${source}";\nexport type Y = X;\n`);
        if (isFile && !imports.some(([other]) => other === imported)) write(imported, "export type X = 1;\n");
      }
      const options = { ...CONFIGURATION.options, baseDir, validate: true, ruleSet: CONFIGURATION };
      const { output } = await cruise(["."], options);
      return (output as ICruiseResult).summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
    } finally {
      rmSync(baseDir, { recursive: true });
    }
  }

  it("may import what stands above them, their packages, and Node where they run in it", async () => {
    expect(
      await broken([
        ["verifier/state/one.ts", "verifier/merkle/tree.ts"],
        ["verifier/merkle/keccak.ts", "hash-wasm"],
        ["verifier/node/one.ts", "verifier/engine/garbage.ts"],
        ["verifier/node/two.ts", "node:fs"],
        ["agents/stage/one.ts", "hardhat/types/hre"],
        ["agents/stage/two.ts", "agents/chain/chain.ts"],
        ["bench/one.ts", "examples/build.ts"],
        ["test/one.ts", "agents/cli/start.ts"],
        ["test/two.ts", "hardhat/types/hre"],
      ]),
    ).to.deep.equal([]);
  });

  const wrongs = {
    "verifier/wasm: layer": ["verifier/wasm/one.ts", "verifier/state/state.ts"],
    "verifier/state: layer": ["verifier/state/one.ts", "verifier/program/build.ts"],
    "verifier/merkle: layer": ["verifier/merkle/one.ts", "verifier/node/start-hash-thread.ts"],
    "verifier/history: layer": ["verifier/history/one.ts", "agents/game/types.ts"],
    "agents/validator: layer": ["agents/validator/one.ts", "agents/stage/embedded.ts"],
    "agents/players: layer": ["agents/players/one.ts", "verifier/node/checkpoint-store.ts"],
    "bench: layer": ["bench/one.ts", "test/support/guests.ts"],
    "examples: layer": ["examples/one.ts", "test/support/guests.ts"],
    "scripts: layer": ["scripts/one.ts", "test/support/guests.ts"],
    "verifier/engine: node": ["verifier/engine/one.ts", "node:fs"],
    "agents/game: node": ["agents/game/one.ts", "fs"],
    "agents/scenario: package": ["agents/scenario/one.ts", "hardhat/types/hre"],
    "agents/cli: package": ["agents/cli/one.ts", "@nomicfoundation/hardhat-ignition/modules"],
    "verifier/proof: package": ["verifier/proof/one.ts", "viem"],
    missing: ["verifier/wasm/one.ts", "no-such-package"],
  } as const;
  for (const [rule, wrong] of Object.entries(wrongs)) {
    it(`may not be as ${wrong[0]} that imports ${wrong[1]}`, async () => {
      expect(await broken([wrong])).to.include(`${rule}: ${wrong[0]}`);
    });
  }

  it("have no circle of files, not even of types", async () => {
    const circle = ["one", "two", "three"].map((name) => `verifier/wasm/${name}.ts`);
    const [one = "", two = "", three = ""] = circle;
    expect(
      await broken([
        [one, two],
        [two, three],
        [three, one],
      ]),
    ).to.deep.equal([`circle: ${one}`]);
  });
});
