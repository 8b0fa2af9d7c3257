/** The validators of a chain, and the hash of their set in every header. */
import { ConsensusError } from "./errors.ts";
import { bytesField, concat, integerField, messageField } from "./protobuf.ts";
import { treeRoot } from "./sha-tree.ts";
import { PUBLIC_KEY_BYTES } from "./signature.ts";

/** Number of `secp256k1eth` among the keys of `tendermint.crypto.PublicKey`. */
const KEY_FIELD = 5;

/** A member of the set. */
export interface Validator {
  /** Its compressed public key, 33 bytes. */
  readonly publicKey: Uint8Array;
  readonly power: bigint;
}

/**
 * The hash of a set, in the order that the engine gives it: by power, the largest first, then by
 * address. `SimpleValidator` in `proto/tendermint/types/validator.proto`.
 * @throws ConsensusError if a key has not 33 bytes, or a power is not positive
 */
export function validatorsHash(validators: readonly Validator[]): Uint8Array {
  return treeRoot(
    validators.map(({ publicKey, power }) => {
      if (publicKey.length !== PUBLIC_KEY_BYTES)
        throw new ConsensusError(`a public key has ${PUBLIC_KEY_BYTES} bytes, not ${publicKey.length}`);
      if (power < 1n || power >= 1n << 63n) throw new ConsensusError(`a validator cannot have a power of ${power}`);
      return concat(messageField(1, bytesField(KEY_FIELD, publicKey)), integerField(2, power));
    }),
  );
}
