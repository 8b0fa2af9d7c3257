/** Plays the scripts of the official test suite on lowered programs, one transaction a call. */
import { CANONICAL_NAN } from "../../../verifier/machine/floats.ts";
import { Outcome, Status, TRAP_TEXT } from "../../../verifier/machine/opcodes.ts";
import { buildProgram, type ModuleSource, type Program } from "../../../verifier/program/build.ts";
import { isCallable } from "../../../verifier/program/drivers/typed.ts";
import { LinkError } from "../../../verifier/program/errors.ts";
import { parseFloatText } from "../../../verifier/program/float-text.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { decode } from "../../../verifier/wasm/decode.ts";
import { assembleModule } from "../../conformance/suite.ts";
import type { WastAction, WastCommand, WastModule, WastValue } from "../../conformance/wast.ts";
import { MapMachine } from "./map-access.ts";
import { neuter, type Neutered } from "./neuter.ts";
import { SPECTEST } from "./spectest.ts";
import { trim } from "./trim.ts";

/** What came of a script's assertions. */
export interface Tally {
  passed: number;
  /** About modules that need more than the machine has, or that share state with instances of other programs. */
  outOfScope: number;
  readonly failures: string[];
}

/** An instance: a program of its own, together with fresh instances of what it imports. */
interface Player {
  readonly source: ModuleSource;
  readonly imports: readonly ModuleSource[];
  readonly program: Program;
  readonly machine: MapMachine;
  /** Where the code lies that stands for functions that are not supported. */
  readonly neutered: ReadonlySet<number>;
  /** The instances of other programs that it should share a table, memory or global with. */
  readonly shares: readonly Player[];
  /** How many later programs should share its state. */
  sharers: number;
}

/** How an action ended: values as unsigned numbers, or the text of a trap. */
type Ending = { readonly values: readonly bigint[] } | { readonly trap: string };

const FUEL = 20_000_000n;
const BUDGET = 1_000_000_000n;

/** As in other engines, memories may grow as far as their type allows. */
const LIMITS = { memoryPages: 65_536 };

/** Plays one script. */
export class SuitePlayer {
  readonly tally: Tally = { passed: 0, outOfScope: 0, failures: [] };
  readonly #named = new Map<string, Player | undefined>();
  readonly #registered = new Map<string, Player>();
  readonly #unsupported = new Set<string>();
  #latest: Player | undefined;
  #count = 0;

  async play(command: WastCommand): Promise<void> {
    switch (command.kind) {
      case "module":
        this.#latest = await this.#instantiate(command.module);
        if (command.module.id !== undefined) this.#named.set(command.module.id, this.#latest);
        return;
      case "register": {
        const player = command.module === undefined ? this.#latest : this.#named.get(command.module);
        if (player === undefined) this.#unsupported.add(command.name);
        else this.#registered.set(command.name, player);
        return;
      }
      case "action":
        this.#act(command.action);
        return;
      case "assert_return":
        this.#assert(command.line, command.action, (ending) => isExpected(ending, command.expected));
        return;
      case "assert_trap":
      case "assert_exhaustion":
        this.#assert(command.line, command.action, (ending) => isTrap(ending, command.message));
        return;
      case "assert_module_trap":
        return this.#assertModuleTrap(command.line, command.module, command.message);
      case "assert_unlinkable":
        return this.#assertUnlinkable(command.line, command.module, command.message);
      default:
    }
  }

  /** A program with the module as its guest; undefined if it, or what it imports from, needs what the machine does not have. */
  async #instantiate(module: WastModule): Promise<Player | undefined> {
    const source = await acceptable(module);
    if (source === undefined) return undefined;
    const own = { name: `module ${this.#count++}`, bytes: source.bytes };
    const imports = await this.#imports();
    const imported = decode(own.bytes);
    const shared = [...imported.tables, ...imported.memories, ...imported.globals.filter((g) => g.mutable)];
    const names = new Set(shared.flatMap((entry) => entry.imported?.module ?? []));
    const entries = [...imported.functions, ...imported.globals, ...shared];
    if (entries.some(({ imported: from }) => from !== undefined && this.#unsupported.has(from.module)))
      return undefined;
    const program = buildProgram([...imports, own], { convention: "typed", limits: LIMITS });
    const machine = new MapMachine(program.image);
    machine.load(new Uint8Array(), BUDGET);
    machine.run();
    const shares = [...names].flatMap((name) => this.#registered.get(name) ?? []);
    for (const other of shares) other.sharers++;
    const neutered = codeOf(program, source.functions);
    return { source: own, imports, program, machine, neutered, shares, sharers: 0 };
  }

  /** What is registered, under the registered names, each once. */
  async #imports(): Promise<ModuleSource[]> {
    const all = new Map<string, ModuleSource>([["spectest", { name: "spectest", bytes: await SPECTEST }]]);
    for (const [name, { source, imports }] of this.#registered) {
      for (const imported of imports) if (!all.has(imported.name)) all.set(imported.name, imported);
      all.set(name, { name, bytes: source.bytes });
    }
    return [...all.values()];
  }

  #act(action: WastAction): Ending | undefined {
    const player = action.module === undefined ? this.#latest : this.#named.get(action.module);
    if (player === undefined || player.sharers > 0 || player.shares.some((other) => other.sharers > 1))
      return undefined;
    return action.kind === "get" ? read(player, action.name) : call(player, action.name, action.args);
  }

  #assert(line: number, action: WastAction, holds: (ending: Ending) => boolean): void {
    const ending = this.#act(action);
    if (ending === undefined) this.tally.outOfScope++;
    else this.#record(line, holds(ending), describe(ending));
  }

  async #assertModuleTrap(line: number, module: WastModule, message: string): Promise<void> {
    const player = await this.#instantiate(module);
    if (player === undefined) {
      this.tally.outOfScope++;
      return;
    }
    const { status, code } = player.machine.registers;
    const trap = status === Status.trapped ? (TRAP_TEXT.get(code) ?? "?") : "nothing";
    this.#record(line, isTrap({ trap }, message), trap);
  }

  async #assertUnlinkable(line: number, module: WastModule, message: string): Promise<void> {
    try {
      const player = await this.#instantiate(module);
      if (player === undefined) this.tally.outOfScope++;
      else this.#record(line, false, "it was linked");
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      this.#record(line, error.message.includes(message), error.message);
    }
  }

  #record(line: number, holds: boolean, found: string): void {
    if (holds) this.tally.passed++;
    else this.tally.failures.push(`line ${line}: ${found}`);
  }
}

/** The module without what is not supported; undefined if too much depends on it. */
async function acceptable(module: WastModule): Promise<Neutered | undefined> {
  const original = await assembleModule(module);
  const whole = original instanceof Error ? undefined : neuter(original);
  if (whole !== undefined || module.form !== "text") return whole;
  const rest = await assembleModule({ ...module, source: trim(module.source) });
  return rest instanceof Error ? undefined : neuter(rest);
}

/** Where the code of functions of the guest lies. */
function codeOf(program: Program, functions: ReadonlySet<number>): Set<number> {
  const code = new Set<number>();
  for (let pc = 1; pc < program.map.length; pc++) {
    const { module, function: index } = program.map.locate(pc) ?? {};
    if (module === program.instances.length - 2 && index !== undefined && functions.has(index)) code.add(pc);
  }
  return code;
}

function call({ program, machine, neutered }: Player, name: string, args: readonly WastValue[]): Ending | undefined {
  const number = program.exports.findIndex((e) => e.name === name);
  const type = program.exports[number]?.type;
  const values = args.map(bitsOf);
  if (type === undefined || !isCallable(type) || values.includes(undefined)) return undefined;
  if (machine.registers.status === Status.trapped) return { trap: TRAP_TEXT.get(machine.registers.code) ?? "?" };
  const payload = encodeTypedPayload(number, values as bigint[]);
  machine.load(encodeTransactions([{ fuel: FUEL, keep: true, payload }]), BUDGET);
  const visited = new Set<number>();
  machine.run((pc) => visited.add(pc));
  if ([...neutered].some((pc) => visited.has(pc))) return undefined;
  const [result] = machine.results();
  if (result === undefined) return { trap: `status ${machine.registers.status}` };
  if (result.kind !== Outcome.success) return { trap: TRAP_TEXT.get(result.code) ?? "?" };
  const view = new DataView(result.output.buffer);
  return { values: type.results.map((_, i) => view.getBigUint64(8 * i, true)) };
}

function read({ program, machine }: Player, name: string): Ending | undefined {
  const instance = program.instances.at(-2);
  const exported = instance?.module.exports.find((e) => e.kind === "global" && e.name === name);
  const global = instance?.globals[exported?.index ?? -1];
  return global && { values: [machine.access.trees.cells.get(global.cell)] };
}

/** The bits of a number; undefined for anything else. */
function bitsOf(value: WastValue): bigint | undefined {
  if (value.type === "i32" || value.type === "i64") return value.value;
  if (value.type === "f32" || value.type === "f64")
    return parseFloatText(value.literal, value.type === "f32" ? 32 : 64);
  return undefined;
}

function isExpected(ending: Ending, expected: readonly WastValue[]): boolean {
  if (!("values" in ending) || ending.values.length !== expected.length) return false;
  return expected.every((value, i) => isValue(ending.values[i] ?? -1n, value));
}

/** A NaN of arithmetic may have any sign; a canonical one has only the highest bit of its fraction set, others that one at least. */
function isValue(found: bigint, expected: WastValue): boolean {
  if (expected.type === "either") return expected.choices.some((choice) => isValue(found, choice));
  if ((expected.type === "f32" || expected.type === "f64") && /^nan:(canonical|arithmetic)$/.test(expected.literal)) {
    const width = expected.type === "f32" ? 32 : 64;
    const magnitude = BigInt.asUintN(width - 1, found);
    const canonical = CANONICAL_NAN[width];
    return expected.literal === "nan:canonical" ? magnitude === canonical : (magnitude & canonical) === canonical;
  }
  return bitsOf(expected) === found;
}

/** Some messages of the suite say more than the trap, for example which element. */
function isTrap(ending: Ending, message: string): boolean {
  return "trap" in ending && message.startsWith(ending.trap);
}

function describe(ending: Ending): string {
  return "trap" in ending ? ending.trap : ending.values.join(", ");
}
