/** The compiled contracts that agents talk to, with their ABIs as types. They are there after `hardhat build`. */
import { readFileSync } from "node:fs";
import type { Abi } from "viem";
import type { Arbiter$Type } from "../../artifacts/contracts/Arbiter.sol/artifacts.d.ts";
import type { Deal$Type } from "../../artifacts/contracts/Deal.sol/artifacts.d.ts";
import type { Deposits$Type } from "../../artifacts/contracts/Deposits.sol/artifacts.d.ts";
import type { StepVerifier$Type } from "../../artifacts/contracts/machine/StepVerifier.sol/artifacts.d.ts";
import type { Tournament$Type } from "../../artifacts/contracts/tournament/Tournament.sol/artifacts.d.ts";

function artifact(source: string, name: string): unknown {
  const file = new URL(`../../artifacts/contracts/${source}/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"));
}

/** ABI of `StepVerifier`. */
export const stepVerifierAbi = (artifact("machine/StepVerifier.sol", "StepVerifier") as StepVerifier$Type).abi;
/** ABI of `Tournament`. */
export const tournamentAbi = (artifact("tournament/Tournament.sol", "Tournament") as Tournament$Type).abi;
/** ABI of `Arbiter`. */
export const arbiterAbi = (artifact("Arbiter.sol", "Arbiter") as Arbiter$Type).abi;
/** ABI of `Deposits`. */
export const depositsAbi = (artifact("Deposits.sol", "Deposits") as Deposits$Type).abi;

const deal = artifact("Deal.sol", "Deal") as Deal$Type;
/** ABI of `Deal`. */
export const dealAbi = deal.abi;
/** Creation code of `Deal`: every customer deploys its own. */
export const dealBytecode = deal.bytecode;

/** Every error of every contract: a call may be refused by a contract behind the one that is called. */
export const errorAbi: Abi = [stepVerifierAbi, tournamentAbi, arbiterAbi, depositsAbi, dealAbi].flatMap((abi) =>
  (abi as Abi).filter(({ type }) => type === "error"),
);
