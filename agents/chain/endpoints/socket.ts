/**
 * Requests over a WebSocket, which is opened when something is asked and closed when nothing was
 * for a while: a command ends by itself, and a connection that broke is made again by the next
 * request.
 */
import { EndpointFailure } from "./failure.ts";
import { type Answer, LARGEST, type Post, readAnswer, type Request } from "./post.ts";

/** Milliseconds without a request after which the connection is closed: longer than services pause. */
const IDLE = 3_000;

const PROTOCOLS: ReadonlySet<string> = new Set(["ws:", "wss:"]);

/** Whether an endpoint is reached over a WebSocket. */
export function isSocket(url: string): boolean {
  return PROTOCOLS.has(new URL(url).protocol);
}

/** A way to an endpoint over a WebSocket. Its failures name the endpoint and never the URL. */
export function socketPoster(endpoint: string, url: string): Post {
  const line = new Line(endpoint, url);
  return (requests, signal) => Promise.all(requests.map((request) => line.ask(request, signal)));
}

interface Waiting {
  readonly done: (item: unknown) => void;
  readonly failed: (failure: EndpointFailure) => void;
}

/** One connection after the other. */
class Line {
  readonly #endpoint: string;
  readonly #url: string;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #socket: WebSocket | undefined;
  #opening: Promise<WebSocket> | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(endpoint: string, url: string) {
    this.#endpoint = endpoint;
    this.#url = url;
  }

  /** Asks. Once `signal` is aborted the connection counts as dead: it may be half open. */
  ask({ method, params }: Request, signal: AbortSignal): Promise<Answer> {
    clearTimeout(this.#idle);
    const id = ++this.#last;
    return new Promise<Answer>((resolve, reject) => {
      const over = (): void => {
        this.#waiting.delete(id);
        signal.removeEventListener("abort", late);
        clearTimeout(this.#idle);
        if (this.#waiting.size === 0)
          this.#idle = setTimeout(() => {
            this.#drop("closed");
          }, IDLE);
      };
      const failed = (failure: unknown): void => {
        over();
        reject(failure instanceof Error ? failure : this.#failure("unavailable", String(failure)));
      };
      const late = (): void => {
        failed(this.#failure("time-out", "no answer in time"));
        this.#drop("an answer did not come in time");
      };
      const done = (item: unknown): void => {
        over();
        try {
          resolve(readAnswer(this.#endpoint, item, "over a WebSocket"));
        } catch (error) {
          failed(error);
        }
      };
      this.#waiting.set(id, { done, failed });
      signal.addEventListener("abort", late, { once: true });
      this.#open().then((socket) => {
        if (this.#waiting.has(id)) socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
      }, failed);
    });
  }

  #open(): Promise<WebSocket> {
    this.#opening ??= new Promise((resolve, reject) => {
      const socket = new WebSocket(this.#url);
      this.#socket = socket;
      const gone = (): void => {
        reject(this.#failure("unavailable", "no connection"));
        if (socket === this.#socket) this.#drop("the connection broke");
      };
      socket.addEventListener("open", () => {
        resolve(socket);
      });
      socket.addEventListener("error", gone);
      socket.addEventListener("close", gone);
      socket.addEventListener("message", ({ data }) => {
        if (socket === this.#socket) this.#hear(data);
      });
    });
    return this.#opening;
  }

  #hear(data: unknown): void {
    if (typeof data !== "string" || data.length > LARGEST) {
      this.#drop("a message that is no text, or too long");
      return;
    }
    let message: unknown;
    try {
      message = JSON.parse(data);
    } catch {
      this.#drop("a message that is not JSON", "malformed");
      return;
    }
    // What nobody waits for came too late, or was not asked for.
    if (typeof message !== "object" || message === null || !("id" in message)) return;
    this.#waiting.get(Number(message.id))?.done(message);
  }

  /** Closes the connection; what was asked on it has failed. */
  #drop(why: string, kind: "unavailable" | "malformed" = "unavailable"): void {
    const socket = this.#socket;
    this.#socket = this.#opening = undefined;
    socket?.close();
    for (const { failed } of [...this.#waiting.values()]) failed(this.#failure(kind, why));
  }

  #failure(kind: "unavailable" | "malformed" | "time-out", text: string): EndpointFailure {
    return new EndpointFailure(this.#endpoint, kind, text);
  }
}
