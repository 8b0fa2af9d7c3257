import { expect } from "chai";
import { EndpointFailure } from "../../../../agents/chain/endpoints/failure.ts";
import { type LogFilter, LogRanges } from "../../../../agents/chain/endpoints/log-ranges.ts";

/** A provider with a log in every seventh block. */
class Provider {
  asked = 0;
  readonly #refuses: (blocks: number) => EndpointFailure | undefined;

  constructor(refuses: (blocks: number) => EndpointFailure | undefined) {
    this.#refuses = refuses;
  }

  readonly logs = async ({ fromBlock, toBlock }: LogFilter): Promise<number[]> => {
    this.asked += 1;
    await Promise.resolve();
    const [from, to] = [Number(fromBlock), Number(toBlock)];
    const refusal = this.#refuses(to - from + 1);
    if (refusal !== undefined) throw refusal;
    return Array.from({ length: to - from + 1 }, (_, place) => from + place).filter((block) => block % 7 === 0);
  };
}

const tooWide = (admits?: bigint): EndpointFailure =>
  new EndpointFailure("e", "too wide", "", admits === undefined ? {} : { admits });
const range = (from: number, to: number): LogFilter => ({
  fromBlock: `0x${from.toString(16)}`,
  toBlock: `0x${to.toString(16)}`,
});
const sevens = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, place) => from + place).filter((block) => block % 7 === 0);

describe("logs of a range that is too wide for an endpoint", () => {
  it("are all there, in order, whatever it admits, and how much it admits is learned once", async () => {
    for (const most of [1, 3, 10, 999, 20_000]) {
      const provider = new Provider((blocks) => (blocks > most ? tooWide() : undefined));
      const ranges = new LogRanges(provider.logs);
      expect(await ranges.read(range(5, 10_004)), `${most} blocks`).deep.equal(sevens(5, 10_004));
      expect(ranges.span <= BigInt(most) || most > 10_000, `${most} blocks`).equal(true);
      const before = provider.asked;
      expect(await ranges.read(range(10_005, 10_100))).deep.equal(sevens(10_005, 10_100));
      expect(provider.asked - before, `${most} blocks`).equal(Math.ceil(96 / Math.min(Number(ranges.span), 96)));
    }
  });

  it("cost one refusal where the provider says what it admits", async () => {
    const provider = new Provider((blocks) => (blocks > 10 ? tooWide(10n) : undefined));
    expect(await new LogRanges(provider.logs).read(range(0, 9_999))).deep.equal(sevens(0, 9_999));
    expect(provider.asked).equal(1_001);
  });

  it("are asked for at once when the width is known", async () => {
    let [now, most] = [0, 0];
    const provider = new Provider((blocks) => (blocks > 10 ? tooWide(10n) : undefined));
    const ranges = new LogRanges(async (filter: LogFilter) => {
      most = Math.max(most, ++now);
      await new Promise((later) => setImmediate(later));
      now -= 1;
      return provider.logs(filter);
    });
    await ranges.read(range(0, 999));
    expect(most).within(16, 64);
  });

  it("do not narrow what comes later if only there are too many of them", async () => {
    let dense = true;
    const provider = new Provider((blocks) =>
      dense && blocks > 50 ? new EndpointFailure("e", "too wide", "", { crowded: true }) : undefined,
    );
    const ranges = new LogRanges(provider.logs);
    expect(await ranges.read(range(0, 4_999))).deep.equal(sevens(0, 4_999));
    dense = false;
    const before = provider.asked;
    await ranges.read(range(5_000, 14_999));
    expect(provider.asked - before).equal(1);
  });

  it("fail with any other failure, and with one block that is too wide", async () => {
    for (const failure of [new EndpointFailure("e", "time-out", ""), tooWide()]) {
      const ranges = new LogRanges(new Provider(() => failure).logs);
      let thrown: unknown;
      await ranges.read(range(0, 99)).catch((error: unknown) => (thrown = error));
      expect(thrown).equal(failure);
    }
  });
});
