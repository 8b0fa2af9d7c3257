/** Runs the machine on the interpreter. */
import { Interpreter } from "../../verifier/interpreter/interpreter.ts";
import { isHalted, stepState } from "../../verifier/state/step-state.ts";
import type { State } from "../../verifier/state/state.ts";
import type { Runner } from "./session-player.ts";

/** The fast runner; it counts the steps. */
export class FastRunner implements Runner {
  steps = 0;

  async run(loaded: State): Promise<State> {
    let state = loaded;
    while (!isHalted(state)) {
      const interpreter = Interpreter.load(state);
      this.steps += interpreter.run(Number.MAX_SAFE_INTEGER);
      state = interpreter.save();
      if (!interpreter.stuck) continue;
      // An instruction that only the reference can execute.
      state = stepState(state);
      this.steps++;
    }
    return Promise.resolve(state);
  }
}
