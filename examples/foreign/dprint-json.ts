import { Problem } from "../../verifier/errors.ts";
import { type Embedder, type ForeignProgram, packageFile } from "./program.ts";

const CONFIG = 1;
const CHANGED = 1;

const ITEMS = Array.from({ length: 40 }, (_, i) => ({ id: i, tags: ["a", "b"], nested: { value: i / 8, none: null } }));

function send(guest: Embedder, text: string): void {
  const bytes = new TextEncoder().encode(text);
  guest.write(Number(guest.call("clear_shared_bytes", bytes.length)), bytes);
}

/** A formatter of JSON: it parses the text with its comments and prints it. */
export const dprintJson: ForeignProgram = {
  package: "@dprint/json",
  license: "MIT",
  toolchain: "Rust",
  computes: "JSON with comments, formatted",
  module: () => packageFile("@dprint/json", "plugin.wasm"),
  run: (guest) => {
    send(guest, JSON.stringify({ global: { lineWidth: 60, indentWidth: 4 }, plugin: {} }));
    guest.call("register_config", CONFIG);
    send(guest, "file.json");
    guest.call("set_file_path");
    send(guest, `{// what it is\n"items":${JSON.stringify(ITEMS)},"text":"caf\\u00e9 é 世界" }`);
    if (guest.call("format", CONFIG) !== CHANGED) throw new Problem("the formatter did not change the text");
    const length = Number(guest.call("get_formatted_text"));
    const address = Number(guest.call("get_shared_bytes_ptr"));
    return new TextDecoder().decode(guest.read(address, length));
  },
  expected: () => {
    const items = ITEMS.map(
      ({ id, nested }) => `        {
            "id": ${id},
            "tags": ["a", "b"],
            "nested": { "value": ${nested.value}, "none": null }
        }`,
    );
    return `{ // what it is
    "items": [
${items.join(",\n")}
    ],
    "text": "caf\\u00e9 é 世界"
}
`;
  },
};
