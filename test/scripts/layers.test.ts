import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ALL, LAYERS } from "../../scripts/layers/layers.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** What dependency-cruiser reports of a violation. */
interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
}

describe("layers", () => {
  it("import only those above them", () => {
    LAYERS.forEach(({ folder, imports }, i) => {
      const above = LAYERS.slice(0, i).map((layer) => layer.folder);
      if (imports !== ALL) expect(above, folder).to.include.members([...imports]);
    });
  });

  it("are every folder with TypeScript in it, those of verifier/, agents/ and cluster/ one by one", () => {
    const files = globSync("{*,{verifier,agents,cluster}/*}/**/*.ts", {
      cwd: ROOT,
      exclude: ["node_modules", "artifacts", "cache", "coverage", "types"],
    });
    const folders = files.map((file) => {
      const [top = "", next = ""] = file.split("/");
      if (!["verifier", "agents", "cluster"].includes(top)) return top;
      return next.endsWith(".ts") ? `${top}/*.ts` : `${top}/${next}`;
    });
    expect(LAYERS.map(({ folder }) => folder)).to.have.members([...new Set(folders)]);
  });

  /** The rules that files break, with who breaks them. Each file imports one thing. */
  function broken(imports: readonly (readonly [file: string, imported: string])[]): string[] {
    // Inside the project, where packages are found.
    mkdirSync(join(ROOT, ".cache"), { recursive: true });
    const folder = mkdtempSync(join(ROOT, ".cache", "layers-"));
    const write = (file: string, text: string): void => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    };
    try {
      for (const [file, imported] of imports) {
        const isFile = imported.endsWith(".ts");
        const source = isFile ? `./${"../".repeat(file.split("/").length - 1)}${imported}` : imported;
        write(file, `import type { X } from "${source}";\nexport type Y = X;\n`);
        if (isFile && !imports.some(([other]) => other === imported)) write(imported, "export type X = 1;\n");
      }
      const args = ["--config", join(ROOT, ".dependency-cruiser.mjs"), "--output-type", "json", "."];
      const { stdout, stderr } = spawnSync("depcruise", args, { cwd: folder, encoding: "utf8" });
      if (stdout === "") throw new Error(stderr);
      const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[] } };
      return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it("may import what stands above them, their packages, and Node where they run in it", () => {
    expect(
      broken([
        ["verifier/state/one.ts", "verifier/merkle/tree.ts"],
        ["verifier/state/two.ts", "verifier/errors.ts"],
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

  it("may import nothing else", () => {
    const wrong = [
      ["layer", "verifier/wasm/one.ts", "verifier/state/state.ts"],
      ["layer", "verifier/state/one.ts", "verifier/program/build.ts"],
      ["layer", "verifier/merkle/one.ts", "verifier/node/start-hash-thread.ts"],
      ["layer", "verifier/history/one.ts", "agents/game/types.ts"],
      ["layer", "agents/validator/one.ts", "agents/stage/embedded.ts"],
      ["layer", "agents/players/one.ts", "verifier/node/checkpoint-store.ts"],
      ["layer", "bench/one.ts", "test/support/guests.ts"],
      ["layer", "examples/one.ts", "test/support/guests.ts"],
      ["layer", "scripts/one.ts", "test/support/guests.ts"],
      ["node", "verifier/engine/one.ts", "node:fs"],
      ["node", "agents/game/one.ts", "fs"],
      ["package", "agents/scenario/one.ts", "hardhat/types/hre"],
      ["package", "agents/cli/one.ts", "@nomicfoundation/hardhat-ignition/modules"],
      ["package", "verifier/proof/one.ts", "viem"],
    ] as const;
    const expected = wrong.map(([rule, file]) => `${dirname(file)}: ${rule}: ${file}`);
    expect(broken(wrong.map(([, ...edge]) => edge))).to.have.members(expected);
  });

  it("import nothing into what all of them may import", () => {
    const wrong = broken([["verifier/one.ts", "verifier/wasm/types.ts"]]);
    expect(wrong).to.deep.equal(["verifier/*.ts: layer: verifier/one.ts"]);
  });

  it("may import nothing that is not there", () => {
    expect(broken([["test/one.ts", "no-such-package"]])).to.deep.equal(["missing: test/one.ts"]);
  });

  it("have no circle of files, not even of types", () => {
    const [one, two, three] = ["verifier/wasm/one.ts", "verifier/wasm/two.ts", "verifier/wasm/three.ts"] as const;
    expect(
      broken([
        [one, two],
        [two, three],
        [three, one],
      ]),
    ).to.deep.equal([`circle: ${one}`]);
  });
});
