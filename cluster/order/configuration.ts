/** CometBFT's `config.toml`: what differs from its own defaults. */

/** Another node of the era. */
export interface Peer {
  /** `nodeId` of its folder. */
  readonly id: string;
  /** Host and port of its engine. */
  readonly address: string;
}

/** What one node has of its own. */
export interface NodeSettings {
  /** The socket on which its application listens. */
  readonly applicationSocket: string;
  /** Host and port that its peers reach it at. */
  readonly peerAddress: string;
  /** Host and port of its RPC, which is for the node itself. */
  readonly rpcAddress: string;
  readonly peers: readonly Peer[];
  /** How long to wait for more votes after a block, in milliseconds. */
  readonly commitMilliseconds: number;
}

/**
 * The file's text. The settings were measured (docs/cluster.md): gossip without pauses, since
 * members are few and near; no empty blocks, so that a cluster without work is silent.
 */
export function configuration(settings: NodeSettings): string {
  const { applicationSocket, peerAddress, rpcAddress, peers, commitMilliseconds } = settings;
  return sections({
    "": {
      proxy_app: `unix://${applicationSocket}`,
      abci: "socket",
      db_backend: "goleveldb",
      log_level: "info",
    },
    rpc: { laddr: `tcp://${rpcAddress}`, max_subscriptions_per_client: 500 },
    p2p: {
      laddr: `tcp://${peerAddress}`,
      persistent_peers: peers.map(({ id, address }) => `${id}@${address}`).join(","),
      // Members may share an address, and nobody else is a peer.
      addr_book_strict: false,
      allow_duplicate_ip: true,
      pex: false,
      flush_throttle_timeout: "10ms",
    },
    mempool: { size: 20_000, cache_size: 40_000 },
    consensus: {
      timeout_propose: "1s",
      timeout_propose_delta: "200ms",
      timeout_prevote: "300ms",
      timeout_precommit: "300ms",
      timeout_commit: `${commitMilliseconds}ms`,
      create_empty_blocks: false,
      peer_gossip_sleep_duration: "10ms",
    },
    tx_index: { indexer: "kv" },
  });
}

/** Tables of TOML, whose strings and numbers are those of JSON here. */
function sections(tables: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>): string {
  return Object.entries(tables)
    .map(([name, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
      return `${name === "" ? "" : `\n[${name}]\n`}${lines.join("")}`;
    })
    .join("");
}
