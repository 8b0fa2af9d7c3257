import { expect } from "chai";
import { type Hash, numberToHex, pad } from "viem";
import { POLICY } from "../../../../agents/chain/sender/policy.ts";
import { settle, type Settled, standing } from "../../../../agents/chain/sender/settle.ts";
import type { Flight, Mined } from "../../../../agents/store/intents.ts";
import { ACCOUNT } from "./sender-world.ts";

const hash = (number: number): Hash => pad(numberToHex(number));

function flight(nonce: number, given: Partial<Flight> = {}): Flight {
  const cargo = { key: `wish ${nonce}`, label: "", to: ACCOUNT.address, data: "0x", value: 0n, gas: 1n } as const;
  const attempt = { raw: "0x", maxFee: 1n, tip: 1n, at: 0, shown: true } as const;
  return {
    nonce,
    cargo: { ...cargo, deadline: 1, stake: 0n, concealed: false },
    attempts: [
      { ...attempt, hash: hash(nonce), cancels: false },
      { ...attempt, hash: hash(nonce + 100), cancels: true },
    ],
    ...{ mined: undefined, over: false, ...given },
  };
}

const mined = (number: number, given: Partial<Mined> = {}): Mined => ({
  ...{ hash: hash(number), block: 10n, blockHash: hash(10), success: true, paid: 1n, ...given },
});

function look(
  flights: Flight[],
  nonce: number,
  receipts: Mined[],
  given: { head?: bigint; lost?: number; wanted?: string[] } = {},
): Settled {
  const { head = 10n, lost = 0, wanted = flights.map(({ cargo }) => cargo.key ?? "") } = given;
  const found = new Map(receipts.map((receipt) => [receipt.hash, receipt]));
  return settle(flights, { nonce, head, receipts: found, lostFor: () => lost }, new Set(wanted), POLICY);
}

describe("flights after a look", () => {
  it("fly until they are mined, and are final some blocks later", () => {
    expect(look([flight(5)], 5, []).flying).to.have.lengthOf(1);
    const { landed, changed } = look([flight(5)], 6, [mined(5)]);
    expect(landed).to.deep.equal([flight(5, { mined: mined(5) })]);
    expect(changed).to.deep.equal(landed);
    const later = look([...landed], 6, [mined(5)], { head: 10n + POLICY.depth });
    expect([later.changed.length, later.landed.length, later.retired.length]).to.deep.equal([0, 0, 1]);
  });

  it("fly again when their block is gone", () => {
    const one = flight(5, { mined: mined(5), over: true });
    expect(look([one], 5, []).flying).to.deep.equal([flight(5)]);
    const elsewhere = mined(5, { blockHash: hash(11), block: 11n });
    expect(look([one], 6, [elsewhere]).landed[0]?.mined).to.deep.equal(elsewhere);
  });

  it("are lost if their nonce is used up without a receipt, and dropped if it stays so", () => {
    expect(look([flight(5)], 6, []).lost).to.have.lengthOf(1);
    expect(look([flight(5)], 6, [], { lost: 60 }).retired).to.have.lengthOf(1);
  });

  it("tell once that they reverted", () => {
    const receipt = mined(5, { success: false });
    const { reverted, landed } = look([flight(5)], 6, [receipt]);
    expect(reverted).to.have.lengthOf(1);
    expect(look([...landed], 6, [receipt]).reverted).to.deep.equal([]);
  });

  it("keep a wish busy until it is gone, reverted, or was cancelled", () => {
    const busy = (settled: Settled): string[] => [...standing(settled).busy];
    expect(busy(look([flight(5)], 5, []))).to.deep.equal(["wish 5"]);
    expect(busy(look([flight(5)], 6, []))).to.deep.equal(["wish 5"]);
    expect(busy(look([flight(5)], 6, [mined(5)]))).to.deep.equal(["wish 5"]);
    expect(busy(look([flight(5)], 6, [mined(5)], { wanted: [] }))).to.deep.equal([]);
    expect(busy(look([flight(5)], 6, [mined(105)]))).to.deep.equal([]);
    const refused = standing(
      look(
        [flight(5), flight(6, { cargo: flight(5).cargo })],
        7,
        [5, 6].map((one) => mined(one, { success: false })),
      ),
    );
    expect([...refused.busy, ...refused.reverts]).to.deep.equal([["wish 5", 2]]);
  });
});
