/**
 * A JSON-RPC endpoint in front of a real node that can be made to misbehave as providers do:
 * errors, silence, lag, wrong and empty answers, limits (faults.ts).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request of JSON-RPC, alone or in a batch. */
export interface RpcRequest {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What a request is met with instead of the node's answer. */
export type Fault =
  /** The node's result is another. */
  | { readonly kind: "result"; readonly result: unknown }
  /** An error of JSON-RPC. */
  | { readonly kind: "error"; readonly code: number; readonly message: string }
  /** An answer of HTTP; the whole batch has it. */
  | { readonly kind: "http"; readonly status: number; readonly body: string; readonly retryAfter?: number }
  /** The node's answer comes so much later, in milliseconds. */
  | { readonly kind: "late"; readonly milliseconds: number }
  /** No answer; the connection stays open. */
  | { readonly kind: "silent" }
  /** No answer; the connection ends. */
  | { readonly kind: "hangUp" };

/** Asks the node itself; throws the error object of its answer. */
export type Upstream = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** Decides about one request; undefined: the node answers. */
export type Behaviour = (request: RpcRequest, upstream: Upstream) => Fault | undefined | Promise<Fault | undefined>;

interface Envelope {
  readonly id: unknown;
  readonly method: string;
  readonly params?: readonly unknown[];
}

/** A running proxy. */
export class FaultyProxy {
  /** Where it listens, on the loopback interface. */
  readonly url: string;
  /** Every request so far, also those that failed. */
  readonly requests: RpcRequest[] = [];
  readonly #server: Server;
  readonly #node: string;
  #behaviours: readonly Behaviour[] = [];

  private constructor(server: Server, node: string) {
    this.#server = server;
    this.#node = node;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("request", (request, response) => {
      this.#serve(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
  }

  /** Starts a proxy, honest at first, in front of the node at this URL. */
  static async start(node: string): Promise<FaultyProxy> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return new FaultyProxy(server, node);
  }

  /** From now on it behaves like this: the first that gives a fault decides. None: it is honest. */
  behave(...behaviours: readonly Behaviour[]): void {
    this.#behaviours = behaviours;
  }

  /** How many requests of a method there were. */
  count(method: string): number {
    return this.requests.filter((request) => request.method === method).length;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Envelope | Envelope[];
    const envelopes = Array.isArray(body) ? body : [body];
    const answers: object[] = [];
    for (const envelope of envelopes) {
      const { method, params = [] } = envelope;
      this.requests.push({ method, params });
      const fault = await this.#faultOf({ method, params });
      if (fault?.kind === "silent") return;
      if (fault?.kind === "hangUp") return void response.destroy();
      if (fault?.kind === "http") {
        const { status, body: text, retryAfter } = fault;
        const headers = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
        return void response.writeHead(status, headers).end(text);
      }
      answers.push({ jsonrpc: "2.0", id: envelope.id, ...(await this.#answer(envelope, fault)) });
    }
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(Array.isArray(body) ? answers : answers[0]));
  }

  async #faultOf(request: RpcRequest): Promise<Fault | undefined> {
    for (const behaviour of this.#behaviours) {
      const fault = await behaviour(request, this.#upstream);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  async #answer({ method, params = [] }: Envelope, fault: Fault | undefined): Promise<object> {
    if (fault?.kind === "result") return { result: fault.result };
    if (fault?.kind === "error") return { error: { code: fault.code, message: fault.message } };
    if (fault?.kind === "late") await new Promise((over) => setTimeout(over, fault.milliseconds).unref());
    try {
      return { result: await this.#upstream(method, params) };
    } catch (error) {
      return { error };
    }
  }

  readonly #upstream: Upstream = async (method, params) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(this.#node, { method: "POST", headers, body });
    const { result, error } = (await answer.json()) as { result?: unknown; error?: unknown };
    // An object of JSON-RPC and no Error: it goes on as it is.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    if (error !== undefined) throw error;
    return result ?? null;
  };
}
