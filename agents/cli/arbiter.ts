/** The command line of auditors: run, commit, inspect, prove, dispute. */
import { runInThread } from "./command-thread.ts";

await runInThread(new URL("./arbiter-program.ts", import.meta.url));
