/** A process that wants two things of a chain, and is killed on its way. Started by crash.test.ts. */
import { createPublicClient, http } from "viem";
import { Intents } from "../../../../agents/store/intents.ts";
import { openStore } from "../../../../agents/store/store.ts";
import { mortalSender } from "./mortal.ts";
import { ACCOUNT, GENESIS, wish } from "./sender-world.ts";

const [, , url = "", path = "", effect = ""] = process.argv;
const reader = createPublicClient({ transport: http(url), cacheTime: 0 });
const chainId = await reader.getChainId();
const intents = new Intents(
  openStore(path, { chainId, genesis: GENESIS, deal: ACCOUNT.address, account: ACCOUNT.address }),
);
const die = (): never => {
  process.kill(process.pid, "SIGKILL");
  throw new Error("killed");
};
const end = { effect: Number(effect), when: "after", die } as const;
const sender = mortalSender(url, reader, chainId, intents, { effects: 0 }, end);
await sender.carryOut([wish(1), wish(2)], Number((await reader.getBlock()).timestamp));
