/** Requests of the real engine, byte by byte as it has sent them. */
import { expect } from "chai";
import { METHODS } from "../../../cluster/abci/messages.ts";
import { decode, fieldsOf, type Message } from "../../../cluster/abci/wire.ts";
import { chainIdOf } from "../../../verifier/consensus/chain-id.ts";
import { members } from "../../support/electorate.ts";
import { recorded, RECORDED_DEAL } from "../../support/recorded.ts";

/** The request of a method that was recorded. */
function requestOf<Shape>(requestField: number, table: Message<Shape>): Shape {
  for (const line of recorded("requests") as string[]) {
    const [first] = [...fieldsOf(Buffer.from(line, "hex"))];
    if (first?.[0] === requestField) return decode(table, first[1] as Uint8Array);
  }
  throw new Error(`no request ${requestField} was recorded`);
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
const keys = members(4).map(({ publicKey }) => Buffer.from(publicKey).toString("hex"));

describe("requests of the real engine", () => {
  it("begin a chain", () => {
    const { requestField, request } = METHODS.initChain;
    const { chainId, validators, appState, initialHeight, time } = requestOf(requestField, request);
    expect(chainId).equal(chainIdOf(RECORDED_DEAL, 3));
    expect(initialHeight).equal(1n);
    expect(text(appState)).equal("");
    expect(validators.map(({ publicKey }) => Buffer.from(publicKey.secp256k1eth).toString("hex"))).have.members(keys);
    expect(validators.map(({ power }) => power)).deep.equal([1n, 1n, 1n, 1n]);
    expect(Number(time.seconds)).greaterThan(1_796_000_000);
  });

  it("ask about transactions and entries", () => {
    const check = METHODS.checkTx;
    expect(text(requestOf(check.requestField, check.request).tx)).match(/^(colour|key\d+)=/);
    const { requestField, request } = METHODS.query;
    expect(requestOf(requestField, request)).include({ path: "/entry", height: 0n, prove: false });
    const { requestField: infoField, request: info } = METHODS.info;
    expect(requestOf(infoField, info)).include({ abciVersion: "2.0.0", blockVersion: 11n });
  });

  it("tell of a block alike when it is proposed and when it is decided", () => {
    const decided = requestOf(METHODS.finalizeBlock.requestField, METHODS.finalizeBlock.request);
    expect(decided.hash).length(32);
    expect(decided.proposerAddress).length(20);
    expect(decided.nextValidatorsHash).length(32);
    const proposed = requestOf(METHODS.processProposal.requestField, METHODS.processProposal.request);
    expect(proposed).deep.equal(decided);
    const { requestField, request } = METHODS.prepareProposal;
    const prepared = requestOf(requestField, request);
    expect(Number(prepared.maxTxBytes)).greaterThan(1_000_000);
    expect(Number(prepared.height)).greaterThan(1);
  });

  it("end a block with nothing to say", () => {
    const { requestField, request } = METHODS.commit;
    expect(requestOf(requestField, request)).deep.equal({});
  });
});
