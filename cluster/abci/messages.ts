/**
 * The messages of ABCI 2.0 between CometBFT and its application, after
 * `proto/tendermint/abci/types.proto` of CometBFT v0.40, with the fields that a cluster uses.
 */
import {
  bool,
  bytes,
  bytesList,
  int32,
  int64,
  type Message,
  message,
  messageList,
  text,
  type ValueOf,
} from "./wire.ts";

/** `google.protobuf.Timestamp`. */
const instant = { seconds: int64(1), nanoseconds: int32(2) };

/** `tendermint.crypto.PublicKey` of type `secp256k1eth`. */
const publicKey = { secp256k1eth: bytes(5) };

const validatorUpdate = { publicKey: message(1, publicKey), power: int64(2) };

const validator = { address: bytes(1), power: int64(3) };

/** A validator that has voted twice, or attacked light clients. */
const misbehavior = {
  type: int32(1),
  validator: message(2, validator),
  height: int64(3),
  time: message(4, instant),
  totalVotingPower: int64(5),
};

const snapshot = { height: int64(1), format: int32(2), chunks: int32(3), hash: bytes(4), metadata: bytes(5) };

/** What a transaction did. */
const txResult = {
  code: int32(1),
  data: bytes(2),
  log: text(3),
  info: text(4),
  gasWanted: int64(5),
  gasUsed: int64(6),
  codespace: text(8),
};

const nothing: Message<Readonly<Record<string, never>>> = {};

/** What every request about a block has. */
const block = {
  txs: bytesList(1),
  misbehavior: messageList(3, misbehavior),
  hash: bytes(4),
  height: int64(5),
  time: message(6, instant),
  nextValidatorsHash: bytes(7),
  proposerAddress: bytes(8),
};

/** A method: the field of `Request` and of `Response` that it has, and what is in them. */
const method = <Request, Response>(
  requestField: number,
  request: Request,
  responseField: number,
  response: Response,
): { requestField: number; request: Request; responseField: number; response: Response } => ({
  requestField,
  request,
  responseField,
  response,
});

/** The methods that an application answers. */
export const METHODS = {
  info: method(3, { version: text(1), blockVersion: int64(2), p2pVersion: int64(3), abciVersion: text(4) }, 4, {
    data: text(1),
    version: text(2),
    appVersion: int64(3),
    lastBlockHeight: int64(4),
    lastBlockAppHash: bytes(5),
  }),
  initChain: method(
    5,
    {
      time: message(1, instant),
      chainId: text(2),
      validators: messageList(4, validatorUpdate),
      appState: bytes(5),
      initialHeight: int64(6),
    },
    6,
    { validators: messageList(2, validatorUpdate), appHash: bytes(3) },
  ),
  query: method(6, { data: bytes(1), path: text(2), height: int64(3), prove: bool(4) }, 7, {
    code: int32(1),
    log: text(3),
    info: text(4),
    index: int64(5),
    key: bytes(6),
    value: bytes(7),
    height: int64(9),
    codespace: text(10),
  }),
  /** `type` is 1 for a transaction that is checked again after a block. */
  checkTx: method(8, { tx: bytes(1), type: int32(2) }, 9, txResult),
  /** Blocks below `retainHeight` may be forgotten. */
  commit: method(11, nothing, 12, { retainHeight: int64(3) }),
  listSnapshots: method(12, nothing, 13, { snapshots: messageList(1, snapshot) }),
  /** `result` is of {@link OFFER_RESULT}. */
  offerSnapshot: method(13, { snapshot: message(1, snapshot), appHash: bytes(2) }, 14, { result: int32(1) }),
  loadSnapshotChunk: method(14, { height: int64(1), format: int32(2), chunk: int32(3) }, 15, { chunk: bytes(1) }),
  /** `result` is of {@link APPLY_RESULT}. */
  applySnapshotChunk: method(15, { index: int32(1), chunk: bytes(2), sender: text(3) }, 16, { result: int32(1) }),
  prepareProposal: method(
    16,
    {
      maxTxBytes: int64(1),
      txs: bytesList(2),
      misbehavior: messageList(4, misbehavior),
      height: int64(5),
      time: message(6, instant),
      nextValidatorsHash: bytes(7),
      proposerAddress: bytes(8),
    },
    17,
    { txs: bytesList(1) },
  ),
  /** `status` is of {@link PROPOSAL}. */
  processProposal: method(17, block, 18, { status: int32(1) }),
  finalizeBlock: method(20, block, 21, {
    txResults: messageList(2, txResult),
    validatorUpdates: messageList(3, validatorUpdate),
    appHash: bytes(5),
  }),
};

/** A method of {@link METHODS}. */
export type MethodName = keyof typeof METHODS;

/** What the engine asks with each method. */
export type Requests = { readonly [Name in MethodName]: ValueOf<(typeof METHODS)[Name]["request"]> };

/** What the application answers to each method. */
export type Responses = { readonly [Name in MethodName]: ValueOf<(typeof METHODS)[Name]["response"]> };

/** Fields of `Request` and `Response` with which a connection is tested and flushed. */
export const ECHO = { requestField: 1, responseField: 2, message: { message: text(1) } };
/** See {@link ECHO}. */
export const FLUSH = { requestField: 2, responseField: 3 };
/** The field of `Response` that says why there is no answer. */
export const EXCEPTION = { responseField: 1, message: { error: text(1) } };

/** Answers to a proposal. */
export const PROPOSAL = { accept: 1, reject: 2 } as const;

/** Answers to an offer of a snapshot. */
export const OFFER_RESULT = { accept: 1, abort: 2, reject: 3, rejectFormat: 4, rejectSender: 5 } as const;

/** Answers to a chunk of a snapshot. */
export const APPLY_RESULT = { accept: 1, abort: 2, retry: 3, retrySnapshot: 4, rejectSnapshot: 5 } as const;
