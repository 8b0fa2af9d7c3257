/** Whether endpoints are of the chain that was meant. */
import { Problem } from "../../../verifier/errors.ts";
import { EndpointFailure } from "./failure.ts";
import { type Endpoints, NoQuorum } from "./endpoints.ts";

/**
 * Asks every endpoint for its chain, one for itself: an endpoint of another chain must not even be
 * outvoted.
 *
 * @throws Problem naming an endpoint of another chain
 * @throws NoQuorum if fewer than a quorum answer
 */
export async function requireChain(endpoints: Endpoints, chainId: number): Promise<void> {
  const said = new Map<string, string>();
  let right = 0;
  await Promise.all(
    endpoints.list.map(async (endpoint) => {
      try {
        const actual = Number(await endpoint.request("eth_chainId"));
        said.set(endpoint.name, `chain ${actual}`);
        if (actual === chainId) right += 1;
        else
          throw new Problem(`${endpoint.name} is a node of chain ${actual}, not of ${chainId}`, {
            hint: "chainId and endpoints must be of the same chain",
          });
      } catch (error) {
        if (!(error instanceof EndpointFailure)) throw error;
        said.set(endpoint.name, error.problem);
      }
    }),
  );
  const [only] = endpoints.list.length === 1 ? [...said] : [];
  if (right === 0 && only !== undefined)
    throw new Problem(`${only[0]} does not answer (${only[1]})`, {
      hint: "is the node running, and reachable from here?",
    });
  if (right < endpoints.quorum) throw new NoQuorum("their chain", endpoints.quorum, said);
}
