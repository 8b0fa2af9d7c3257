/** Random numbers that follow from a seed: xoshiro256** by Blackman and Vigna (prng.di.unimi.it), seeded by their splitmix64. */
let s0: u64 = 0;
let s1: u64 = 0;
let s2: u64 = 0;
let s3: u64 = 0;

/** Seeds from 32 bytes of any value: each word is mixed, so that no seed gives the state that stays zero. */
export function seed(w0: u64, w1: u64, w2: u64, w3: u64): void {
  s0 = mix(w0 + 0x9e3779b97f4a7c15);
  s1 = mix(w1 + 0x3c6ef372fe94f82a);
  s2 = mix(w2 + 0xdaa66d2c7ddf743f);
  s3 = mix(w3 + 0x78dde6e5fd29f054);
  if ((s0 | s1 | s2 | s3) == 0) s0 = 1;
}

function mix(x: u64): u64 {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/** The next 64 bits. */
export function next(): u64 {
  if ((s0 | s1 | s2 | s3) == 0) seed(0, 0, 0, 0);
  const result = rotl<u64>(s1 * 5, 7) * 9;
  const t = s1 << 17;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= t;
  s3 = rotl<u64>(s3, 45);
  return result;
}
