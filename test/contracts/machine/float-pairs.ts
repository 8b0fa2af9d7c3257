/**
 * Random pairs of floats that meet: sums that cancel or tie, products and quotients at both ends of
 * the exponents.
 */
import { RandomBits } from "../../verifier/machine/float-operands.ts";

const FORMATS = {
  32: { digits: 23n, bias: 127n, type: [Float32Array, Uint32Array] },
  64: { digits: 52n, bias: 1023n, type: [Float64Array, BigUint64Array] },
} as const;

/** A source of pairs of bits of one width. */
export class FloatPairs {
  readonly #random: RandomBits;
  readonly #width: 32 | 64;

  constructor(width: 32 | 64, seed: number) {
    this.#random = new RandomBits(seed);
    this.#width = width;
  }

  /** One of seven kinds of pairs. */
  next(): [x: bigint, y: bigint] {
    const { bias } = FORMATS[this.#width];
    const any = this.#random.operand(this.#width);
    const exponent = this.#between(-bias, bias + 1n);
    const x = this.#float(exponent);
    switch (this.#random.word() % 7) {
      case 0:
        return [any, this.#random.operand(this.#width)];
      case 1:
        return [any, this.#neighbour(any)];
      case 2:
        return [x, this.#float(exponent + this.#between(-60n, 60n))];
      case 3:
        return [x, this.#float(this.#end() - exponent)];
      case 4:
        return [x, this.#float(exponent - this.#end())];
      case 5:
        // Subnormal numbers of few bits.
        return [this.#between(1n, 1n << 12n), this.#neighbour(this.#between(4n, 1n << 12n))];
      default:
        return this.#square();
    }
  }

  /** From `low` to `high`. */
  #between(low: bigint, high: bigint): bigint {
    return low + (BigInt(this.#random.word()) % (high - low + 1n));
  }

  /**
   * An exponent around the greatest finite number, or among the subnormal ones and a little below
   * and above.
   */
  #end(): bigint {
    const { digits, bias } = FORMATS[this.#width];
    return this.#random.word() % 4 === 0
      ? this.#between(bias - 2n, bias + 2n)
      : -bias - this.#between(-3n, digits + 3n);
  }

  /**
   * A number with this exponent, or the nearest that there is, any sign, and a fraction that is
   * often short.
   */
  #float(exponent: bigint): bigint {
    const { digits, bias } = FORMATS[this.#width];
    const biased = exponent < -bias ? 0n : exponent > bias + 1n ? 2n * bias : exponent + bias;
    const raw = BigInt.asUintN(Number(digits), (BigInt(this.#random.word()) << 32n) | BigInt(this.#random.word()));
    const cut = this.#random.word() % 2 === 0 ? this.#between(0n, digits) : 0n;
    return (BigInt(this.#random.word() % 2) << BigInt(this.#width - 1)) | (biased << digits) | ((raw >> cut) << cut);
  }

  /** The same number or one a few bits away, with any sign. */
  #neighbour(x: bigint): bigint {
    const sign = BigInt(this.#random.word() % 2) << BigInt(this.#width - 1);
    return BigInt.asUintN(this.#width, x + this.#between(-3n, 3n)) ^ sign;
  }

  /** The square of an integer, or a neighbour of it, and its root. */
  #square(): [x: bigint, y: bigint] {
    const { digits, type } = FORMATS[this.#width];
    const [Floats, Bits] = type;
    const root = Number(this.#between(1n, 1n << ((digits + 1n) / 2n)));
    const floats = Floats.of(root * root, root);
    const [x = 0n, y = 0n] = Array.from(new Bits(floats.buffer), BigInt);
    return [x + this.#between(-1n, 1n), y];
  }
}
