import { expect } from "chai";
import { type Hash, toHex } from "viem";
import { type Flight, Intents } from "../../../agents/store/intents.ts";
import { openStore } from "../../../agents/store/store.ts";

const SUBJECT = { chainId: 1, genesis: "0x01", deal: `0x${"de".repeat(20)}`, account: `0x${"ac".repeat(20)}` } as const;

const hashOf = (nonce: number): Hash => toHex(nonce, { size: 32 });

/** A flight that was mined. */
const mined = (nonce: number): Flight => ({
  ...{ nonce, attempts: [], over: true },
  cargo: {
    ...({ key: `key ${nonce}`, label: "back", to: SUBJECT.deal, data: "0x", value: 0n, gas: 1n } as const),
    ...{ deadline: 1, stake: 1n, concealed: false },
  },
  mined: { hash: hashOf(nonce), block: BigInt(nonce), blockHash: hashOf(1), success: true, paid: 1n },
});

describe("the journal", () => {
  it("keeps the newest ten thousand receipts, and of flights nothing once they are final", () => {
    using store = openStore(":memory:", SUBJECT);
    const journal = new Intents(store);
    for (let first = 0; first < 12_000; first += 1_000)
      journal.retire(Array.from({ length: 1_000 }, (_, i) => mined(first + i)));
    const nonces = journal.receipts().map(({ nonce }) => nonce);
    expect([nonces.length, nonces[0], nonces.at(-1)]).deep.equal([10_000, 2_000, 11_999]);
    expect(journal.flights()).deep.equal([]);
    new Intents(store).retire([mined(12_000)]);
    expect(journal.receipts()[0]?.nonce).equal(2_001);
  });
});
