/** What signs transactions: an account of viem's, or anything else that does it alike. */
import type { LocalAccount } from "viem";

/** An address, and who signs for it. */
export type Signer = Pick<LocalAccount, "address" | "signTransaction">;
