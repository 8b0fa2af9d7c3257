/** A question put to several endpoints until enough of them give the same answer. */
import { fingerprint, inShort, type Reply } from "./agreement.ts";
import { EndpointFailure } from "./failure.ts";

/** What is told about an endpoint while others do the work. */
export interface Remark {
  readonly endpoint: string;
  /** `lags`: its head is older than that of the others. `disagrees`: its answer was another. */
  readonly kind: "failed" | "lags" | "disagrees";
  readonly text: string;
}

/** Somebody who can be asked. */
export interface Voter {
  readonly name: string;
  /** @throws EndpointFailure if there is no answer */
  ask(): Promise<Reply>;
}

/** What came of it. */
export interface Outcome {
  /** What enough of them answered; undefined if they did not. */
  readonly reply: Reply | undefined;
  /** What each one said, or how it failed. */
  readonly said: ReadonlyMap<string, string>;
}

/** After so many milliseconds without enough answers one more is asked. */
const HEDGE = 1_500;

/**
 * Asks as many as are needed, and one more whenever one is of no use or too slow.
 *
 * @param tell hears who failed, and, when all who were asked have answered, who said something else
 */
export function ballot(
  method: string,
  voters: readonly Voter[],
  quorum: number,
  tell: (remark: Remark) => void,
): Promise<Outcome> {
  const tally = new Map<string, { readonly reply: Reply; readonly names: string[] }>();
  const said = new Map<string, string>();
  const reserve = [...voters];
  let running = 0;
  let agreed: string | undefined;

  const dissent = (): void => {
    for (const [key, { reply, names }] of tally) {
      if (key === agreed || tally.size === 1) continue;
      for (const endpoint of names) tell({ endpoint, kind: "disagrees", text: `${method}: ${inShort(reply)}` });
    }
  };
  const count = (name: string, reply: Reply): void => {
    const key = fingerprint(method, reply);
    const same = tally.get(key) ?? { reply, names: [] };
    tally.set(key, same);
    same.names.push(name);
    said.set(name, inShort(reply));
    if (same.names.length >= quorum) agreed ??= key;
  };
  const fail = (name: string, error: unknown): void => {
    if (!(error instanceof EndpointFailure)) throw error;
    said.set(name, error.problem);
    tell({ endpoint: name, kind: "failed", text: error.problem });
  };

  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearInterval(hedge);
      resolve({ reply: agreed === undefined ? undefined : tally.get(agreed)?.reply, said });
    };
    const launch = (): void => {
      const voter = reserve.shift();
      if (voter === undefined) return;
      running += 1;
      voter
        .ask()
        .then(
          (reply) => count(voter.name, reply),
          (error: unknown) => fail(voter.name, error),
        )
        .then(() => {
          running -= 1;
          if (agreed === undefined) while (running < lacking() && reserve.length > 0) launch();
          if (agreed !== undefined || running === 0) done();
          if (running === 0) dissent();
        })
        .catch((error: unknown) => {
          clearInterval(hedge);
          reject(error instanceof Error ? error : new Error(String(error)));
        });
    };
    const lacking = (): number => quorum - Math.max(0, ...[...tally.values()].map(({ names }) => names.length));
    const hedge = setInterval(launch, HEDGE);
    for (let asked = 0; asked < quorum; asked++) launch();
  });
}
