/** From what a command calls in a module to a program and the input of its fragment. */
import type { Convention, Program } from "../../verifier/program/build.ts";
import { COMMAND_ENTRY } from "../../verifier/program/drivers/command.ts";
import { callPayload } from "../../verifier/program/transactions-file.ts";
import { encodeTransactions } from "../../verifier/program/transactions.ts";
import { encodeCommand } from "../../verifier/program/wasi/command.ts";
import { MAX_INPUT_BYTES } from "../../verifier/state/program.ts";
import type { Building } from "./building.ts";
import { UserError } from "./failure.ts";
import { isProcessGiven, processInput, type ProcessOptions } from "./process-input.ts";
import { programFrom } from "./program-file.ts";
import { readUserFile } from "./user-file.ts";

/** What a command calls in a module. */
export interface Invocation {
  readonly module: string;
  readonly convention: Convention | undefined;
  readonly export: string | undefined;
  readonly args: readonly string[];
  /** A file with the payload; its presence means the payload convention. */
  readonly input: string | undefined;
  readonly process: ProcessOptions;
  readonly fuel: bigint;
  readonly building: Building;
}

/** A program with the one transaction that calls it. */
export interface Prepared {
  readonly program: Program;
  readonly input: Uint8Array;
  /**
   * The export that is called; `invoke` in the payload convention, `_start` in the command
   * convention.
   */
  readonly called: string;
}

/** Builds the program of an invocation. */
export function programOfInvocation(invocation: Invocation): Program {
  return programFrom(invocation.module, conventionFor(invocation), invocation.building);
}

/** Builds the program of an invocation and writes its transaction. */
export function prepare(invocation: Invocation): Prepared {
  const program = programOfInvocation(invocation);
  const { called, payload } = callOf(program, invocation);
  // A process that fails is asked what it wrote; a function that fails leaves no trace.
  const keep = program.convention === "command";
  const input = encodeTransactions([{ fuel: invocation.fuel, keep, payload }]);
  if (input.length > MAX_INPUT_BYTES) {
    throw new UserError(
      `what is given to the module takes ${input.length} bytes, a fragment's input has room for ${MAX_INPUT_BYTES}`,
    );
  }
  return { program, input, called };
}

/** The convention that the options mean; undefined if they leave it to the module. */
function conventionFor({ convention, export: name, input, process }: Invocation): Convention | undefined {
  const meant: (readonly [option: string, convention: Convention])[] = [];
  if (convention !== undefined) meant.push([`--convention ${convention}`, convention]);
  if (input !== undefined) meant.push(["--input", "payload"]);
  if (name !== undefined) meant.push(["--export", "typed"]);
  if (isProcessGiven(process)) meant.push(["--env, --file, --dir, --stdin, --clock or --seed", "command"]);
  const [first] = meant;
  const other = meant.find(([, wanted]) => wanted !== first?.[1]);
  if (first !== undefined && other !== undefined) {
    throw new UserError(
      `${first[0]} is for the ${first[1]} convention and ${other[0]} for the ${other[1]} convention, leave one out`,
    );
  }
  return first?.[1];
}

function callOf(program: Program, invocation: Invocation): { called: string; payload: Uint8Array } {
  const { module, args, input } = invocation;
  switch (program.convention) {
    case "payload":
      if (input === undefined) throw new UserError("the payload convention needs --input, a file with the payload");
      if (args.length > 0)
        throw new UserError("--input calls the payload convention's invoke, which takes no arguments");
      return { called: "invoke", payload: readUserFile(input, "input") };
    case "command":
      return { called: COMMAND_ENTRY, payload: encodeCommand(processInput(module, args, invocation.process)) };
    case "typed": {
      const called = invocation.export ?? onlyExport(program, module);
      return { called, payload: callPayload(program.exports, called, args) };
    }
  }
}

function onlyExport(program: Program, path: string): string {
  const [first, ...others] = program.exports;
  if (first === undefined) throw new UserError(`${path} exports no function; there is nothing to call`);
  if (others.length === 0) return first.name;
  const names = program.exports.slice(0, 20).map(({ name }) => name);
  throw new UserError(
    `${path} exports ${program.exports.length} functions, choose one with --export: ${names.join(", ")}`,
  );
}
