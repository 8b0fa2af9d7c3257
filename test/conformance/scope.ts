/**
 * Whether a module of a script is one that the machine has to run: what the assembler, the decoder
 * and the validator say.
 */
import { decode } from "../../verifier/wasm/decode.ts";
import { DecodeError, ModuleError, UnsupportedError } from "../../verifier/wasm/errors.ts";
import type { Proposal } from "../../verifier/instructions/proposal.ts";
import type { Module } from "../../verifier/wasm/types.ts";
import { validate } from "../../verifier/wasm/validate.ts";
import { assembleModule } from "./suite.ts";
import { trim, type Trimmed } from "./trim.ts";
import type { WastModule } from "./wast.ts";

/** Why a module is out of scope. */
export interface Outside {
  /** What it needs, in the words of the summary: vectors, or the proposal of WebAssembly 3.0. */
  readonly reason: string;
  /** The construct that was found first. */
  readonly construct: string;
}

/** What is to be said of a module before it is linked. */
export type Judgement =
  | {
      readonly kind: "accepted";
      readonly bytes: Uint8Array;
      readonly module: Module;
      /** If single fields of the module are out of scope and it is played without them. */
      readonly trimmed?: Outside & Pick<Trimmed, "without" | "fields">;
    }
  | ({ readonly kind: "outside" } & Outside)
  /** No module, or one that is not valid, or one that exceeds what the decoder takes. */
  | {
      readonly kind: "malformed" | "invalid" | "unsupported";
      readonly by: "assembler" | "decoder";
      readonly message: string;
    };

/**
 * Names of what is out of scope, by proposal. Whatever has no name here has to be accepted: a
 * module of WebAssembly 2.0 that is refused counts as a failure.
 */
const REASONS: Partial<Record<Proposal | "limit", string>> = {
  simd: "vectors",
  "relaxed-simd": "vectors (relaxed)",
  "tail-call": "tail calls",
  exceptions: "exceptions",
  "legacy-exceptions": "exceptions",
  "function-references": "typed function references",
  gc: "garbage collection",
  memory64: "64-bit memories and tables",
  threads: "threads",
};

/**
 * Judges the text or the bytes of a module.
 * @param trims - whether to look at what is left of a module without single fields that are out
 *   of scope
 */
export async function judge(module: WastModule, trims = false): Promise<Judgement> {
  const bytes = await assembleModule(module);
  if (bytes instanceof Error) {
    return { kind: "malformed", by: "assembler", message: firstLine(bytes.message) };
  }
  const judgement = judgeBytes(bytes);
  return judgement.kind === "outside" && trims ? ((await judgeRest(module, judgement)) ?? judgement) : judgement;
}

/**
 * What is left of a module without the fields that are out of scope, if something acceptable is.
 */
async function judgeRest(module: WastModule, outside: Outside): Promise<Judgement | undefined> {
  const rest = module.form === "text" ? trim(module.source) : undefined;
  if (rest === undefined) return undefined;
  const bytes = await assembleModule({ form: "text", line: module.line, source: rest.source });
  const judgement = bytes instanceof Error ? undefined : judgeBytes(bytes);
  if (judgement?.kind !== "accepted") return undefined;
  const { reason, construct } = outside;
  return { ...judgement, trimmed: { reason, construct, without: rest.without, fields: rest.fields } };
}

/** Judges bytes. */
export function judgeBytes(bytes: Uint8Array): Judgement {
  try {
    const module = decode(bytes);
    validate(module);
    return { kind: "accepted", bytes, module };
  } catch (error) {
    if (error instanceof UnsupportedError) {
      const reason = REASONS[error.proposal];
      if (reason !== undefined) return { kind: "outside", reason, construct: error.construct };
      return { kind: "unsupported", by: "decoder", message: firstLine(error.message) };
    }
    if (!(error instanceof ModuleError)) throw error;
    const kind = error instanceof DecodeError ? "malformed" : "invalid";
    return { kind, by: "decoder", message: firstLine(error.message) };
  }
}

function firstLine(message: string): string {
  return message.split("\n")[0] ?? message;
}
