/** `npm start`: the main job on the embedded chain. */
import { runInThread } from "./command-thread.ts";

await runInThread(new URL("./start-program.ts", import.meta.url));
