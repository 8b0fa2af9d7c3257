/** One step from its witness alone: what `StepVerifier.step` does on chain. */
import { unpackHeader } from "../machine/record.ts";
import { step } from "../machine/step.ts";
import { equalHashes, keccak256 } from "../merkle/keccak.ts";
import { RECORD_BYTES } from "../state/state.ts";
import { packRecord, unpackRecord } from "./record-bytes.ts";
import { WitnessAccess } from "./witness-access.ts";
import { WitnessReader } from "./witness-reader.ts";

/**
 * The root of the state after the one with root `stateRoot`. Throws a WitnessError if the witness
 * is not one of its step.
 */
export function verifyStep(stateRoot: Uint8Array, witness: Uint8Array): Uint8Array {
  return keccak256(verifiedRecord(stateRoot, witness));
}

/** The record, 288 bytes, of the state that {@link verifyStep} gives the root of. */
export function verifiedRecord(stateRoot: Uint8Array, witness: Uint8Array): Uint8Array {
  const reader = new WitnessReader(witness);
  const bytes = reader.bytes(RECORD_BYTES, "record");
  if (!equalHashes(keccak256(bytes), stateRoot)) reader.fail(0, "the record does not have the state's root");
  const record = unpackRecord(bytes);
  const header = unpackHeader(record.header);
  const access = new WitnessAccess(header, record.roots, reader);
  const registers = step(header, record.registers, access);
  reader.end();
  return packRecord({ header: record.header, registers, roots: access.after() });
}
