/** How much a validator does. */

/**
 * What a validator may do. `watch`: nothing; it looks, has fragments replayed and tells. `defend`:
 * play in disputes that somebody else has opened, where a claim or a commitment says what it has
 * computed, or where it has joined already. `full`: challenge wrong claims, too.
 */
export const MODES = ["watch", "defend", "full"] as const;

/** One of {@link MODES}. */
export type Mode = (typeof MODES)[number];
