import { expect } from "chai";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sender } from "../../../../agents/chain/sender/outbox.ts";
import { Intents } from "../../../../agents/store/intents.ts";
import { openStore } from "../../../../agents/store/store.ts";
import { startAnvil, type TestNode } from "../../../support/nodes.ts";
import { type End, type Life, mortalSender } from "./mortal.ts";
import { ACCOUNT, GENESIS, SenderWorld, wish } from "./sender-world.ts";

const PROCESS = join(import.meta.dirname, "mortal-process.ts");

describe("sender that ends at any instant", () => {
  let folder: string;
  let node: TestNode;
  let world: SenderWorld;
  let chainId: number;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "arbiter-crash-"));
    node = await startAnvil();
    world = await SenderWorld.on(node);
    await world.manual();
    chainId = await world.reader.getChainId();
  });
  after(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  const subject = (): Parameters<typeof openStore>[1] => ({
    ...{ chainId, genesis: GENESIS },
    ...{ deal: ACCOUNT.address, account: ACCOUNT.address },
  });

  /** Looks and blocks, until both wishes are mined and the journal has noted it. */
  async function live(sender: Sender): Promise<void> {
    for (let look = 0; look < 3; look++) {
      const { failures } = await sender.carryOut([wish(1), wish(2)], await world.now());
      if (failures.length > 0) throw new AggregateError(failures.map(({ cause }) => cause));
      await world.mine();
    }
  }

  it("does nothing twice and leaves nothing out", async () => {
    const clean = await node.request("evm_snapshot");
    let snapshot = clean;
    const again = async (): Promise<void> => {
      await node.request("evm_revert", [snapshot]);
      snapshot = await node.request("evm_snapshot");
    };
    const life: Life = { effects: 0 };
    using store = openStore(":memory:", subject());
    await live(mortalSender(node.url, world.reader, chainId, new Intents(store), life));
    // Each of two transactions is signed, written and handed over; then what was mined is noted.
    expect(life.effects).to.be.greaterThanOrEqual(8);
    expect(await world.noted()).to.deep.equal([1, 2]);
    for (let effect = 1; effect <= life.effects; effect++) {
      for (const when of ["before", "after"] as const) {
        await again();
        using journal = openStore(":memory:", subject());
        const die: End["die"] = () => {
          throw new Error("the end");
        };
        const first: Life = { effects: 0 };
        const sender = mortalSender(node.url, world.reader, chainId, new Intents(journal), first, {
          effect,
          when,
          die,
        });
        const ended = await live(sender).then(
          () => false,
          () => true,
        );
        expect(ended || first.effects >= effect, `${when} effect ${effect}`).to.be.true;
        await live(mortalSender(node.url, world.reader, chainId, new Intents(journal), { effects: 0 }));
        expect(await world.noted(), `${when} effect ${effect}`).to.deep.equal([1, 2]);
      }
    }
    await again();
  });

  // As counted above: note, retire, sign, write, sign, write, send, send.
  for (const [effect, what] of [
    [4, "written one and sent none"],
    [7, "sent one of two"],
  ] as const) {
    it(`takes up after SIGKILL where it had ${what}`, async () => {
      const snapshot = await node.request("evm_snapshot");
      const path = join(folder, `${effect}.sqlite`);
      const child = spawn(process.execPath, [PROCESS, node.url, path, String(effect)]);
      let errors = "";
      child.stderr.on("data", (text: Buffer) => (errors += text.toString()));
      const signal = await new Promise((resolve) => child.once("close", (_, by) => resolve(by)));
      expect(signal, errors).to.equal("SIGKILL");
      using store = openStore(path, subject());
      const intents = new Intents(store);
      expect(intents.flights()).to.have.lengthOf(effect === 4 ? 1 : 2);
      await live(mortalSender(node.url, world.reader, chainId, intents, { effects: 0 }));
      expect(await world.noted()).to.deep.equal([1, 2]);
      await node.request("evm_revert", [snapshot]);
    });
  }
});
