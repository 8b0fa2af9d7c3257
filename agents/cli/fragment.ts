/**
 * The fragment that a command is about: the state before it, its input and its budget. They come
 * from a chain, from files, or from one call of a module.
 */
import { bytesToHex } from "viem";
import { Status } from "../../verifier/machine/codes.ts";
import { packHeader } from "../../verifier/machine/record.ts";
import { equalHashes } from "../../verifier/merkle/keccak.ts";
import type { Program } from "../../verifier/program/build.ts";
import { OVERHEAD, runFragment } from "../../verifier/program/fragment.ts";
import { encodeTransactions } from "../../verifier/program/transactions.ts";
import type { Executor } from "../../verifier/state/executor.ts";
import { initialState, load, MAX_INPUT_BYTES } from "../../verifier/state/program.ts";
import { type State, stateRoot } from "../../verifier/state/state.ts";
import { type DealFragment, dealFragment } from "./deal-fragment.ts";
import { type ChosenEngine, engineOf } from "./engine.ts";
import { UserError } from "./failure.ts";
import { invocationOf } from "./invocation.ts";
import type { FragmentOptions } from "./options/fragment.ts";
import type { InvocationOptions } from "./options/invocation.ts";
import { prepare, programOfInvocation } from "./prepare.ts";
import { parseNumber, transactionsFrom } from "./program-file.ts";
import { reportProgress } from "./progress.ts";
import { stateIn } from "./state-file.ts";

/** Options of the commands that are about a fragment, as commander gives them. */
export interface UnitOptions extends InvocationOptions, FragmentOptions {}

/** A fragment, ready to run. */
export interface Unit {
  readonly program: Program;
  readonly engine: ChosenEngine;
  /** The state before it, a yielded one. */
  readonly before: State;
  readonly input: Uint8Array;
  /** Steps that it may take. */
  readonly budget: bigint;
  /** The export that its one transaction calls; undefined of fragments that were submitted. */
  readonly called: string | undefined;
  /** What a chain has about it. */
  readonly deal: DealFragment | undefined;
}

/** The state in which a fragment's first step is taken. */
export function loadedState({ before, input, budget }: Unit): State {
  return load(before, input, budget);
}

/**
 * Finds the fragment that arguments and options mean.
 *
 * @throws UserError if they mean none, or contradict each other
 */
export async function unitOf(module: string, args: readonly string[], options: UnitOptions): Promise<Unit> {
  requireOneWay(args, options);
  if (options.fragment !== undefined) return unitOfDeal(module, options.fragment, options);
  const invocation = invocationOf(module, args, options);
  const given = options.budget === undefined ? undefined : parseNumber(options.budget, "--budget", 1n);
  if (options.transactions.length === 0) {
    const { program, input, called } = prepare(invocation);
    const engine = engineOf(options.engine, program);
    const budget = given ?? invocation.fuel + OVERHEAD;
    return { program, engine, before: firstState(program, options.from), input, budget, called, deal: undefined };
  }
  if (given === undefined) {
    throw new UserError("--transactions needs --budget, which every state root depends on", {
      hint: "it is a term of the Deal: deal show tells it",
    });
  }
  const program = programOfInvocation(invocation);
  const engine = engineOf(options.engine, program);
  const inputs = options.transactions.map((path) => inputFrom(path, program));
  const before = stateAfter(firstState(program, options.from), inputs.slice(0, -1), {
    ...{ budget: given, executor: engine.executor },
  });
  return { program, engine, before, input: inputs.at(-1)!, budget: given, called: undefined, deal: undefined };
}

async function unitOfDeal(module: string, number: string, options: UnitOptions): Promise<Unit> {
  const index = Number(parseNumber(number, "--fragment", 0n));
  const deal = await dealFragment({ ...options }, module, index);
  const { program, facts, inputs } = deal;
  const { budget } = facts.terms;
  const engine = engineOf(options.engine, program);
  const { executor } = engine;
  const before = stateAfter(initialState(program.image), inputs.slice(0, index), { budget, executor });
  return { program, engine, before, input: inputs[index]!, budget, called: undefined, deal };
}

/** Ways to say which fragment is meant that exclude each other. */
function requireOneWay(args: readonly string[], options: UnitOptions): void {
  const said = (pairs: readonly (readonly [string, boolean])[]): string[] =>
    pairs.filter(([, isSaid]) => isSaid).map(([name]) => name);
  const isFiles = options.transactions.length > 0;
  const calls = said([
    ["arguments", args.length > 0],
    ["--export", options.export !== undefined],
    ["--input", options.input !== undefined],
  ]);
  const files = said([
    ["--transactions", isFiles],
    ["--budget", options.budget !== undefined],
    ["--from", options.from !== undefined],
  ]);
  if (options.fragment === undefined && options.deal !== undefined)
    throw new UserError("--deal needs --fragment, the number of one of its fragments");
  const [other] = options.fragment === undefined ? [] : [...calls, ...files];
  if (other !== undefined) throw new UserError(`--fragment and ${other} exclude each other: the chain has all of it`);
  const [call] = isFiles ? calls : [];
  if (call !== undefined) throw new UserError(`--transactions and ${call} exclude each other: a file has the calls`);
}

function inputFrom(path: string, program: Program): Uint8Array {
  const input = encodeTransactions(transactionsFrom(path, program));
  if (input.length <= MAX_INPUT_BYTES) return input;
  throw new UserError(
    `${path}: ${input.length} bytes of transactions, a fragment's input has room for ${MAX_INPUT_BYTES}`,
  );
}

/** The state that a file holds, or a program's initial one. */
function firstState(program: Program, path: string | undefined): State {
  const initial = initialState(program.image);
  if (path === undefined) return initial;
  const state = stateIn(path);
  if (packHeader(state.header) === packHeader(initial.header) && equalHashes(state.code.root(), initial.code.root()))
    return state;
  throw new UserError(`${path}: a state of another program, whose code root is ${bytesToHex(state.code.root())}`);
}

/** Runs fragments one after the other. */
function stateAfter(
  first: State,
  inputs: readonly Uint8Array[],
  options: { readonly budget: bigint; readonly executor: Executor },
): State {
  const progress = reportProgress();
  let state = first;
  for (const [index, input] of inputs.entries()) {
    requireYielded(state, index);
    progress.update("fragments before", index, inputs.length);
    state = runFragment(state, input, options).final;
  }
  progress.clear();
  requireYielded(state, inputs.length);
  return state;
}

function requireYielded(state: State, index: number): void {
  if (state.registers.status === Status.yielded) return;
  throw new UserError(
    `the program has ended before fragment ${index}, in the state ${bytesToHex(stateRoot(state))}: no fragment follows`,
  );
}
