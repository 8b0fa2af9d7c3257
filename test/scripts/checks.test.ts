import { expect } from "chai";
import { CHECKS } from "../../scripts/checks.ts";
import { linesHash } from "../../scripts/passed.ts";

describe("the check of layers", () => {
  const layers = CHECKS.find(({ name }) => name === "Layers");
  const sees = (before: string, after: string): boolean => {
    const lines = layers?.lines;
    if (lines === undefined) throw new Error("there is no such check");
    return linesHash(before, lines) !== linesHash(after, lines);
  };
  const FILE = 'import { a } from "./a.ts";\n\n/** Adds. */\nexport const add = 1;\nif (a > 1) add();\n';

  for (const line of [
    'import "./b.ts";',
    'import type { B } from "./b.ts";',
    'import {\n  b,\n} from "./b.ts";',
    'export * from "./b.ts";',
    'const { b } = await import("./b.ts");',
    "const { b } = await import(\n  `./b.ts`\n);",
    'let b: import("./b.ts").B;',
    "const b = require('./b.ts');",
  ]) {
    it(`sees ${JSON.stringify(line)} come, change and go`, () => {
      expect(sees(FILE, `${FILE}${line}`)).equal(true);
      expect(sees(`${FILE}${line}`, `${FILE}${line.replace("./b.ts", "./c.ts")}`)).equal(true);
      expect(sees(`${FILE}${line}`, FILE)).equal(true);
    });
  }

  it("sees an import become one of a type", () => {
    expect(sees("import {\n  a,\n}", "import {\n  type a,\n}")).equal(true);
  });

  it("does not see what imports nothing", () => {
    expect(sees(FILE, FILE.replace("a > 1", "a > 2").replace("Adds.", "Counts."))).equal(false);
  });
});
