import { expect } from "chai";
import { attend } from "../../../agents/service/attend.ts";

describe("the life of a service", () => {
  it("looks at each new block until nothing is left to do, and at no block twice", async () => {
    const stop = new AbortController();
    const heads = [1n, 1n, 2n];
    const looks: bigint[] = [];
    await attend({
      head: async () => heads.shift() ?? (stop.abort(), 3n),
      look: async (head) => looks.push(head) === 1,
      onFailure: (failure) => expect.fail(String(failure)),
      interval: 0.001,
      signal: stop.signal,
    });
    expect(looks).deep.equal([1n, 1n, 2n]);
  });

  it("looks again at a block where a look has failed, and tells", async () => {
    const stop = new AbortController();
    const failures: unknown[] = [];
    let looks = 0;
    await attend({
      head: async () => 1n,
      look: async () => {
        looks += 1;
        if (looks < 3) throw new Error(`look ${looks}`);
        stop.abort();
        return true;
      },
      onFailure: (failure) => failures.push((failure as Error).message),
      interval: 0.001,
      signal: stop.signal,
    });
    expect(failures).deep.equal(["look 1", "look 2"]);
    expect(looks).equal(3);
  });

  it("does not stay with one block, however much there is to do", async () => {
    const stop = new AbortController();
    let [head, looks] = [0n, 0];
    await attend({
      head: async () => (head += 1n),
      look: async (number) => {
        looks += 1;
        if (number === 3n) stop.abort();
        return true;
      },
      onFailure: (failure) => expect.fail(String(failure)),
      interval: 0.001,
      signal: stop.signal,
    });
    expect(looks).equal(129);
  });

  it("looks again at a chain that stands still", async () => {
    const stop = new AbortController();
    let looks = 0;
    await attend({
      head: async () => 1n,
      look: async () => {
        looks += 1;
        if (looks === 3) stop.abort();
        return false;
      },
      onFailure: (failure) => expect.fail(String(failure)),
      interval: 0.001,
      idle: 0.01,
      signal: stop.signal,
    });
    expect(looks).equal(3);
  });
});
