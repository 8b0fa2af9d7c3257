import { type ForeignProgram, packageFile } from "./program.ts";

/** Samples of a frame: 10 ms at 48 kHz, each a float in the range of 16-bit integers. */
const SAMPLES = 480;
const FRAMES = 2;

const EXPORTS = { constructors: "d", create: "f", malloc: "g", processFrame: "j" } as const;

/** Copies of 512 bytes and more, which the module leaves to its embedder. */
const COPY = `(module
  (memory (import "guest" "c") 0)
  (func (export "b") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2))))`;

/** A tone with overtones and noise, in integers: the same everywhere. */
function frame(number: number): Float32Array {
  return Float32Array.from({ length: SAMPLES }, (_, i) => {
    const t = number * SAMPLES + i;
    const saw = ((t * 173) % 48_000) - 24_000;
    const noise = ((t * 1_103_515_245 + 12_345) >>> 16) % 2000;
    return (saw >> 2) + noise - 1000;
  });
}

/**
 * A recurrent neural network that takes noise out of speech: FFT, pitch search, matrices of floats.
 */
export const rnnoise: ForeignProgram = {
  package: "@jitsi/rnnoise-wasm",
  license: "Apache-2.0",
  toolchain: "Emscripten (C)",
  computes: `noise suppression of ${FRAMES} frames of ${SAMPLES} samples`,
  module: () => packageFile("@jitsi/rnnoise-wasm", "dist/rnnoise.wasm"),
  support: [{ name: "a", text: COPY }],
  run: (guest) => {
    guest.call(EXPORTS.constructors);
    const state = Number(guest.call(EXPORTS.create, 0));
    const buffer = Number(guest.call(EXPORTS.malloc, 4 * SAMPLES));
    const voice: number[] = [];
    let energy = 0;
    for (let n = 0; n < FRAMES; n++) {
      guest.write(buffer, new Uint8Array(frame(n).buffer));
      voice.push(Number(guest.call(EXPORTS.processFrame, state, buffer, buffer)));
      const bytes = guest.read(buffer, 4 * SAMPLES);
      for (const sample of new Float32Array(bytes.buffer)) energy += sample * sample;
    }
    return `voice ${voice.join(" ")} energy ${energy}`;
  },
  // As V8 computes it: the samples are bit for bit the same, and so is the sum.
  expected: () => "voice 0.7163469791412354 0.9497554302215576 energy 2502219635.2344055",
};
