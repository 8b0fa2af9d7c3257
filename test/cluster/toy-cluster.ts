/**
 * A cluster of toy applications under the real engine, on this machine's loopback interface: two
 * processes a node, which may be killed and started again.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nodeId, writeHome } from "../../cluster/order/home.ts";
import { ask } from "../../cluster/order/rpc.ts";
import type { SignedHeader } from "../../verifier/consensus/commit.ts";
import { parseSignedHeader } from "../../verifier/consensus/engine-json.ts";
import type { Member } from "../support/electorate.ts";

interface Node {
  readonly folder: string;
  readonly socket: string;
  readonly rpcAddress: string;
  readonly peerAddress: string;
  readonly member: Member;
  readonly processes: ChildProcess[];
}

/** Far more than anything here takes on a busy machine. */
const PATIENCE = 180_000;

/** Nodes by their seats. */
export class ToyCluster {
  readonly #engine: string;
  readonly #folder: string;
  readonly #nodes: readonly Node[];
  readonly #recording: string | undefined;

  private constructor(engine: string, folder: string, nodes: readonly Node[], recording?: string) {
    this.#engine = engine;
    this.#folder = folder;
    this.#nodes = nodes;
    this.#recording = recording;
  }

  /**
   * Starts a node for each member; only the first so many have seats. Two nodes may have the key of
   * one member.
   *
   * @param engine - CometBFT's binary
   * @param options - how many have seats, and a file in which every byte is kept that the engine of
   *   node 0 says to its application
   */
  static async start(
    engine: string,
    chainId: string,
    members: readonly Member[],
    { seats = members.length, recording }: { readonly seats?: number; readonly recording?: string } = {},
  ): Promise<ToyCluster> {
    // Paths of sockets are short.
    const folder = mkdtempSync(join(tmpdir(), "arbiter-toy-"));
    const nodes = await Promise.all(
      members.map(async (member, i): Promise<Node> => {
        const home = join(folder, String(i));
        mkdirSync(home);
        const [rpcAddress, peerAddress] = [await freeAddress(), await freeAddress()];
        return { folder: home, socket: join(home, "app.sock"), rpcAddress, peerAddress, member, processes: [] };
      }),
    );
    const ids = nodes.map(({ folder: home }) => nodeId(home));
    const genesis = {
      chainId,
      time: Date.now(),
      validators: members.slice(0, seats).map(({ publicKey }) => ({ publicKey, power: 1n })),
      maxBlockBytes: 1 << 20,
    };
    nodes.forEach(({ folder: home, socket, rpcAddress, peerAddress, member }, i) => {
      const peers = nodes.map((peer, j) => ({ id: ids[j]!, address: peer.peerAddress })).filter((_, j) => j !== i);
      const settings = { applicationSocket: socket, peerAddress, rpcAddress, peers, commitMilliseconds: 100 };
      writeHome({ folder: home, genesis, secret: member.secret, settings });
    });
    const cluster = new ToyCluster(engine, folder, nodes, recording);
    await Promise.all(nodes.map((_, i) => cluster.startNode(i)));
    return cluster;
  }

  /** Starts the two processes of a node, the application first. */
  async startNode(i: number): Promise<void> {
    const { folder, socket, processes } = this.#nodes[i]!;
    const start = (name: string, program: string, args: readonly string[]): void => {
      const log = openSync(join(folder, `${name}.log`), "a");
      processes.push(spawn(program, args, { stdio: ["ignore", log, log] }));
      closeSync(log);
    };
    const recording = i === 0 && this.#recording !== undefined ? [this.#recording] : [];
    const toy = [join(import.meta.dirname, "toy-process.ts"), socket, join(folder, "state.json")];
    start("app", process.execPath, [...toy, ...recording]);
    await until(() => connects(socket));
    start("engine", this.#engine, ["start", "--home", folder]);
  }

  /** Kills both processes of a node without warning. */
  async killNode(i: number): Promise<void> {
    await Promise.all(
      this.#nodes[i]!.processes.splice(0).map(async (one) => {
        if (one.exitCode !== null || one.signalCode !== null) return;
        const gone = once(one, "exit");
        one.kill("SIGKILL");
        await gone;
      }),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((_, i) => this.killNode(i)));
    rmSync(this.#folder, { recursive: true });
  }

  /** Asks the engine of a node. */
  async ask(i: number, method: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return ask(this.#nodes[i]!.rpcAddress, method, params);
  }

  /** How far a node is; 0 if it does not answer. */
  async height(i: number): Promise<number> {
    const status = (await this.ask(i, "status").catch(() => undefined)) as
      { sync_info: { latest_block_height: string } } | undefined;
    return Number(status?.sync_info.latest_block_height ?? 0);
  }

  /** Waits until a node is so far. */
  async reaches(i: number, height: number): Promise<void> {
    await until(
      async () => (await this.height(i)) >= height,
      () => this.logOf(i),
    );
  }

  /** Sends a transaction to a node, and waits for its block; gives its height. */
  async apply(i: number, tx: string): Promise<number> {
    const result = (await this.ask(i, "broadcast_tx_commit", { tx: Buffer.from(tx).toString("base64") })) as {
      height: string;
    };
    return Number(result.height);
  }

  /** A header with the precommits for it, as a node tells it. */
  async signedHeader(i: number, height: number): Promise<SignedHeader> {
    return parseSignedHeader(await this.ask(i, "commit", { height: String(height) }));
  }

  /** What a node's engine has logged last. */
  logOf(i: number): string {
    return readFileSync(join(this.#nodes[i]!.folder, "engine.log"), "utf8").split("\n").slice(-30).join("\n");
  }
}

/** Waits until something holds; says what `explain` gives if it does not. */
export async function until(holds: () => Promise<boolean>, explain = (): string => ""): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${holds.toString()}\n${explain()}`);
    await sleep(50);
  }
}

function connects(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    const socket = connect(path, () => {
      answer(true);
    });
    socket.on("error", () => {
      answer(false);
    });
  });
}

/** A port that nobody has. */
async function freeAddress(): Promise<string> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `127.0.0.1:${port}`;
}
