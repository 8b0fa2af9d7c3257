/**
 * The engine's own memory, beside the guest's: a header that tells where a run paused, and an image
 * of the machine's stack, eight bytes per slot, least significant first. Frames are written into
 * the image where the machine has them.
 */
import { SLOT_WORDS } from "../interpreter/units.ts";

/** u32: id of the site at which the innermost frame paused. */
export const PAUSE_SITE = 0;

/** u32: address of the innermost frame in the image. */
export const PAUSE_FRAME = 4;

/** i64: steps that were left. */
export const PAUSE_COUNTER = 8;

/** A byte for each region: whether the growth of its memory has failed. */
export const REFUSED_GROWTH = 64;

/** Regions that there are at most. */
export const MOST_REGIONS = 2 ** 8;

/** Address of slot 0. */
export const IMAGE = REFUSED_GROWTH + MOST_REGIONS;

/** Bytes of a slot. */
export const SLOT = 4 * SLOT_WORDS;

/** What a function returns for a counter when frames are being written out. */
export const UNWINDING = -(2n ** 62n);

/** Frame offset of a parameter or local: the return address lies between them. */
export const localSlot = (parameters: number, index: number): number => (index < parameters ? index : index + 1);

/** Frame offset of the lowest operand. */
export const floorOf = (locals: number): number => locals + 1;
