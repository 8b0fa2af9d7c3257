/** How the honest side reaches the simulated network: by one good endpoint, or by three of which one misbehaves. */
import { Endpoint } from "../chain/endpoints/endpoint.ts";
import { Endpoints } from "../chain/endpoints/endpoints.ts";
import { endpointTransport } from "../chain/endpoints/transport.ts";
import type { Draw } from "./draw.ts";
import type { Access } from "./honest.ts";
import { misbehaving, requesting } from "./misbehaving.ts";
import type { Network } from "./network.ts";
import type { Misbehaviour } from "./schedule.ts";
import { transportOf } from "./world.ts";

/** Endpoints of the honest side, of which two must agree. */
const ENDPOINTS = 3;

/** One endpoint that always answers. */
export function directAccess(network: Network): Access {
  const transport = transportOf((method, params) => network.request(method, params));
  return { transport, open: [transport] };
}

/**
 * Three endpoints.
 *
 * @param moodOf tells how each of them behaves at the moment
 */
export function quorumAccess(
  network: Network,
  moodOf: (endpoint: number) => Misbehaviour | undefined,
  draw: Draw,
): Access {
  const places = Array.from({ length: ENDPOINTS }, (_, place) => {
    const name = `endpoint ${place + 1}`;
    const ask = (method: string, params: readonly unknown[] = []): Promise<unknown> => network.request(method, params);
    return { name, post: misbehaving(name, ask, () => moodOf(place), draw) };
  });
  // Nobody waits for real: what fails is asked of another at once.
  const list = places.map(({ name, post }) => {
    return new Endpoint({ url: "http://localhost", name, post, retries: 0, timeout: 600_000 });
  });
  return {
    transport: endpointTransport(new Endpoints(list, { soon: 1 })),
    open: places.map(({ name, post }) => transportOf(requesting(name, post))),
  };
}
