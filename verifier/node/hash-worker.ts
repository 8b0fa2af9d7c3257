/** The program of the thread that `start-hash-thread.ts` starts. */
import { workerData } from "node:worker_threads";
import { serve } from "../merkle/hash-thread.ts";

serve(workerData as SharedArrayBuffer);
