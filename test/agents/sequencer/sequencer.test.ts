import { expect } from "chai";
import type { DealView } from "../../../agents/chain/deal-log.ts";
import { Sequencer } from "../../../agents/sequencer/sequencer.ts";
import { sequencerServer } from "../../../agents/sequencer/server.ts";
import { Tickets } from "../../../agents/sequencer/tickets.ts";
import { TooLarge } from "../../../agents/service/fragments.ts";
import { openStore, type Store, type Subject } from "../../../agents/store/store.ts";
import { Problem } from "../../../verifier/errors.ts";
import { decodeTransactions, type Transaction } from "../../../verifier/program/transactions.ts";

const SUBJECT: Subject = {
  ...{ chainId: 1, genesis: `0x${"00".repeat(32)}` },
  ...{ deal: `0x${"01".repeat(20)}`, account: `0x${"02".repeat(20)}` },
};

/** Room for two transactions of the tests. */
const ROOM = { bytes: 40, steps: 1n << 20n };

const transaction = (byte: number, bytes = 4): Transaction => ({
  ...{ fuel: 1n, keep: false },
  payload: new Uint8Array(bytes).fill(byte),
});

/** The first bytes of the transactions in an input. */
const content = (input: Uint8Array | undefined): (number | undefined)[] =>
  decodeTransactions(input ?? new Uint8Array()).map(({ payload }) => payload[0]);

describe("the sequencer", () => {
  let store: Store;
  let tickets: Tickets;
  let sequencer: Sequencer;
  let chain: Uint8Array[];
  let sent: { input: Uint8Array; fragment: number }[];
  let now: number;
  /** Fragments that the view has let go. */
  let letGo = 0;

  const look = (): void => {
    const fragments = chain.map((input, index) => ({ index, input })).slice(letGo);
    const view = { ended: false, submitted: chain.length, fragments } as unknown as DealView;
    const next = sequencer.next(view);
    if (next !== undefined) sent.push({ input: next.input, fragment: next.index });
  };
  const begin = (): void => {
    tickets = new Tickets(store);
    sequencer = new Sequencer({ tickets, room: ROOM, patience: 5_000, clock: () => now });
  };

  beforeEach(() => {
    store = openStore(":memory:", SUBJECT);
    [chain, sent, now, letGo] = [[], [], 0, 0];
    begin();
  });
  afterEach(() => store.close());

  it("submits a fragment when it is full, or when its first transaction has waited long enough", async () => {
    sequencer.take(transaction(1));
    look();
    expect(sent).length(0);
    sequencer.take(transaction(2));
    sequencer.take(transaction(3));
    look();
    expect(sent.map(({ input }) => content(input))).deep.equal([[1, 2]]);
    chain.push(sent[0]!.input);
    look();
    expect(sent).length(1);
    now = 5_000;
    look();
    expect(content(sent[1]?.input)).deep.equal([3]);
    expect(tickets.find(2)?.place).deep.equal({ fragment: 0, transaction: 1 });
    expect(tickets.find(3)?.place).deep.equal({ fragment: 1, transaction: 0 });
  });

  it("sends the same fragment until the chain has it, also after a restart and with more that wait", async () => {
    sequencer.take(transaction(1));
    now = 5_000;
    look();
    sequencer.take(transaction(2));
    begin();
    look();
    expect(sent[1]).deep.equal(sent[0]);
    chain.push(sent[0]!.input);
    now = 20_000;
    look();
    expect(content(sent[2]?.input)).deep.equal([2]);
  });

  it("submits again, after what the chain has, what a reorganisation took out", async () => {
    for (const byte of [1, 2, 3]) sequencer.take(transaction(byte));
    now = 5_000;
    look();
    chain = [sent[0]!.input];
    look();
    chain.push(sent[1]!.input);
    look();
    expect(sent).length(2);
    // Another fragment is in the place of our first; our second, which is to come next, may be on
    // its way.
    chain = [new Uint8Array(20)];
    look();
    expect(sent[2]).deep.equal(sent[1]);
    chain.push(sent[2]!.input);
    look();
    expect(sent[3]?.fragment).equal(2);
    expect(content(sent[3]?.input)).deep.equal([1, 2]);
  });

  it("submits nothing again that the view has let go", () => {
    for (const byte of [1, 2, 3, 4]) sequencer.take(transaction(byte));
    now = 5_000;
    for (let fragment = 0; fragment < 2; fragment++) {
      look();
      chain.push(sent[fragment]!.input);
    }
    for (letGo of [1, 2]) look();
    expect(sent).length(2);
    expect(tickets.find(4)?.place).deep.equal({ fragment: 1, transaction: 1 });
  });

  it("takes nothing that fits into no fragment", () => {
    expect(() => sequencer.take(transaction(1, 30))).throw(TooLarge);
    expect(tickets.waiting(9)).length(0);
  });

  it("speaks HTTP", async () => {
    const server = sequencerServer({
      parse: (text) => {
        if (text === "") throw new Problem("it is empty", { hint: "write something" });
        return transaction(Number(text));
      },
      take: (one) => sequencer.take(one),
      find: (number) => tickets.find(number),
      answer: async (place) => ({ standing: "confirmed", seen: place.fragment }),
    });
    const ask = async (path: string, body?: string): Promise<[number, unknown]> => {
      const headers = { "content-length": String(body?.length ?? 0) };
      const answer = await server.request(path, body === undefined ? {} : { method: "POST", body, headers });
      return [answer.status, await answer.json()];
    };
    expect(await ask("/transactions", "1")).deep.equal([202, { ticket: 1 }]);
    expect(await ask("/transactions/1")).deep.equal([200, { ticket: 1, standing: "waiting" }]);
    now = 5_000;
    look();
    expect(await ask("/transactions/1")).deep.equal([
      200,
      { ticket: 1, fragment: 0, transaction: 0, standing: "confirmed", seen: 0 },
    ]);
    expect((await ask("/transactions/2"))[0]).equal(404);
    expect((await ask("/transactions/x"))[0]).equal(404);
    expect(await ask("/transactions", "")).deep.equal([
      400,
      { error: { problem: "it is empty", hint: "write something" } },
    ]);
    expect((await ask("/transactions", "1".repeat(300_000)))[0]).equal(413);
    expect(await ask("/healthz")).deep.equal([200, { ok: true }]);
  });
});
