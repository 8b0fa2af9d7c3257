import { parse } from "@bytecodealliance/jco";

/** Assembles a module of the text format. */
export const assemble = (text: string): Promise<Uint8Array> => parse(text);
