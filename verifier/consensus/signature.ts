/**
 * Signatures of CometBFT's key type `secp256k1eth` (v0.40, `crypto/secp256k1eth`): R ‖ S ‖ V over
 * the keccak-256 of the bytes, with the lower S and V 0 or 1. A validator's address is the
 * Ethereum address of its key.
 */
import { secp256k1 } from "@noble/curves/secp256k1";
import { keccak256 } from "../merkle/keccak.ts";
import { ConsensusError } from "./errors.ts";

/** Bytes of a signature. */
export const SIGNATURE_BYTES = 65;

/** Bytes of an address. */
export const ADDRESS_BYTES = 20;

/** Bytes of a public key: SEC 1, compressed. */
export const PUBLIC_KEY_BYTES = 33;

const V_AT = 64;
const HASH_BYTES = 32;

/**
 * The address of the key that signed.
 * @throws ConsensusError if no key can have
 */
export function signerOf(signed: Uint8Array, signature: Uint8Array): Uint8Array {
  if (signature.length !== SIGNATURE_BYTES)
    throw new ConsensusError(`a signature has ${SIGNATURE_BYTES} bytes, not ${signature.length}`);
  const v = signature[V_AT]!;
  if (v > 1) throw new ConsensusError(`the last byte of a signature is 0 or 1, not ${v}`);
  try {
    const parsed = secp256k1.Signature.fromCompact(signature.subarray(0, V_AT));
    if (parsed.hasHighS()) throw new ConsensusError("a signature has the lower S of two");
    const key = parsed.addRecoveryBit(v).recoverPublicKey(keccak256(signed));
    return addressOfPoint(key.toRawBytes(false));
  } catch (error) {
    if (error instanceof ConsensusError) throw error;
    throw new ConsensusError("no key can have made the signature", { cause: error });
  }
}

/**
 * The address of a compressed public key.
 * @throws ConsensusError if it is none
 */
export function addressOfKey(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== PUBLIC_KEY_BYTES)
    throw new ConsensusError(`a public key has ${PUBLIC_KEY_BYTES} bytes, not ${publicKey.length}`);
  try {
    return addressOfPoint(secp256k1.ProjectivePoint.fromHex(publicKey).toRawBytes(false));
  } catch (error) {
    throw new ConsensusError("the public key is no point of the curve", { cause: error });
  }
}

/** The address of a point of the curve, given by a byte 4 and its coordinates. */
function addressOfPoint(uncompressed: Uint8Array): Uint8Array {
  return keccak256(uncompressed.subarray(1)).slice(HASH_BYTES - ADDRESS_BYTES);
}
