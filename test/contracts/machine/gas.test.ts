/**
 * What a step costs: gas of real transactions, and bytes of witness, for every opcode and class of
 * outcome.
 */
import { expect } from "chai";
import { getBytes, hexlify } from "ethers";
import { network } from "hardhat";
import { EXECUTED, Op } from "../../../verifier/instructions/table.ts";
import { stateRoot } from "../../../verifier/state/state.ts";
import { prove } from "../../../verifier/proof/witness.ts";
import { checkSnapshot } from "../../../scripts/snapshot.ts";
import { SIZES, type Size, stateOf } from "./dense.ts";
import { idle, type Named, scenarios, trapOf } from "./scenarios.ts";

/** Gas that any instruction may cost, and that a frequent one may. */
const CEILING = 150_000;
const FREQUENT_CEILING = 90_000;
const FREQUENT = /^(i32Const|i64Const|i32\.add|i64\.add|localGet|brIf|call)\b/;

interface Cost {
  readonly name: string;
  readonly gas: number;
  /** What EIP-7623 charges for the calldata at least. */
  readonly floor: number;
  /** Bytes of the witness. */
  readonly bytes: number;
}

async function meter(): Promise<(scenario: Named, size: Size) => Promise<Cost>> {
  const { ethers } = await network.create();
  const integers = await ethers.deployContract("Integers");
  const floats = await ethers.deployContract("Floats");
  const contract = await ethers.deployContract("StepVerifier", [
    await integers.getAddress(),
    await floats.getAddress(),
  ]);
  const [account] = await ethers.getSigners();
  if (account === undefined) throw new Error("the network has no accounts");

  return async (scenario, size) => {
    const state = stateOf(size, scenario);
    const { witness, next } = prove(state);
    expect(trapOf(next, state.checkpoint !== undefined), scenario.name).to.equal(scenario.trap);
    const args: [Uint8Array, Uint8Array] = [stateRoot(state), witness];
    expect(await contract.step(...args), scenario.name).to.equal(hexlify(stateRoot(next)));
    const data = contract.interface.encodeFunctionData("step", args);
    const sent = await account.sendTransaction({ to: contract, data, gasLimit: 1_000_000 });
    const receipt = await sent.wait();
    if (receipt?.status !== 1) throw new Error(`${scenario.name} reverted`);
    return { name: scenario.name, gas: Number(receipt.gasUsed), floor: floorOf(data), bytes: witness.length };
  };
}

/** EIP-7623: 21,000, 10 a zero byte and 40 any other. */
function floorOf(data: string): number {
  return getBytes(data).reduce((gas, byte) => gas + (byte === 0 ? 10 : 40), 21_000);
}

describe("StepVerifier gas", () => {
  const costs: Record<keyof typeof SIZES, Cost[]> = { small: [], large: [] };
  before(async () => {
    const measure = await meter();
    for (const name of ["small", "large"] as const) {
      const size = SIZES[name];
      for (const scenario of [...scenarios(size), ...idle(size)]) costs[name].push(await measure(scenario, size));
    }
  });

  it("has a scenario in which each opcode does its work, for either size, and all of them are measured", () => {
    const opcodes = [...EXECUTED.keys()];
    for (const name of ["small", "large"] as const) {
      const all = scenarios(SIZES[name]);
      const done = new Set(all.filter(({ trap }) => trap === 0).map(({ word }) => word.op));
      expect(opcodes.filter((op) => !done.has(op))).to.deep.equal([Op.unreachable]);
      expect(all.some(({ word }) => word.op === Op.unreachable)).to.equal(true);
      const names = [...all, ...idle(SIZES[name])].map((scenario) => scenario.name);
      expect(new Set(names).size).to.equal(names.length);
      expect(costs[name].map((cost) => cost.name)).to.deep.equal(names);
    }
  });

  it("is all calldata, charged at the floor of EIP-7623, with 2^19 code words and 64 MiB", () => {
    for (const { name, gas, floor } of costs.large) expect(gas, name).to.equal(floor);
    for (const { name, gas, floor } of costs.small) expect(gas, name).to.be.within(floor, floor + 8_000);
  });

  it("stays below the ceilings, with 2^19 code words and 64 MiB", () => {
    for (const { name, gas } of costs.large) expect(gas, name).to.be.at.most(CEILING);
    const frequent = costs.large.filter(({ name }) => FREQUENT.test(name) && !name.includes("trap"));
    expect(frequent.length).to.be.at.least(9);
    for (const { name, gas } of frequent) expect(gas, name).to.be.at.most(FREQUENT_CEILING);
  });

  it("is that of the snapshot", () => {
    const figures: Record<string, number> = {};
    for (const [size, list] of Object.entries(costs)) {
      for (const { name, gas, bytes } of list) {
        figures[`${size}: ${name}: gas`] = gas;
        figures[`${size}: ${name}: bytes`] = bytes;
      }
    }
    checkSnapshot("step-gas", figures);
  });
});
