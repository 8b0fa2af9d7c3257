import { parse } from "@bytecodealliance/jco";
import { Problem } from "../../verifier/errors.ts";
import { type ForeignProgram, packageFile } from "./program.ts";

const TEXT = `(module $primes
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (table funcref (elem $next $is_prime))
  (data (i32.const 8) "caf\\c3\\a9 \\"quoted\\"")
  (func $is_prime (param $n i32) (result i32) (local $d i32)
    (local.set $d (i32.const 2))
    (loop $again (result i32)
      (if (result i32) (i32.gt_u (i32.mul (local.get $d) (local.get $d)) (local.get $n))
        (then (i32.const 1))
        (else (if (result i32) (i32.eqz (i32.rem_u (local.get $n) (local.get $d)))
          (then (i32.const 0))
          (else (local.set $d (i32.add (local.get $d) (i32.const 1))) (br $again)))))))
  (func $next (export "next") (param $n i32) (result i32)
    loop $l
      local.get $n
      i32.const 1
      i32.add
      local.tee $n
      call $is_prime
      i32.eqz
      br_if $l
    end
    local.get $n)
  (func (export "pi") (result f64) (f64.const 0x1.921fb54442d18p+1))
  (func (export "tenth") (result f32) (f32.const 1e-1)))`;

/** Where the hash tables' seeds come from: zeros. And an empty environment. */
const SYSTEM = `(module
  (memory (import "guest" "memory") 0)
  (func (export "random_get") (param i32 i32) (result i32)
    (memory.fill (local.get 0) (i32.const 0) (local.get 1)) (i32.const 0))
  (func (export "environ_get") (param i32 i32) (result i32) (i32.const 0))
  (func (export "environ_sizes_get") (param i32 i32) (result i32)
    (i32.store (local.get 0) (i32.const 0)) (i32.store (local.get 1) (i32.const 0)) (i32.const 0)))`;

/** Results of the component model's canonical ABI: whether it is an error, address, length. */
const RESULT_BYTES = 12;

/**
 * An assembler of WebAssembly, in the machine: the one that this project's tests are assembled
 * with.
 */
export const wasmTools: ForeignProgram = {
  package: "@bytecodealliance/jco-transpile",
  license: "Apache-2.0 WITH LLVM-exception",
  toolchain: "Rust (WASI)",
  computes: `${TEXT.length} bytes of WebAssembly's text format, assembled`,
  module: () => packageFile("@bytecodealliance/jco-transpile", "vendor/wasm-tools.core.wasm"),
  support: [{ name: "wasi_snapshot_preview1", text: SYSTEM }],
  run: (guest) => {
    const text = new TextEncoder().encode(TEXT);
    const address = Number(guest.call("cabi_realloc", 0, 0, 1, text.length));
    guest.write(address, text);
    const result = Number(guest.call("local:wasm-tools/tools#parse", address, text.length));
    const [failed, bytes = 0, length = 0] = new Int32Array(guest.read(result, RESULT_BYTES).buffer);
    const module = guest.read(bytes, length);
    if (((failed ?? 1) & 0xff) !== 0) throw new Problem(new TextDecoder().decode(module));
    guest.call("cabi_post_local:wasm-tools/tools#parse", result);
    return Buffer.from(module).toString("hex");
  },
  expected: async () => Buffer.from(await parse(TEXT)).toString("hex"),
};
