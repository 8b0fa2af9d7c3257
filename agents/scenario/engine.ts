/** The executor that the agents replay with. */
export { steppingExecutor as executor } from "../../verifier/history/executor.ts";
