/** Loading a fragment, from the record and one opening: what `StepVerifier.load` does on chain. */
import { Status } from "../machine/codes.ts";
import { isValidHeader, loadedRegisters, unpackHeader } from "../machine/record.ts";
import { HASH_BYTES, hashPair, keccak256 } from "../merkle/keccak.ts";
import { zeroHash } from "../merkle/zero.ts";
import { MAX_INPUT_BYTES, outputInputNode } from "../state/program.ts";
import { RECORD_BYTES, type State } from "../state/state.ts";
import { encodeOpening, readOpening, rootOf } from "./opening.ts";
import { packRecord, unpackRecord } from "./record-bytes.ts";
import { WitnessReader } from "./witness-reader.ts";

/**
 * The opening of the node above output and input, which `load` needs beside the record of a state.
 */
export function loadOpening(state: State): Uint8Array {
  const { level, index } = outputInputNode(state.header);
  return encodeOpening(state.memory.opening(index, level), level);
}

/** A fragment's input as the chain knows it. */
export interface SubmittedInput {
  /** Root over 2^11 leaves; see `inputRoot`. */
  readonly root: Uint8Array;
  /** Bytes. */
  readonly length: number;
}

/** Level of the input's root in its region. */
const INPUT_LEVEL = 11;

/**
 * The root of the state that `load` makes of the state with this record. Throws a WitnessError if
 * that cannot be.
 */
export function verifyLoad(record: Uint8Array, input: SubmittedInput, budget: bigint, opening: Uint8Array): Uint8Array {
  const reader = new WitnessReader(opening);
  if (record.length !== RECORD_BYTES) reader.fail(0, `a record has ${RECORD_BYTES} bytes, not ${record.length}`);
  const { header, registers, roots } = unpackRecord(record);
  const shape = unpackHeader(header);
  if (!isValidHeader(shape)) reader.fail(0, "no machine can run the record's header");
  if (registers.status !== Status.yielded) reader.fail(0, `the record has status ${registers.status}, not yielded`);
  if (input.length > MAX_INPUT_BYTES)
    reader.fail(0, `the input has more than ${MAX_INPUT_BYTES} bytes: ${input.length}`);

  const place = outputInputNode(shape);
  const opened = readOpening(reader, roots.memory, { what: "memory node", depth: shape.memoryDepth, ...place });
  reader.end();
  let region = input.root;
  for (let level = INPUT_LEVEL; level < place.level - 1; level++) region = hashPair(region, zeroHash(level));
  const node = hashPair(zeroHash(place.level - 1), region);
  const memory = rootOf({ ...opened, node });
  const loaded = loadedRegisters(registers, input.length, budget);
  const saved = new Uint8Array(HASH_BYTES);
  return keccak256(packRecord({ header, registers: loaded, roots: { ...roots, memory, saved } }));
}
