/** `npm start`: the main job on the embedded chain. */
import { onLargeStack } from "./large-stack.ts";

await onLargeStack(new URL("./start-program.ts", import.meta.url));
