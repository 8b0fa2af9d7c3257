/**
 * The application's side of ABCI's socket protocol. CometBFT opens four connections, for consensus,
 * the mempool, queries and snapshots. Each is answered in the order of its requests; the
 * application decides what of one connection waits for another. Whatever is no request ends its
 * connection, and nothing else.
 */
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { delimited, messageField } from "../../verifier/consensus/protobuf.ts";
import { Problem } from "../../verifier/errors.ts";
import { Frames } from "./frames.ts";
import { ECHO, EXCEPTION, FLUSH, type MethodName, METHODS, type Requests, type Responses } from "./messages.ts";
import { decode, encode, fieldsOf, type Message, WireError } from "./wire.ts";

/** What answers the engine. An error that it throws ends the engine, which says so in its log. */
export type Application = {
  readonly [Name in MethodName]: (request: Requests[Name]) => Promise<Responses[Name]> | Responses[Name];
};

/** Where to listen: the path of a socket, or a port of the loopback interface. */
export type Place = { readonly path: string } | { readonly port: number };

/** Parts of a server that are somebody else's. */
export interface ServerOptions {
  /** Is told why a connection was ended, or a request was not answered. */
  readonly onProblem: (error: unknown) => void;
}

/** A method of {@link METHODS}, whichever it is. */
interface AnyMethod {
  readonly request: Message<Record<string, unknown>>;
  readonly response: Message<Record<string, unknown>>;
  readonly responseField: number;
}

/** Paths of sockets have to be shorter (`sun_path` of macOS, the shortest). */
const MAX_PATH_BYTES = 104;

/** A server that listens, until it is closed. */
export class AbciServer {
  readonly #application: Application;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #options: ServerOptions;

  private constructor(application: Application, options: ServerOptions) {
    this.#application = application;
    this.#options = options;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      void this.#serve(socket).finally(() => {
        this.#sockets.delete(socket);
        socket.destroy();
      });
    });
  }

  /**
   * Listens. What a killed process has left at a socket's path is removed.
   * @throws Problem if the place can't be had
   */
  static async listen(application: Application, place: Place, options: ServerOptions): Promise<AbciServer> {
    const server = new AbciServer(application, options);
    if ("path" in place) {
      if (Buffer.byteLength(place.path) >= MAX_PATH_BYTES)
        throw new Problem(`the path of a socket has less than ${MAX_PATH_BYTES} bytes: ${place.path}`, {
          hint: "Choose a shorter folder",
        });
      rmSync(place.path, { force: true });
    }
    const listening = once(server.#server, "listening");
    server.#server.listen("path" in place ? place : { ...place, host: "127.0.0.1" });
    await listening;
    return server;
  }

  /** Ends all connections and listens no longer. */
  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(socket: Socket): Promise<void> {
    const frames = new Frames();
    try {
      // The next chunk is not read before all requests in this one are answered.
      for await (const chunk of socket) {
        frames.push(chunk as Buffer);
        for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
          if (!socket.write(delimited(await this.#answer(frame)))) await once(socket, "drain");
        }
      }
    } catch (error) {
      // The other side, or this one, has hung up.
      if ((error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE") return;
      this.#options.onProblem(error);
    }
  }

  /**
   * The response to a request.
   * @throws WireError if it is no request
   */
  async #answer(frame: Uint8Array): Promise<Uint8Array> {
    const [first, ...others] = [...fieldsOf(frame)];
    if (first === undefined || others.length > 0) throw new WireError("a request has one field");
    const [field, content] = first;
    if (typeof content === "bigint") throw new WireError("a request has a message in its field");
    if (field === ECHO.requestField) return messageField(ECHO.responseField, content);
    if (field === FLUSH.requestField) return messageField(FLUSH.responseField, new Uint8Array());
    try {
      const name = (Object.keys(METHODS) as MethodName[]).find((one) => METHODS[one].requestField === field);
      if (name === undefined) throw new Problem(`the application has no method with the number ${field}`);
      return await this.#call(name, content);
    } catch (error) {
      if (error instanceof WireError) throw error;
      this.#options.onProblem(error);
      const text = error instanceof Error ? error.message : "the application failed";
      return messageField(EXCEPTION.responseField, encode(EXCEPTION.message, { error: text }));
    }
  }

  async #call(name: MethodName, content: Uint8Array): Promise<Uint8Array> {
    const { request, response, responseField } = METHODS[name] as unknown as AnyMethod;
    const application = this.#application as unknown as Readonly<Record<MethodName, (request: unknown) => unknown>>;
    const answer = (await application[name](decode(request, content))) as Record<string, unknown>;
    return messageField(responseField, encode(response, answer));
  }
}
