/** The command line of auditors: run, commit, inspect, prove, dispute. */
import { onLargeStack } from "./large-stack.ts";

await onLargeStack(new URL("./arbiter-program.ts", import.meta.url));
