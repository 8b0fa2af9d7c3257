/** A process that keeps two states in the directory that it is given, and prints what came of it. */
import { readdirSync } from "node:fs";
import { StateFiles } from "../../../agents/store/states.ts";
import { initialState } from "../../../verifier/state/program.ts";
import { textGuest } from "../../support/text-guest.ts";
import { callsOf, programOf, stateAfter } from "../replay/fragments.ts";

const directory = process.argv[2] ?? "";
const program = programOf(await textGuest("counter"));
const fragments = callsOf(program, "add", [5n, 3n]);
const told: string[] = [];
const files = new StateFiles({ directory, initial: initialState(program.image), report: (line) => told.push(line) });
const kept = [1, 2].map((index) => files.keep(index, stateAfter(program, fragments.slice(0, index))));
process.stdout.write(JSON.stringify({ kept, told, found: readdirSync(directory) }));
