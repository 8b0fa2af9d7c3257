import { expect } from "chai";
import { escaped, escapedJson, printableName, shortened } from "../../verifier/printable.ts";

describe("escaped text", () => {
  it("has no control characters, separators, overrides, invisible characters or halves of pairs", () => {
    expect(escaped("a\n\r\t\u0000\u001b\u007f\u009b")).to.equal("a\\n\\r\\t\\u{0}\\u{1b}\\u{7f}\\u{9b}");
    expect(escaped("\u2028\u202e\u200b\ufeff\u3164\u{e0041}")).to.equal(
      "\\u{2028}\\u{202e}\\u{200b}\\u{feff}\\u{3164}\\u{e0041}",
    );
    expect(escaped("\ud800x\udc00")).to.equal("\\u{d800}x\\u{dc00}");
  });

  it("is the same where nothing is wrong with it", () => {
    const text = "Größe → 2 €, 「名前」 \u{1f600} e\u0301 <T>::f";
    expect(escaped(text)).to.equal(text);
  });

  it("is the same JSON", () => {
    const value = { text: "\u009b\u202e\u{e0041}\n\ud800" };
    const json = escapedJson(JSON.stringify(value));
    expect(json).to.equal('{"text":"\\u009b\\u202e\\udb40\\udc41\\n\\ud800"}');
    expect(JSON.parse(json)).to.deep.equal(value);
  });

  it("is cut between characters", () => {
    expect(shortened("abc", 3)).to.equal("abc");
    expect(shortened("abcd", 3)).to.equal("abc…");
    expect(shortened("ab\u{1f600}", 3)).to.equal("ab…");
    expect(printableName("\n".repeat(101))).to.equal(`${"\\n".repeat(100)}…`);
  });
});
