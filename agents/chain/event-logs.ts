/**
 * Decodes logs as viem does, but each only once, and without hashing the signature of every event of
 * the ABI for it: the logs of the newest blocks are read again at every look, and to decode them is
 * most of the work of following.
 */
import {
  type Abi,
  type AbiEvent,
  type Hex,
  type Log,
  parseEventLogs,
  type ParseEventLogsReturnType,
  toEventSelector,
} from "viem";

/** What an ABI says of a log with these topics and this data; undefined if it is no event of it. */
type Decoded = { readonly eventName: string; readonly args: unknown } | undefined;

interface Known {
  readonly events: ReadonlyMap<Hex, AbiEvent>;
  readonly decoded: Map<string, Decoded>;
  /** Characters of the keys in it. */
  size: number;
}

const known = new WeakMap<Abi, Known>();

/** Characters of logs whose contents are remembered: of 4,096 claims, or of 32 fragments of 64 KiB. */
const MOST = 4_194_304;

/** The logs that are events of an ABI, decoded, in their order. */
export function eventLogs<const A extends Abi>(
  abi: A,
  logs: readonly Log[],
): ParseEventLogsReturnType<A, undefined, true> {
  const about = known.get(abi) ?? { events: selectorsOf(abi), decoded: new Map<string, Decoded>(), size: 0 };
  known.set(abi, about);
  const found = logs.flatMap((log) => {
    const decoded = decode(about, log);
    return decoded === undefined ? [] : [{ ...log, ...decoded }];
  });
  return found as unknown as ParseEventLogsReturnType<A, undefined, true>;
}

function decode(about: Known, log: Log): Decoded {
  const { events, decoded } = about;
  const event = log.topics[0] && events.get(log.topics[0]);
  if (!event) return undefined;
  const key = `${log.topics.join()} ${log.data}`;
  if (decoded.has(key)) return decoded.get(key);
  const [one] = parseEventLogs({ abi: [event], logs: [log] }) as { eventName: string; args: unknown }[];
  const result = one && { eventName: one.eventName, args: one.args };
  if (about.size + key.length > MOST) {
    decoded.clear();
    about.size = 0;
  }
  decoded.set(key, result);
  about.size += key.length;
  return result;
}

function selectorsOf(abi: Abi): ReadonlyMap<Hex, AbiEvent> {
  const events = abi.filter((item): item is AbiEvent => item.type === "event");
  return new Map(events.map((event) => [toEventSelector(event), event]));
}
