/** The layers as a table in `docs/design.md`, between two lines that mark it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Crash } from "../../verifier/errors.ts";
import { LAYERS } from "./layers.ts";
import { importsText, outsideText } from "./text.ts";

const DOCUMENT = join(import.meta.dirname, "..", "..", "docs", "design.md");

const BEGIN = "<!-- From scripts/layers/layers.ts, by npm run generate -->";
const END = "<!-- The end of what is generated -->";

function table(): string {
  const rows = LAYERS.map((layer) => {
    const path = layer.folder.endsWith(".ts") ? layer.folder : `${layer.folder}/`;
    return [`\`${path}\``, layer.purpose, importsText(layer), outsideText(layer)];
  });
  const lines = [["folder", "idea", "imports", "from outside"], ["---", "---", "---", "---"], ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/**
 * The document with the table as it should be.
 * @throws Crash if it has no place for one
 */
export function designDocument(): string {
  const text = readFileSync(DOCUMENT, "utf8");
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Crash(`docs/design.md has no lines "${BEGIN}" and "${END}"`);
  return `${text.slice(0, begin)}${BEGIN}\n\n${table()}\n\n${text.slice(end)}`;
}
