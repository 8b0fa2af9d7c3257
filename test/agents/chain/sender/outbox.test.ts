import { expect } from "chai";
import { createPublicClient, custom, http, numberToHex, parseEther, parseGwei } from "viem";
import { Endpoints } from "../../../../agents/chain/endpoints/endpoints.ts";
import { endpointTransport } from "../../../../agents/chain/endpoints/transport.ts";
import { POLICY } from "../../../../agents/chain/sender/policy.ts";
import { always, lagging, lying, only, times, UNAVAILABLE } from "../../../support/faults.ts";
import { FaultyProxy } from "../../../support/faulty-proxy.ts";
import { startAnvil, startHardhatNode } from "../../../support/nodes.ts";
import { ACCOUNT, LATER, OTHER, SenderWorld, told, wish } from "./sender-world.ts";

describe("sender on anvil", () => {
  let world: SenderWorld;
  beforeEach(async () => {
    world = await SenderWorld.on(await startAnvil());
  });
  afterEach(() => world.close());

  it("carries a wish out once, however long it is wanted", async () => {
    expect(await world.look(wish(1))).to.deep.equal({ sent: 1, failures: [] });
    for (let i = 0; i < 3; i++) expect((await world.look(wish(1))).sent).to.equal(1);
    world.restart();
    await world.look(wish(1));
    expect(await world.noted()).to.deep.equal([1]);
  });

  it("takes a wish that comes back after it was gone for another one", async () => {
    await world.look(wish(1));
    await world.look();
    await world.look(wish(1));
    expect(await world.noted()).to.deep.equal([1, 1]);
  });

  it("waits for no receipt: several are on their way, the most urgent first", async () => {
    await world.manual();
    expect((await world.look(wish(3), wish(1))).sent).to.equal(2);
    expect((await world.look(wish(3), wish(1), wish(2))).sent).to.equal(3);
    await world.mine();
    expect(await world.noted()).to.deep.equal([3, 1, 2]);
  });

  it("keeps what was mined for good as receipts, and forgets the rest", async () => {
    await world.look(wish(1));
    await world.look();
    await world.node.request("anvil_mine", [numberToHex(64)]);
    await world.look();
    expect(world.journal.flights()).to.deep.equal([]);
    const [receipt] = world.journal.receipts();
    expect(receipt).to.include({ nonce: 0, key: "wish 1", label: "note", success: true, block: 1n });
    expect(receipt?.paid).to.be.greaterThan(21_000n);
  });

  it("asks once for each block in which something was mined, and for receipts only of what is new", async () => {
    await world.manual();
    const many = [1, 2, 3, 4, 5, 6].map((number) => wish(number));
    await world.look(...many);
    await world.mine();
    await world.look(...many);
    await world.mine();
    const asked: string[] = [];
    const request = ({ method, params }: { method: string; params?: readonly unknown[] }): Promise<unknown> => {
      asked.push(method);
      return world.node.request(method, params);
    };
    world.restart({ reader: createPublicClient({ transport: custom({ request }), cacheTime: 0 }) });
    const count = (wanted: string): number => asked.filter((method) => method === wanted).length;
    expect(await world.look(...many)).to.deep.equal({ sent: 6, failures: [] });
    expect([count("eth_getTransactionReceipt"), count("eth_getBlockByNumber")]).to.deep.equal([0, 2]);
    // The block is gone, and what was in it is nowhere.
    await world.node.request("anvil_reorg", [2, []]);
    expect(await world.look(...many)).to.deep.equal({ sent: 6, failures: [] });
    await world.mine();
    expect((await world.noted()).sort()).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it("asks for more gas than was estimated", async () => {
    await world.manual();
    await world.look(wish(1));
    const { gas } = await world.reader.getTransaction({ hash: world.journal.flights()[0]!.attempts[0]!.hash });
    const { call } = wish(1);
    const estimated = await world.reader.estimateContractGas({ ...call, address: call.to, account: ACCOUNT.address });
    expect(gas).to.be.greaterThanOrEqual((estimated * 130n) / 100n);
  });

  it("replaces what a spike of the base fee has left behind", async () => {
    await world.manual();
    await world.look(wish(1), wish(2));
    await world.node.request("anvil_setNextBlockBaseFeePerGas", [numberToHex(parseGwei("30"))]);
    await world.mine();
    expect(await world.noted()).to.deep.equal([]);
    await world.look(wish(1), wish(2));
    const attempts = world.journal.flights().map((flight) => flight.attempts);
    expect(attempts.map(({ length }) => length)).to.deep.equal([2, 2]);
    for (const [first, second] of attempts) {
      expect(second!.maxFee).to.be.greaterThan(parseGwei("30"));
      expect(second!.tip * 8n).to.be.greaterThanOrEqual(first!.tip * 9n);
    }
    await world.mine();
    expect(await world.noted()).to.deep.equal([1, 2]);
  });

  it("tells when gas costs more than a stake allows, and sends when it is cheaper", async () => {
    await world.node.request("anvil_setNextBlockBaseFeePerGas", [numberToHex(parseGwei("900"))]);
    await world.mine();
    const poor = wish(1, { stake: 1n });
    expect(told(await world.look(poor, wish(2)))).to.match(/^wish 1: gas costs .* gwei, more than the 100 that/);
    await world.node.request("anvil_setNextBlockBaseFeePerGas", [numberToHex(parseGwei("1"))]);
    await world.mine();
    expect(await world.look(poor)).to.deep.equal({ sent: 1, failures: [] });
    expect(await world.noted()).to.deep.equal([2, 1]);
  });

  it("frees a nonce at which nothing is wanted any more", async () => {
    await world.manual();
    const idle = wish(1, { stake: 1n });
    await world.look(idle);
    await world.node.request("anvil_setNextBlockBaseFeePerGas", [numberToHex(parseGwei("30"))]);
    await world.mine(40);
    expect(await world.look(wish(2))).to.deep.equal({ sent: 1, failures: [] });
    await world.mine();
    expect(await world.noted()).to.deep.equal([2]);
    expect(await world.reader.getTransactionCount({ address: ACCOUNT.address })).to.equal(2);
    // It was never carried out, and so it can be wanted again.
    await world.look(idle);
    await world.mine();
    expect(await world.noted()).to.deep.equal([2, 1]);
  });

  it("sends again what a node has dropped", async () => {
    await world.manual();
    await world.look(wish(1));
    const { hash } = world.journal.flights()[0]!.attempts[0]!;
    await world.node.request("anvil_dropTransaction", [hash]);
    await world.mine();
    expect(await world.noted()).to.deep.equal([]);
    await world.look(wish(1));
    await world.mine();
    expect(await world.noted()).to.deep.equal([1]);
    expect(world.journal.flights()[0]!.attempts).to.have.lengthOf(1);
  });

  it("has what a reorganisation has taken mined again", async () => {
    await world.look(wish(1));
    await world.look(wish(1));
    expect(world.journal.flights()[0]!.mined).to.include({ success: true });
    await world.node.request("anvil_reorg", [1, []]);
    expect(await world.noted()).to.deep.equal([]);
    expect((await world.look(wish(1))).sent).to.equal(1);
    await world.mine();
    await world.look(wish(1));
    expect(await world.noted()).to.deep.equal([1]);
  });

  it("fills a gap of nonces", async () => {
    await world.manual();
    await world.look(wish(1), wish(2), wish(3));
    const [one, two] = world.journal.flights();
    for (const flight of [one!, two!]) await world.node.request("anvil_dropTransaction", [flight.attempts[0]!.hash]);
    world.journal.retire([one!, two!]);
    expect(await world.look(wish(4), wish(3))).to.deep.equal({ sent: 2, failures: [] });
    await world.mine();
    expect(await world.noted()).to.deep.equal([4, 3]);
    expect(await world.reader.getTransactionCount({ address: ACCOUNT.address })).to.equal(3);
  });

  it("outbids what is under way without being in the journal", async () => {
    const proxy = await FaultyProxy.start(world.node.url);
    try {
      const refusal = { kind: "error", code: -32000, message: "replacement transaction underpriced" } as const;
      proxy.behave(times(3, only(["eth_sendRawTransaction"], always(refusal))));
      world.restart({ endpoints: { open: [http(proxy.url)] } });
      for (let i = 0; i < 4; i++) {
        expect(await world.look(wish(1))).to.deep.equal({ sent: 1, failures: [] });
        await world.mine();
      }
      const [flight] = world.journal.flights();
      const tips = flight!.attempts.map(({ tip }) => tip);
      expect(tips).to.have.lengthOf(4);
      for (let i = 1; i < 4; i++) expect(tips[i]! * 8n).to.be.greaterThanOrEqual(tips[i - 1]! * 9n);
      expect(await world.noted()).to.deep.equal([1]);
    } finally {
      await proxy.close();
    }
  });

  it("tells by how much the balance is too small, and sends what it reaches for", async () => {
    await world.node.request("anvil_setBalance", [ACCOUNT.address, numberToHex(parseEther("1"))]);
    const outcome = await world.look(
      wish(1, { value: parseEther("3") }),
      wish(2, { value: parseEther("0.5") }),
      wish(3, { value: parseEther("0.9") }),
    );
    expect(outcome.sent).to.equal(1);
    expect(told(outcome)).to.have.lengthOf(2);
    expect(told(outcome)[0]).to.equal("wish 1: 3 ether are needed, 1 are left beside what is under way");
    expect(told(outcome)[1]).to.match(/^wish 3: 0\.900\d* ether are needed, 0\.499\d* are left/);
    expect(await world.noted()).to.deep.equal([2]);
  });

  it("tells of a transaction that reverted when it was mined, tries it again, and gives it up", async () => {
    await world.manual();
    const refusing = wish(1, { to: OTHER });
    const said: string[][] = [];
    for (let i = 0; i < 4; i++) {
      said.push(told(await world.look(refusing)).map((line) => line.replace(/0x.*/, "…")));
      await world.node.request("anvil_setCode", [OTHER, "0x5f5ffd"]);
      await world.mine();
      await world.node.request("anvil_setCode", [OTHER, "0x"]);
    }
    const reverted = "wish 1: it reverted when it was mined, in transaction …";
    const given = "wish 1: it reverted 3 times when it was mined";
    expect(said).to.deep.equal([[], [reverted], [reverted], [reverted, given]]);
    const gas = world.journal.flights().map(({ cargo }) => cargo.gas);
    expect(gas[2]).to.be.greaterThan(gas[0]!);
    expect(gas).to.have.lengthOf(3);
  });

  it("says what a contract refuses, and sends the others", async () => {
    await world.node.request("anvil_setCode", [OTHER, "0x5f5ffd"]);
    const outcome = await world.look(wish(1, { to: OTHER }), wish(2));
    expect(told(outcome)).to.match(/^wish 1: note on 0x7099.* was refused: /);
    expect(await world.noted()).to.deep.equal([2]);
  });

  it("has no key for another account", async () => {
    expect(told(await world.look(wish(1, { from: OTHER })))).to.deep.equal([`wish 1: there is no key for ${OTHER}`]);
  });

  it("goes on when an endpoint fails, and tells if all do", async () => {
    const proxy = await FaultyProxy.start(world.node.url);
    try {
      proxy.behave(only(["eth_sendRawTransaction"], always(UNAVAILABLE)));
      world.restart({ endpoints: { open: [http(proxy.url, { retryCount: 0 })] } });
      const outcome = await world.look(wish(1));
      expect(told(outcome)).to.match(/^wish 1: HTTP request failed/);
      expect(outcome.sent).to.equal(0);
      proxy.behave();
      expect(await world.look(wish(1))).to.deep.equal({ sent: 1, failures: [] });
      proxy.behave(only(["eth_sendRawTransaction"], always(UNAVAILABLE)));
      world.restart({ endpoints: { open: [http(proxy.url), http(world.node.url)] } });
      expect(await world.look(wish(1), wish(2))).to.deep.equal({ sent: 2, failures: [] });
      expect(await world.noted()).to.deep.equal([1, 2]);
    } finally {
      await proxy.close();
    }
  });

  describe("through several endpoints", () => {
    let proxies: FaultyProxy[];
    beforeEach(async () => {
      proxies = await Promise.all([0, 1, 2].map(() => FaultyProxy.start(world.node.url)));
      const urls = proxies.map(({ url }) => url);
      const transport = endpointTransport(Endpoints.at(urls.map((url, i) => ({ url, name: `endpoint ${i}` }))));
      const reader = createPublicClient({ transport, cacheTime: 0 });
      world.restart({ reader, endpoints: { open: urls.map((url) => http(url, { retryCount: 0 })) } });
    });
    afterEach(() => Promise.all(proxies.map((proxy) => proxy.close())));

    async function carriesOut(): Promise<void> {
      expect(await world.look(wish(1), wish(2))).to.deep.equal({ sent: 2, failures: [] });
      expect(await world.look(wish(1), wish(2))).to.deep.equal({ sent: 2, failures: [] });
      expect((await world.noted()).toSorted()).to.deep.equal([1, 2]);
      const [flight] = world.journal.flights();
      expect(flight?.mined).to.include({ success: true });
      expect(flight!.attempts[0]!.tip <= POLICY.mostTip).to.be.true;
    }

    it("is not misled by one that lags", async () => {
      await world.mine();
      await world.mine();
      proxies[0]!.behave(lagging(2));
      await carriesOut();
    });

    it("is not misled by one that lies", async () => {
      proxies[0]!.behave(
        lying("eth_estimateGas", () => "0x5208"),
        lying("eth_getTransactionCount", () => "0x3e8"),
        lying("eth_getBalance", () => "0x0"),
        lying("eth_feeHistory", () => ({
          oldestBlock: "0x0",
          baseFeePerGas: [],
          gasUsedRatio: [],
          reward: [["0xffffffffffff"]],
        })),
        lying("eth_getTransactionByHash", () => null),
        lying("eth_getTransactionReceipt", () => null),
        lying("eth_sendRawTransaction", () => `0x${"00".repeat(32)}`),
      );
      await carriesOut();
    });

    it("is not misled by one that refuses everything", async () => {
      const refusal = { kind: "error", code: 3, message: "execution reverted" } as const;
      proxies[0]!.behave(
        only(["eth_estimateGas", "eth_call", "eth_feeHistory", "eth_sendRawTransaction"], always(refusal)),
      );
      await carriesOut();
    });

    it("goes on without one", async () => {
      proxies[0]!.behave(always(UNAVAILABLE));
      await carriesOut();
    });
  });

  it("shows a concealed transaction to nobody until its time is short", async () => {
    const concealed = await FaultyProxy.start(world.node.url);
    const open = await FaultyProxy.start(world.node.url);
    try {
      // Its node loses whatever it is handed.
      concealed.behave(only(["eth_sendRawTransaction"], always({ kind: "result", result: `0x${"00".repeat(32)}` })));
      world.restart({ endpoints: { open: [http(open.url)], concealed: http(concealed.url) } });
      const secret = wish(1, { concealed: true, deadline: (await world.now()) + 1000 });
      await world.look(secret, wish(2));
      expect(concealed.count("eth_sendRawTransaction")).to.equal(1);
      expect(open.count("eth_sendRawTransaction")).to.equal(1);
      await world.mine(100);
      await world.look(secret, wish(2));
      expect(concealed.count("eth_sendRawTransaction")).to.equal(2);
      expect(await world.noted()).to.deep.equal([]);
      await world.mine(450);
      await world.look(secret, wish(2));
      expect(concealed.count("eth_sendRawTransaction")).to.equal(2);
      expect(await world.noted()).to.deep.equal([1, 2]);
    } finally {
      await Promise.all([concealed.close(), open.close()]);
    }
  });

  it("sends nothing that could not be written, and tells", async () => {
    const pages = (count: number): void =>
      world.store.read((database) => database.exec(`PRAGMA max_page_count = ${count}`));
    pages(1);
    const outcome = await world.look(...Array.from({ length: 16 }, (_, i) => wish(i)));
    expect(told(outcome).at(-1)).to.equal("wish 15: store :memory:: the disk is full");
    const written = world.journal.flights().length;
    expect(written).to.be.lessThan(16);
    expect(await world.noted()).to.have.lengthOf(written);
    pages(1_000);
    await world.look(...Array.from({ length: 16 }, (_, i) => wish(i)));
    await world.mine();
    expect((await world.noted()).sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 16 }, (_, i) => i));
  });
});

for (const [name, start] of [
  ["anvil", startAnvil],
  ["Hardhat's node", startHardhatNode],
] as const) {
  describe(`sender on ${name}`, () => {
    it("waits until the chain's time is later, where a contract wants it", async () => {
      const world = await SenderWorld.on(await start());
      try {
        await world.node.request(name === "anvil" ? "anvil_setCode" : "hardhat_setCode", [OTHER, LATER]);
        await world.mine(1);
        const later = wish(await world.now(), { to: OTHER });
        // In the same second: pending has the head's own timestamp on anvil.
        expect(await world.look(later)).to.deep.equal({ sent: 0, failures: [] });
        await new Promise((over) => setTimeout(over, 1_100));
        expect(await world.look(later)).to.deep.equal({ sent: 1, failures: [] });
        await world.look(later);
        expect(world.journal.flights().map(({ mined }) => mined?.success)).to.deep.equal([true]);
      } finally {
        await world.close();
      }
    });
  });
}
