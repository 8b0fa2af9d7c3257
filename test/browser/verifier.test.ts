/**
 * The verifier runs in a browser as in Node: the same roots, the same commitments, the same
 * witness.
 */
import { parse } from "@bytecodealliance/jco";
import { expect } from "chai";
import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import { MISSING, startChromium } from "./chromium.ts";
import { job, type JobOutcome } from "./job.ts";

const JOB = fileURLToPath(new URL("job.ts", import.meta.url));

/** Some calls and stores a round, all over two pages, and a float. */
const GUEST = `(module (memory (export "memory") 2)
  (func $next (param $x i32) (result i32)
    (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 13))))
    (local.set $x (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 17))))
    (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 5))))
  (func (export "run") (param $rounds i32) (result f64) (local $x i32) (local $sum f64)
    (local.set $x (i32.const 12345))
    (loop $again
      (local.set $x (call $next (local.get $x)))
      (i32.store (i32.and (local.get $x) (i32.const 0x1fffc)) (local.get $x))
      (local.set $sum (f64.add (local.get $sum) (f64.convert_i32_s (local.get $x))))
      (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.get $sum)))`;

const ROUNDS = 30_000;

/** One file for browsers. What only Node has is an error here. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [JOB],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2024",
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

/** Runs the job in a page that has nothing but its bundle. */
async function inChromium(source: string, module: Uint8Array): Promise<JobOutcome> {
  const browser = await startChromium();
  try {
    const page = await browser.newPage();
    return await page.evaluate(
      async ([code, bytes, rounds]) => {
        const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
        const bundled = (await import(url)) as { job: typeof job };
        return bundled.job(Uint8Array.from(bytes), rounds);
      },
      [source, [...module], ROUNDS] as const,
    );
  } finally {
    await browser.close();
  }
}

describe(`the verifier in a browser ${MISSING ?? ""}`.trimEnd(), () => {
  const test = MISSING === undefined ? it : it.skip;

  test("gives the roots, the commitments and the witness that Node gives", async () => {
    const module = new Uint8Array(await parse(GUEST));
    const inNode = await job(module, ROUNDS);
    expect(inNode.isNative).to.be.true;
    expect(inNode.next[0]).to.equal(inNode.next[1]);
    expect(await inChromium(await bundle(), module)).to.deep.equal(inNode);
  });
});
