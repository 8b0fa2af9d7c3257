/** A process that has a hashing thread, says so when it is up, and has nothing else to do. */
import { HashThread } from "../../../verifier/merkle/hash-thread.ts";
import { startHashThread } from "../../../verifier/node/start-hash-thread.ts";

const thread = HashThread.start((buffer) => startHashThread(buffer));

function tell(): void {
  if (thread?.isIdle() === true) console.log("up");
  else setTimeout(tell, 1);
}

tell();
