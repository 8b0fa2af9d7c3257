/** The program of the thread that `hash-thread.ts` starts. */
import { workerData } from "node:worker_threads";
import { serve } from "./hash-thread.ts";

serve(workerData as SharedArrayBuffer);
