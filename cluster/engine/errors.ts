import { Problem } from "../../verifier/errors.ts";

/** The engine, or what it is built with, can't be had. */
export class EngineError extends Problem {
  override readonly name = "EngineError";
}
