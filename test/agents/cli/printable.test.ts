import { expect } from "chai";
import { stdout } from "../../../agents/cli/channels.ts";
import { failureLines, failureOf, UserError } from "../../../agents/cli/failure.ts";
import { Printable, text } from "../../../agents/cli/printable.ts";
import { terminalText } from "../../../agents/cli/terminal-text.ts";
import { Crash, Problem } from "../../../verifier/errors.ts";

describe("printable text", () => {
  it("keeps our literals and other printables, and escapes strings", () => {
    const inner = text`a ${"\n"}`;
    expect(String(text`${inner}\n${"\t"}${1}${2n}`)).equal("a \\n\n\\t12");
    expect(String(Printable.painted((s) => `<${s}>`, "\u001b"))).equal("<\\u{1b}>");
    expect(String(Printable.lines([text`a`, text`b`]))).equal("a\nb");
  });

  it("is all that a channel takes: a bare string does not compile", () => {
    // @ts-expect-error -- a string has not been escaped
    const line = (): void => stdout.line("\u001b[2J");
    expect(line).to.be.a("function");
  });

  it("cuts what is very long, unless it is wanted whole", () => {
    const long = "\u{1f600}".repeat(501);
    expect(String(text`${long}`)).equal(`${"\u{1f600}".repeat(500)}…`);
    expect(String(text`${`x${long}`}`)).equal(`x${"\u{1f600}".repeat(499)}…`);
    expect(String(Printable.whole(long))).equal(long);
  });
});

describe("what a program writes to a terminal", () => {
  const shown = (written: string): string => terminalText(new TextEncoder().encode(written));

  it("keeps lines, tabs and colours, which end with it", () => {
    expect(shown("a\tb\r\nc\n")).equal("a\tb\nc\n");
    expect(shown("\u001b[1;31mred\n")).equal("\u001b[1;31mred\n\u001b[0m");
  });

  it("loses every other command", () => {
    expect(shown("\u001b[2J\u001b]0;title\u0007 10 %\r 20 %\u009b1m\u202e")).equal(
      "\\u{1b}[2J\\u{1b}]0;title\\u{7} 10 %\\r 20 %\\u{9b}1m\\u{202e}",
    );
    expect(terminalText(Uint8Array.of(0x61, 0xff))).equal("a\ufffd");
  });
});

describe("failures", () => {
  it("are told with the hint that the error or a cause of it has", () => {
    const cause = new Problem("deep", { place: "at byte 3", hint: "dig" });
    const error = new UserError("a.wasm: deep", { cause });
    expect(failureLines(error).map(String)).deep.equal(["error: a.wasm: deep", "hint: dig"]);
    expect(failureOf(error)).deep.equal({ kind: "problem", problem: "a.wasm: deep", place: "at byte 3", hint: "dig" });
    expect(failureLines(new Problem("no more")).map(String)).deep.equal(["error: no more"]);
  });

  it("are ours where a crash is among the causes, and where nobody knows the error", () => {
    for (const error of [new Crash("x"), new Problem("y", { cause: new Crash("x") }), new TypeError("z"), "thrown"]) {
      expect(failureOf(error).kind).equal("crash");
      expect(failureLines(error).map(String)[1]).match(/^hint: this is a fault of Arbiter's: please report it/);
    }
    const full = Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC", syscall: "write" });
    expect(failureOf(full).kind).equal("problem");
  });

  it("of strangers' making stay in their line", () => {
    const lines = failureLines(new Problem("a\nhint: b\u001b[0m", { hint: "c\nd" })).map(String);
    expect(lines).deep.equal(["error: a\\nhint: b\\u{1b}[0m", "hint: c\\nd"]);
  });
});
