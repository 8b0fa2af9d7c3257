import { expect } from "chai";
import fc from "fast-check";
import { WASI } from "node:wasi";
import { Outcome } from "../../../../verifier/machine/codes.ts";
import { keccak256 } from "../../../../verifier/merkle/keccak.ts";
import { asm } from "../../../../verifier/wasm/assembler.ts";
import { External, ModuleWriter } from "../../../../verifier/wasm/module-writer.ts";
import { buildProgram, type Program } from "../../../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../../verifier/program/transactions.ts";
import { shimBytes, WASI_MODULE } from "../../../../verifier/program/wasi/system.ts";
import { initialState, load } from "../../../../verifier/state/program.ts";
import { decode } from "../../../../verifier/wasm/decode.ts";
import type { FunctionType } from "../../../../verifier/wasm/types.ts";
import { finish } from "../../../support/wasi/run.ts";
import { SEED } from "../../seed.ts";

/**
 * Decides the roots of all programs with WASI. It changes with the sources in
 * `verifier/program/wasi/assembly`, and with the compiler.
 */
const HASH = "b09b91add9d93c3f569af0af33d996edcf3501f95753636fdcdebf2373b6fbb2";

const isSpecial = (name: string): boolean => /^(command|enter|unstable_.*)$/.test(name);

/** What Node provides, by name. */
const names = Object.keys(new WASI({ version: "preview1" }).wasiImport);

/**
 * What the shim provides, but for what the driver calls, and for what `wasi_unstable` has
 * otherwise.
 */
function provided(): [name: string, type: FunctionType][] {
  const { exports, functions } = decode(shimBytes());
  return exports.flatMap(({ kind, name, index }): [string, FunctionType][] => {
    const type = functions[index]?.type;
    return kind === "function" && type !== undefined && !isSpecial(name) ? [[name, type]] : [];
  });
}

describe("the module of WASI preview 1", () => {
  it("has the bytes that programs count on", () => {
    expect(Buffer.from(keccak256(shimBytes())).toString("hex")).equal(HASH);
  });

  it("has every function that Node has", () => {
    expect(names).length.greaterThan(40);
    expect(
      provided()
        .map(([name]) => name)
        .sort(),
    ).deep.equal([...names].sort());
  });

  it("needs no start function, so that it does not matter when it is instantiated", () => {
    expect(decode(shimBytes()).start).equal(undefined);
  });

  describe("called with anything", () => {
    let program: Program;
    const functions = provided().filter(([name]) => name !== "proc_exit" && name !== "proc_raise");

    // A guest that does nothing but pass calls on.
    before(() => {
      const writer = new ModuleWriter();
      const imports = functions.map(([name, type]) => writer.importFunction(WASI_MODULE, name, type));
      writer.memory({ minimum: 1 });
      writer.export("memory", External.memory, 0);
      functions.forEach(([name, type], i) => {
        const body = [type.params.map((_, k) => asm.get(k)), asm.call(imports[i] ?? 0)];
        writer.export(name, External.function, writer.function({ name, type, body }));
      });
      program = buildProgram([{ name: "caller", bytes: writer.bytes() }], { convention: "typed" });
    });

    // Numbers of descriptors, pointers on both sides of the end of memory, lengths, flags and
    // anything else.
    const argument = fc.oneof(
      fc.bigInt({ min: 0n, max: 8n }),
      fc.bigInt({ min: 0n, max: 70_000n }),
      fc.bigInt({ min: 65_500n, max: 65_540n }),
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      fc.constantFrom(3n, 16n, 256n, 0xffff_ffffn, 0x8000_0000n, (1n << 64n) - 1n),
    );
    const call = fc
      .tuple(fc.integer({ min: 0, max: functions.length - 1 }), fc.array(argument, { minLength: 9, maxLength: 9 }))
      .map(([index, args]): { name: string; payload: Uint8Array } => {
        const [name, type] = functions[index] ?? ["", { params: [], results: [] }];
        return { name, payload: encodeTypedPayload(index, args.slice(0, type.params.length)) };
      });

    it("answers with a number below 77 and never traps", function () {
      fc.assert(
        fc.property(fc.array(call, { minLength: 1, maxLength: 60 }), (calls) => {
          const input = encodeTransactions(calls.map(({ payload }) => ({ fuel: 30_000_000n, keep: false, payload })));
          const { results } = finish(load(initialState(program.image), input, 1n << 34n));
          expect(results).length(calls.length);
          results.forEach((result, i) => {
            const label = `${calls[i]?.name} ${Buffer.from(calls[i]?.payload ?? []).toString("hex")}`;
            expect(result.kind, label).equal(Outcome.success);
            const errno = new DataView(result.output.buffer).getBigUint64(0, true);
            expect(Number(errno), label).within(0, 76);
          });
        }),
        { seed: SEED, numRuns: 150 },
      );
    });
  });
});
