/** A day of the ledger's customers: the same requests every time. */

import type { Transaction } from "../../verifier/program/transactions.ts";
import { Numbers } from "../numbers.ts";

/** Names of the customers who open an account first. */
const CUSTOMERS = [
  "ada", "alan", "barbara", "claude", "dennis", "donald", "edsger", "frances", "grace", "hedy", "jean", "joan", "john",
  "katherine", "ken", "kristen", "leslie", "margaret", "niklaus", "radia", "robin", "sophie", "tony", "whitfield",
]; // prettier-ignore

/**
 * Requests in the order in which they come in: accounts are opened, money is minted, most of the
 * rest are transfers. About one in twenty is bad (unknown account, too little money, nonsense) and
 * must leave no trace.
 * @param count - how many, at least the 48 that open and fill the accounts
 */
export function ledgerRequests(count = 400): string[] {
  const numbers = new Numbers(20_261_120);
  const requests: string[] = [];
  for (const name of CUSTOMERS) requests.push(`create ${name}`, `mint ${name} ${1_000 + numbers.below(9_000)}`);
  while (requests.length < count) requests.push(request(numbers));
  return requests.slice(0, count);
}

/** Fuel of every transaction; the most expensive takes about 570,000 steps. */
const FUEL = 1_000_000n;

/** The same requests as transactions. */
export function ledgerTransactions(count?: number): Transaction[] {
  const utf8 = new TextEncoder();
  return ledgerRequests(count).map((text) => ({ fuel: FUEL, keep: false, payload: utf8.encode(text) }));
}

function request(numbers: Numbers): string {
  const name = numbers.pick(CUSTOMERS);
  switch (numbers.below(40)) {
    case 0:
      return `balance ${name}`;
    case 1:
      return `history ${name} ${3 + numbers.below(8)}`;
    case 2:
      return `top ${3 + numbers.below(10)}`;
    case 3:
      return "total";
    case 4:
    case 5:
      return `audit ${2 + numbers.below(10)}`;
    case 6:
      return `mint ${name} ${1 + numbers.below(500)}`;
    case 7:
      return numbers.pick([
        `transfer ${name} nobody 5`,
        `transfer ${name} ${name} 1`,
        `mint ${name} -3`,
        "give me money",
      ]);
    case 8:
      return `transfer ${name} ${other(numbers, name)} ${100_000 + numbers.below(100_000)}`;
    default:
      return `transfer ${name} ${other(numbers, name)} ${1 + numbers.below(400)}`;
  }
}

function other(numbers: Numbers, name: string): string {
  const rest = CUSTOMERS.filter((customer) => customer !== name);
  return numbers.pick(rest);
}
