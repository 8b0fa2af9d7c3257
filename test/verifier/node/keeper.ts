/**
 * A process that keeps states: `node keeper.ts ROOT FIRST STRIDE COUNT PAGES BYTES`. It tells when
 * it has begun.
 */
import { DiskStore } from "../../../verifier/node/disk-store.ts";
import { beginning, stateAt } from "./stored-history.ts";

const [root = "", ...numbers] = process.argv.slice(2);
const [first = 0, stride = 1, count = 0, pages = 1, bytes = 0] = numbers.map(Number);
const initial = beginning();
const report = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
const store = new DiskStore({ root, initial, bytes, report });
process.stdout.write("begun\n");
for (let i = 0; i < count; i++) {
  const step = BigInt(first + i * stride);
  if (!store.keep(step, stateAt(initial, step, pages))) process.exitCode = 1;
  store.keepCommitment({ start: step, stride: 1n, height: 3 }, new Uint8Array(100).fill(Number(step % 256n)));
}
