/**
 * Emscripten's modules as they lie in npm packages: a parser and a grammar that its JavaScript
 * loads at run time.
 */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Language, Parser } from "web-tree-sitter";
import { engineExecutor } from "../../../../verifier/engine/executor.ts";
import { interpreterExecutor } from "../../../../verifier/interpreter/execute.ts";
import { buildProgram, type ModuleSource, type Program } from "../../../../verifier/program/build.ts";
import { OVERHEAD, runFragment } from "../../../../verifier/program/fragment.ts";
import { regionDepthOf } from "../../../../verifier/program/layout.ts";
import { callPayload } from "../../../../verifier/program/transactions-file.ts";
import { decodeTypedOutput, encodeTransactions } from "../../../../verifier/program/transactions.ts";
import type { Executor } from "../../../../verifier/state/executor.ts";
import { initialState } from "../../../../verifier/state/program.ts";
import { type State, stateRoot } from "../../../../verifier/state/state.ts";
import { textGuest } from "../../../support/text-guest.ts";

const { resolve } = createRequire(import.meta.url);
const CORE = resolve("web-tree-sitter/web-tree-sitter.wasm");
const GRAMMAR = resolve("tree-sitter-json/tree-sitter-json.wasm");

const source = (name: string, file: string): ModuleSource => ({ name, bytes: new Uint8Array(readFileSync(file)) });

const FUEL = 1n << 32n;

/** Runs one transaction. */
function play(
  program: Program,
  payload: Uint8Array,
  executor: Executor = interpreterExecutor,
): { readonly final: State; readonly output: Uint8Array } {
  const input = encodeTransactions([{ fuel: FUEL, keep: true, payload }]);
  const { final, results } = runFragment(initialState(program.image), input, { budget: FUEL + OVERHEAD, executor });
  return { final, output: results[0]?.output ?? new Uint8Array() };
}

const rootOf = (state: State): string => Buffer.from(stateRoot(state)).toString("hex");

describe("tree-sitter", () => {
  let language: Language;

  before(async () => {
    await Parser.init();
    language = await Language.load(new Uint8Array(readFileSync(GRAMMAR)));
  });

  it("has a grammar that gives its language's structure, linked to nothing", () => {
    const program = buildProgram([source("json", GRAMMAR)], { convention: "typed" });
    const { final, output } = play(program, callPayload(program.exports, "tree_sitter_json", []));
    const [pointer = 0n] = decodeTypedOutput(output, ["i32"]);
    const [memory] = program.instances.find(({ name }) => name === "dylink")?.memories ?? [];
    const region = (memory?.region ?? NaN) * 2 ** regionDepthOf(program.image.header);
    const words = [0, 4].map((offset) => {
      const at = Number(pointer) + offset;
      const leaf = final.memory.get(region + Math.floor(at / 32));
      const bytes = Buffer.from(leaf.toString(16).padStart(64, "0"), "hex");
      return bytes.readUInt32LE(at % 32);
    });
    expect(words).deep.equal([language.abiVersion, language.nodeTypeCount]);
  });

  it("parses what it parses under Emscripten's JavaScript", async () => {
    const modules = [source("core", CORE), source("json", GRAMMAR)];
    const guest = { name: "guest", bytes: await textGuest("tree-sitter") };
    const program = buildProgram([...modules, guest], { convention: "payload", allowMissingImports: true });
    const parser = new Parser().setLanguage(language);
    const long = JSON.stringify(
      Array.from({ length: 400 }, (_, i) => ({ [`key ${i}`]: [i, null, "x\n", { a: i % 2 === 0 }] })),
    );
    for (const text of [`{"a": [1, true, null, "x"], "b": {}}`, `[1, 2`, ``, `{"a" 1} ?`, long]) {
      const expected = parser.parse(text)?.rootNode.toString();
      const payload = new TextEncoder().encode(text);
      const { final, output } = play(program, payload);
      expect(new TextDecoder().decode(output)).equal(expected);
      expect(rootOf(play(program, payload, engineExecutor(program)).final)).equal(rootOf(final));
    }
  });
});
