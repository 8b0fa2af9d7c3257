/** What the logs of a real node still have of a Deal's fragments, and how many are resolved for good. */
import { expect } from "chai";
import { resolvedAt, settledAfter, settledBy } from "../../../agents/chain/finality.ts";
import { FragmentArchive } from "../../../agents/chain/fragment-archive.ts";
import { Problem } from "../../../verifier/errors.ts";
import type { Program } from "../../../verifier/program/build.ts";
import { startAnvil, type TestNode } from "../../support/nodes.ts";
import { textGuest } from "../../support/text-guest.ts";
import { temporaryFolder } from "../cli/temporary-folder.ts";
import { DealWorld } from "../replay/deal-world.ts";
import { callsOf, programOf, stateAfter } from "../replay/fragments.ts";
import { bytesToHex } from "viem";
import { recordBytes } from "../../../verifier/state/state.ts";
import { dealCall } from "../../../agents/chain/calls.ts";

describe("a Deal's fragments on a real node", () => {
  const folder = temporaryFolder();
  let node: TestNode;
  let program: Program;
  let world: DealWorld;

  before(async () => {
    // Its finalized block is two epochs behind its latest one.
    node = await startAnvil(["--slots-in-an-epoch", "4"]);
    program = programOf(await textGuest("counter"));
    const inputs = callsOf(
      program,
      "add",
      Array.from({ length: 70 }, (_, i) => BigInt(i)),
    ).map(({ input }) => input);
    world = await DealWorld.on(node, folder, program, inputs);
  });
  after(() => node.close());

  it("can be read again one by one, with few requests", async () => {
    let requests = 0;
    const { reader } = world.chain;
    const counted: Pick<typeof reader, "getLogs"> = {
      getLogs: (filter) => {
        requests++;
        return reader.getLogs(filter);
      },
    };
    const archive = new FragmentArchive(counted, world.deal.address);
    const { fragments } = await world.deal.view();
    expect(fragments).length(70);
    for (const fragment of [...fragments, fragments[3]!]) expect(await archive.at(fragment.index)).deep.equal(fragment);
    expect(requests).equal(3);
    const failure = await archive.at(70).catch((error: unknown) => error);
    expect(failure).instanceOf(Problem).property("message", "the logs have no fragment 70");
  });

  it("are resolved for good only once that block is final", async () => {
    const { address } = world.deal;
    const { reader } = world.chain;
    const [worker] = world.roles.workers;
    const [fragment] = (await world.deal.view()).fragments;
    const record = bytesToHex(recordBytes(stateAfter(program, [fragment!])));
    const { head } = await world.deal.view();
    await world.chain.send(worker!, dealCall(world.deal.address, "claim", [fragment!.id, head, record]));
    await node.request("evm_increaseTime", [100_000]);
    const [claim] = (await world.deal.view()).claims.keys();
    await world.chain.send(worker!, dealCall(world.deal.address, "confirm", [claim]));
    expect(await resolvedAt(reader, address, "latest")).equal(1);
    const settled = settledBy(reader, address);
    expect(await resolvedAt(reader, address, "finalized")).equal(0);
    expect(await settled({ resolved: 1 }, 0)).equal(0);
    expect(await settledBy(reader, address, "latest")({ resolved: 1 }, 0)).equal(1);
    await node.request("anvil_mine", ["0x8"]);
    expect(await resolvedAt(reader, address, "finalized")).equal(1);
    expect(await settled({ resolved: 1 }, 0)).equal(1);
  });

  it("are resolved for good, where only time tells, when enough of it has gone by without another word", async () => {
    const settled = settledAfter(100);
    const told: number[] = [];
    for (const [resolved, now] of [
      [2, 0],
      [3, 50],
      [3, 100],
      [3, 150],
      [5, 160],
      // A reorganisation.
      [4, 200],
      [5, 250],
      [5, 299],
      [5, 350],
    ] as const)
      told.push(await settled({ resolved }, now));
    expect(told).deep.equal([0, 0, 2, 3, 3, 3, 3, 3, 5]);
  });

  it("are none where there is no Deal yet", async () => {
    expect(await resolvedAt(world.chain.reader, "0x00000000000000000000000000000000000000b0", "latest")).equal(0);
  });
});
