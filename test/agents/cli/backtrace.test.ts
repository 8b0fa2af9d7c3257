import { expect } from "chai";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { readableNames } from "../../../agents/cli/backtrace/names.ts";
import { compileC } from "../../../examples/clang.ts";
import { assemble } from "../guests.ts";
import { command } from "./command.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A method of a template, called by a function that is inlined. */
const SHOP = `namespace shop {
  template <class T> struct Cart {
    T items[4];
    __attribute__((noinline)) T at(int i) {
      if (i > 3)
        __builtin_trap();
      return items[i];
    }
  };
  inline int twice(Cart<int> &cart, int i) { return cart.at(i) * 2; }
}
shop::Cart<int> cart;
extern "C" __attribute__((export_name("run"))) int run(int i) {
  return shop::twice(cart, i) + 1;
}
`;

const CLANG = ["--target=wasm32", "-O1", "-nostdlib", "-Wl,--no-entry", "shop.cc"];

const SCRIPT = `function check(n: i32): void {
  assert(n < 10);
}
export function run(n: i32): i32 {
  check(n);
  return n;
}
`;

describe("where a program trapped", () => {
  const folder = temporaryFolder();

  const shop = (...options: string[]): Promise<Uint8Array> =>
    compileC({ "shop.cc": SHOP }, { compiler: "clang++", args: [...options, ...CLANG] });

  const backtraceOf = async (module: string): Promise<string[]> => {
    const { stdout, code } = await command("arbiter", ["run", module, "--export", "run", "11"]);
    expect(code).equal(1);
    return stdout.split("\n").filter((line) => line.startsWith("  at "));
  };

  it("is told by names, offsets and, with DWARF, lines, of inlined functions too", async () => {
    const lines = await backtraceOf(folder.write("shop.wasm", await shop("-g")));
    expect(lines).length(3);
    expect(lines[0]).match(/^ {2}at shop::Cart<int>::at\(int\) \/shop\.cc:6:9 \(guest 0x[0-9a-f]+ unreachable\)$/);
    expect(lines[1]).match(/^ {2}at shop::twice\(shop::Cart<int>&, int\) \/shop\.cc:10:\d+ \(inlined\)$/);
    expect(lines[2]).match(/^ {2}at run \/shop\.cc:14:10 \(guest 0x[0-9a-f]+ call\)$/);
  });

  it("is told without DWARF too", async () => {
    const lines = await backtraceOf(folder.write("plain.wasm", await shop("-Wl,--no-demangle")));
    expect(lines).length(2);
    expect(lines[0]).match(/^ {2}at shop::Cart<int>::at\(int\) \(guest 0x[0-9a-f]+ unreachable\)$/);
    expect(lines[1]).match(/^ {2}at run \(guest 0x[0-9a-f]+ call\)$/);
  });

  it("is told by the lines of a source map beside the module", async () => {
    const compiler = join(dirname(createRequire(import.meta.url).resolve("assemblyscript/package.json")), "bin/asc.js");
    folder.write("script.ts", SCRIPT);
    const args = ["script.ts", "--baseDir", folder.path("."), "--outFile", "script.wasm"];
    const options = ["--runtime", "stub", "--use", "abort=", "--debug", "--sourceMap"];
    await promisify(execFile)(process.execPath, [compiler, ...args, ...options]);
    const lines = await backtraceOf(folder.path("script.wasm"));
    expect(lines[0]).match(/^ {2}at script\/check script\.ts:2:3 \(guest 0x[0-9a-f]+ unreachable\)$/);
    expect(lines[1]).match(/^ {2}at script\/run script\.ts:5:3 \(guest 0x[0-9a-f]+ call\)$/);
    writeFileSync(folder.path("script.wasm.map"), "{}");
    expect((await backtraceOf(folder.path("script.wasm")))[0]).match(/^ {2}at script\/check \(guest/);
  });

  it("is told of the start function", async () => {
    const text = `(module (func $begin (unreachable)) (start $begin) (func (export "run") (param i32)))`;
    const lines = await backtraceOf(folder.write("start.wasm", await assemble(text)));
    expect(lines).length(1);
    expect(lines[0]).match(/^ {2}at begin \(start function\) \(guest 0x[0-9a-f]+ unreachable\)$/);
  });

  it("is there for machines", async () => {
    const path = folder.write("shop.wasm", await shop("-g"));
    const { stdout } = await command("arbiter", ["run", path, "--json", "--export", "run", "11"]);
    const { backtrace } = JSON.parse(stdout) as { backtrace: { functions: unknown[]; omitted: number } };
    expect(backtrace.omitted).equal(0);
    expect(backtrace.functions[0]).deep.include({
      function: "shop::Cart<int>::at(int)",
      module: "guest",
      instruction: "unreachable",
      source: { file: "/shop.cc", line: 6, column: 9 },
    });
  });

  it("survives damaged DWARF", async () => {
    const bytes = await shop("-g");
    const text = new TextDecoder("latin1").decode(bytes);
    for (const section of [".debug_line", ".debug_info", ".debug_abbrev"]) {
      const damaged = bytes.slice();
      const start = text.indexOf(section) + section.length;
      damaged.fill(0xff, start, start + 40);
      const lines = await backtraceOf(folder.write("damaged.wasm", damaged));
      expect(lines.at(0), section).match(/^ {2}at .*\(guest 0x[0-9a-f]+ unreachable\)$/);
    }
  });
});

describe("names of functions", () => {
  const cases: [mangled: string, readable: string][] = [
    // rustc's legacy mangling
    ["_ZN4core3fmt9Formatter3pad17h9b2b3a0e5b4d1b31E", "core::fmt::Formatter::pad"],
    ["_ZN4core6option15Option$LT$T$GT$6unwrap17h0123456789abcdefE", "core::option::Option<T>::unwrap"],
    [
      "_ZN46_$LT$$RF$str$u20$as$u20$core..fmt..Display$GT$3fmt17h1234567890abcdefE",
      "<&str as core::fmt::Display>::fmt",
    ],
    // rustc's v0 mangling
    ["_RNvCs15kBYyAo9fc_7mycrate7example", "mycrate::example"],
    // C++, the Itanium ABI
    ["_ZN4shop4CartIiE2atEi", "shop::Cart<int>::at(int)"],
    ["_ZNSt6vectorIiSaIiEE9push_backERKi", "std::vector<int, std::allocator<int>>::push_back(int const&)"],
    // not mangled, or badly
    ["main", "main"],
    ["_ZN4core3fmt", "_ZN4core3fmt"],
    ["_ZN99shop17h0123456789abcdefE", "_ZN99shop17h0123456789abcdefE"],
    ["--help", "--help"],
    ["_Z\n_ZN1aE", "_Z\n_ZN1aE"],
  ];

  it("are readable", async () => {
    expect(await readableNames(cases.map(([mangled]) => mangled))).deep.equal(cases.map(([, readable]) => readable));
  });
});
