/**
 * The Tournament contract on Hardhat's network, called with the actions of agents/game and read
 * back in its terms.
 */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { EventLog } from "ethers";
import type { ContractTransactionResponse, Log, Result } from "ethers";
import { network } from "hardhat";
import type { Hex } from "viem";
import type { GameEvent } from "../../../agents/game/events.ts";
import type {
  Action,
  Announcement,
  CommitmentState,
  Eight,
  GameState,
  MatchState,
  Params,
  Side,
  TournamentState,
} from "../../../agents/game/types.ts";
import type { ContractOf } from "../../support/typed-contract.ts";

/** What the toy machine's lineages stop at: beyond every tree of the tests. */
export const LIMIT = 1n << 40n;

/**
 * A Tournament contract of its own on a network of its own, in which `arbiter` is an ordinary
 * account.
 */
export interface Chain {
  readonly contract: ContractOf<"Tournament">;
  readonly accounts: readonly HardhatEthersSigner[];
  readonly arbiter: Hex;
  /**
   * Sends an action in a block of this time: its logs, gas and calldata, or the name of the error.
   */
  readonly send: (action: Action, sender: Hex, time: number) => Promise<Outcome>;
  /** What the contract holds about every name in `state`, in the same form. */
  readonly read: (state: GameState) => Promise<GameState>;
  readonly balance: () => Promise<bigint>;
  readonly now: () => Promise<number>;
}

export type Outcome =
  | {
      readonly accepted: true;
      readonly events: readonly GameEvent[];
      readonly gas: number;
      /** Bytes of calldata. */
      readonly calldata: number;
    }
  | { readonly accepted: false; readonly reason: string };

export async function deploy(params: Params): Promise<Chain> {
  const { ethers, networkHelpers } = await network.create({ override: { allowBlocksWithSameTimestamp: true } });
  const accounts = await ethers.getSigners();
  const arbiter = accounts[0];
  if (!arbiter) throw new Error("the network has no accounts");
  const signers = new Map(accounts.map((account) => [hex(account.address), account]));
  const verifier = await ethers.deployContract("ToyVerifier", [LIMIT]);
  const contract = await ethers.deployContract("Tournament", [
    await verifier.getAddress(),
    { ...params, heights: [...params.heights], bonds: [...params.bonds] },
    arbiter.address,
  ]);
  const address = await contract.getAddress();

  async function send(action: Action, sender: Hex, time: number): Promise<Outcome> {
    const signer = signers.get(sender);
    if (!signer) throw new RangeError(`no account ${sender}`);
    await networkHelpers.time.setNextBlockTimestamp(time);
    try {
      const sent = await call(contract.connect(signer), action);
      const receipt = await sent.wait();
      if (!receipt) throw new Error("not mined");
      const calldata = (sent.data.length - 2) / 2;
      return { accepted: true, events: receipt.logs.map(decode), gas: Number(receipt.gasUsed), calldata };
    } catch (error) {
      return { accepted: false, reason: reasonOf(error) };
    }
  }

  return {
    contract,
    accounts,
    arbiter: hex(arbiter.address),
    send,
    read: (state) => read(contract, state),
    balance: () => ethers.provider.getBalance(address),
    now: () => networkHelpers.time.latest(),
  };
}

/** An address or hash in lower case. */
export function hex(text: string): Hex {
  return `0x${text.slice(2).toLowerCase()}`;
}

/** Reverting calls are mined too: no estimate, an ample limit. */
const LIMITED = { gasLimit: 2_000_000 };

async function call(contract: ContractOf<"Tournament">, action: Action): Promise<ContractTransactionResponse> {
  switch (action.kind) {
    case "announce":
      return contract.announce(action.announcement, { ...LIMITED, value: action.value });
    case "open":
      return contract.open(action.tournament, action.initial, action.owner, mutable(action.commitment), LIMITED);
    case "join":
      return contract.join(action.tournament, mutable(action.commitment), { ...LIMITED, value: action.value });
    case "move":
      return contract.move(action.id, action.digit, action.opp, [...action.siblings], [...action.next], LIMITED);
    case "last": {
      const { tournament, one, two } = action.pairing;
      const { shown } = action;
      const last = { ...shown, siblings: [...shown.siblings], proof: [...shown.proof] };
      return contract.last(tournament, one, two, last, LIMITED);
    }
    case "resolve":
      return contract.resolve(action.pairing.tournament, action.pairing.one, action.pairing.two, LIMITED);
    case "collect":
      return contract.collect(action.tournament, LIMITED);
    case "withdraw":
      return contract.withdraw(action.to, LIMITED);
  }
}

function mutable(commitment: Extract<Action, { kind: "join" }>["commitment"]) {
  return { ...commitment, children: [...commitment.children] as [...Eight], proof: [...commitment.proof] };
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const name = /custom error '(\w+)\(/.exec(message)?.[1];
  if (name === undefined) throw error;
  return name;
}

function decode(log: EventLog | Log): GameEvent {
  if (!(log instanceof EventLog)) throw new Error(`a log of another contract: ${log.address}`);
  const { args } = log;
  const word = (name: string): Hex => hex(field(args, name));
  const wei = (name: string): bigint => BigInt(field(args, name));
  const seconds = (name: string): number => Number(field(args, name));
  const count = seconds;
  switch (log.eventName) {
    case "Announced":
      return { kind: "Announced", announcement: word("announcement"), number: count("number"), time: seconds("time") };
    case "Shown":
      return { kind: "Shown", announcement: word("announcement") };
    case "Displaced":
      return {
        kind: "Displaced",
        tournament: word("tournament"),
        root: word("root"),
        owner: word("owner"),
        number: count("number"),
      };
    case "Opened":
      return {
        kind: "Opened",
        tournament: word("tournament"),
        initial: word("initial"),
        closes: seconds("closes"),
      };
    case "Joined":
      return {
        kind: "Joined",
        tournament: word("tournament"),
        root: word("root"),
        owner: word("owner"),
        finalState: word("finalState"),
        clock: seconds("clock"),
        number: count("number"),
        children: nodes(args),
      };
    case "Paired":
      return {
        kind: "Paired",
        tournament: word("tournament"),
        id: word("id"),
        one: word("one"),
        two: word("two"),
        clockOne: seconds("clockOne"),
        clockTwo: seconds("clockTwo"),
        time: seconds("time"),
      };
    case "Moved":
      return { kind: "Moved", id: word("id"), pos: wei("pos"), time: seconds("time"), children: nodes(args) };
    case "Sealed":
      return {
        kind: "Sealed",
        id: word("id"),
        pos: wei("pos"),
        agreed: word("agreed"),
        leafOne: word("leafOne"),
        leafTwo: word("leafTwo"),
        time: seconds("time"),
        closes: seconds("closes"),
      };
    case "Stepped":
      return {
        kind: "Stepped",
        id: word("id"),
        pos: wei("pos"),
        agreed: word("agreed"),
        leafOne: word("leafOne"),
        leafTwo: word("leafTwo"),
        result: word("result"),
        time: seconds("time"),
      };
    case "Ended":
      return {
        kind: "Ended",
        tournament: word("tournament"),
        id: word("id"),
        winner: SIDES[seconds("winner")],
        clock: seconds("clock"),
        burned: wei("burned"),
      };
    case "Collected":
      return { kind: "Collected", tournament: word("tournament"), root: word("root") };
    case "Credited":
      return { kind: "Credited", owner: word("owner"), amount: wei("amount") };
    case "Withdrawn":
      return { kind: "Withdrawn", owner: word("owner"), to: word("to"), amount: wei("amount") };
    default:
      throw new Error(`unknown event ${log.eventName}`);
  }
}

const SIDES: readonly (Side | undefined)[] = [undefined, "one", "two"];

function field(args: Result, name: string): string {
  return String(args.getValue(name));
}

function nodes(args: Result): Eight {
  const found = (args.getValue("children") as Result).toArray().map((node) => hex(String(node)));
  return found as [...Eight];
}

const NOTHING = `0x${"00".repeat(32)}`;

/** Children and opposing nodes are in the logs only: they are taken over from `state`. */
async function read(contract: ContractOf<"Tournament">, state: GameState): Promise<GameState> {
  const tournaments = new Map<Hex, TournamentState>();
  for (const row of state.tournaments.values()) {
    const commitments = new Map<Hex, CommitmentState>();
    for (const entry of row.commitments.values()) {
      commitments.set(entry.root, await readCommitment(contract, row.id, entry));
    }
    tournaments.set(row.id, await readTournament(contract, row.id, commitments));
  }
  const matches = new Map<Hex, MatchState>();
  for (const match of state.matches.values()) matches.set(match.id, await readMatch(contract, match));
  const announced = new Map<Hex, Announcement>();
  for (const hash of state.announced.keys()) {
    const { number, time } = await contract.announcementState(hash);
    announced.set(hash, { number: Number(number), time: Number(time) });
  }
  const credits = new Map<Hex, bigint>();
  for (const owner of state.credits.keys()) credits.set(owner, await contract.credit(owner));
  const { nextNumber } = state; // tested where the next announcement is made
  return { tournaments, matches, announced, nextNumber, credits, burned: await contract.burned() };
}

async function readTournament(
  contract: ContractOf<"Tournament">,
  id: Hex,
  commitments: ReadonlyMap<Hex, CommitmentState>,
): Promise<TournamentState> {
  const found = await contract.tournamentState(id);
  return {
    id,
    level: Number(found.level),
    initial: hex(found.initial),
    leaves: found.leafOne === NOTHING ? undefined : { one: hex(found.leafOne), two: hex(found.leafTwo) },
    waiting: found.waiting === NOTHING ? undefined : hex(found.waiting),
    closes: Number(found.closes),
    live: Number(found.live),
    collected: found.collected,
    commitments,
  };
}

async function readCommitment(
  contract: ContractOf<"Tournament">,
  id: Hex,
  entry: CommitmentState,
): Promise<CommitmentState> {
  const found = await contract.commitmentState(id, entry.root);
  return {
    ...entry,
    owner: hex(found.owner),
    clock: Number(found.clock),
    number: Number(found.number),
    status: named(["none", "alive", "out"], found.status),
    finalState: hex(found.finalState),
  } as CommitmentState;
}

async function readMatch(contract: ContractOf<"Tournament">, match: MatchState): Promise<MatchState> {
  const found = await contract.matchState(match.id);
  return {
    ...match,
    nodes: hex(found.nodes),
    pos: found.pos,
    height: Number(found.height),
    turn: named(["none", "one", "two"], found.turn),
    phase: named(["none", "playing", "inner", "done"], found.phase),
    clocks: { one: Number(found.clockOne), two: Number(found.clockTwo) },
    since: Number(found.since),
  } as MatchState;
}

/** The name of an enum's value. */
function named(names: readonly string[], value: bigint): string {
  const name = names[Number(value)];
  if (name === undefined) throw new RangeError(`no value ${value} in ${names.join()}`);
  return name;
}
