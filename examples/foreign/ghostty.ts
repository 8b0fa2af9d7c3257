import { type ForeignProgram, packageFile } from "./program.ts";

const COLUMNS = 40;
const ROWS = 6;

/** A code point and, in twelve more bytes, colours and flags. */
const CELL_BYTES = 16;

const ESCAPE = "\u001b";

/**
 * What a program prints: colours, moves of the cursor, erased lines, wide characters, a scrolling
 * region.
 */
const OUTPUT = [
  ...Array.from({ length: 30 }, (_, i) => `${ESCAPE}[${31 + (i % 7)}mline ${i}${ESCAPE}[0m of a log that scrolls\r\n`),
  `${ESCAPE}[2J${ESCAPE}[H${ESCAPE}[1;38;5;208mtitle${ESCAPE}[m\r\n`,
  `wide 世界 café${ESCAPE}[3;10Hhere${ESCAPE}[4;1Hgone${ESCAPE}[2K`,
  `${ESCAPE}[5;1H${"wrap ".repeat(9)}${ESCAPE}[3;1H${ESCAPE}[2P${ESCAPE}[4@left${ESCAPE}]0;name${ESCAPE}\\`,
].join("");

/** A terminal emulator: it reads escape sequences and keeps a grid of characters. */
export const ghostty: ForeignProgram = {
  package: "ghostty-web",
  license: "MIT",
  toolchain: "Zig",
  computes: `the screen that ${OUTPUT.length} bytes of escape sequences draw`,
  module: () => packageFile("ghostty-web", "ghostty-vt.wasm"),
  run: (guest) => {
    const terminal = Number(guest.call("ghostty_terminal_new", COLUMNS, ROWS));
    const output = new TextEncoder().encode(OUTPUT);
    const text = Number(guest.call("ghostty_wasm_alloc_u8_array", output.length));
    guest.write(text, output);
    guest.call("ghostty_terminal_write", terminal, text, output.length);
    guest.call("ghostty_render_state_update", terminal);
    const length = COLUMNS * ROWS * CELL_BYTES;
    const cells = Number(guest.call("ghostty_wasm_alloc_u8_array", length));
    guest.call("ghostty_render_state_get_viewport", terminal, cells, COLUMNS * ROWS);
    const words = new Uint32Array(guest.read(cells, length).buffer);
    const rows = Array.from({ length: ROWS }, (_, row) => {
      const points = Array.from({ length: COLUMNS }, (_cell, column) => words[4 * (row * COLUMNS + column)] ?? 0);
      return points
        .map((point) => String.fromCodePoint(point === 0 ? 32 : point))
        .join("")
        .trimEnd();
    });
    return rows.join("\n");
  },
  expected: () => ["title", "wide 世 界  café", "left       here", "", "wrap ".repeat(8).trim(), "wrap"].join("\n"),
};
