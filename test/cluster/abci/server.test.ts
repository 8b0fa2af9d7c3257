import { expect } from "chai";
import fc from "fast-check";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Frames, MAX_FRAME_BYTES } from "../../../cluster/abci/frames.ts";
import { ECHO, EXCEPTION, METHODS } from "../../../cluster/abci/messages.ts";
import { AbciServer, type Application } from "../../../cluster/abci/server.ts";
import { decode, encode, fieldsOf, WireError } from "../../../cluster/abci/wire.ts";
import { concat, delimited, integerField, messageField, varint } from "../../../verifier/consensus/protobuf.ts";
import { Problem } from "../../../verifier/errors.ts";
import { toyApplication } from "../toy-application.ts";

/** A connection that sends bytes and reads answers. */
class Client {
  readonly socket: Socket;
  readonly #frames = new Frames();
  readonly #iterator: AsyncIterator<Buffer>;

  constructor(path: string) {
    this.socket = connect(path);
    this.#iterator = this.socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  send(...requests: readonly Uint8Array[]): void {
    this.socket.write(concat(...requests.map(delimited)));
  }

  /** The next response: its field and what is in it; undefined if the server has hung up. */
  async next(): Promise<[number, Uint8Array] | undefined> {
    for (;;) {
      const frame = this.#frames.next();
      if (frame !== undefined) return [...fieldsOf(frame)][0] as [number, Uint8Array];
      const result = await this.#iterator.next();
      if (result.done === true) return undefined;
      this.#frames.push(result.value);
    }
  }
}

const echo = (text: string): Uint8Array => messageField(ECHO.requestField, encode(ECHO.message, { message: text }));

const INFO = messageField(METHODS.info.requestField, new Uint8Array());

describe("the server of ABCI", () => {
  const folder = mkdtempSync(join(tmpdir(), "arbiter-abci-"));
  const path = join(folder, "app.sock");
  const problems: unknown[] = [];
  const clients: Client[] = [];
  let server: AbciServer | undefined;

  const listen = async (change: Partial<Application> = {}): Promise<void> => {
    const options = { onProblem: (error: unknown) => void problems.push(error) };
    server = await AbciServer.listen({ ...toyApplication(), ...change }, { path }, options);
  };

  const client = (): Client => {
    const one = new Client(path);
    clients.push(one);
    return one;
  };

  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.destroy();
    await server?.close();
    server = undefined;
    problems.length = 0;
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("answers in the order of the requests, however they are cut", async () => {
    await listen({
      checkTx: async ({ tx }) => {
        await new Promise((resolve) => setTimeout(resolve, tx[0]));
        return { code: tx[0]!, data: tx, log: "", info: "", gasWanted: 0n, gasUsed: 0n, codespace: "" };
      },
    });
    const one = client();
    const check = (wait: number): Uint8Array =>
      messageField(METHODS.checkTx.requestField, encode(METHODS.checkTx.request, { tx: Uint8Array.of(wait), type: 0 }));
    const flush = messageField(2, new Uint8Array());
    const all = concat(...[check(30), check(1), echo("after"), flush, check(10)].map(delimited));
    for (const byte of all) one.socket.write(Uint8Array.of(byte));
    const answers = [await one.next(), await one.next(), await one.next(), await one.next(), await one.next()];
    expect(answers.map((answer) => answer?.[0])).deep.equal([9, 9, 2, 3, 9]);
    expect(decode(METHODS.checkTx.response, answers[0]![1]).code).equal(30);
    expect(decode(METHODS.checkTx.response, answers[4]![1]).code).equal(10);
    expect(decode(ECHO.message, answers[2]![1]).message).equal("after");
  });

  it("lets no connection wait for another", async () => {
    let release = (): void => undefined;
    await listen({
      finalizeBlock: () =>
        new Promise((resolve) => {
          release = () => {
            resolve({ txResults: [], validatorUpdates: [], appHash: new Uint8Array() });
          };
        }),
    });
    const [consensus, mempool] = [client(), client()];
    consensus.send(messageField(METHODS.finalizeBlock.requestField, new Uint8Array()));
    mempool.send(INFO);
    expect((await mempool.next())?.[0]).equal(METHODS.info.responseField);
    release();
    expect((await consensus.next())?.[0]).equal(METHODS.finalizeBlock.responseField);
  });

  it("says why there is no answer, and goes on", async () => {
    await listen({
      query: () => {
        throw new Problem("out of paper");
      },
    });
    const one = client();
    one.send(messageField(METHODS.query.requestField, new Uint8Array()), messageField(99, new Uint8Array()), echo("x"));
    const answers = [await one.next(), await one.next(), await one.next()];
    expect(answers.map((answer) => answer?.[0])).deep.equal([EXCEPTION.responseField, EXCEPTION.responseField, 2]);
    expect(decode(EXCEPTION.message, answers[0]![1]).error).equal("out of paper");
    expect(decode(EXCEPTION.message, answers[1]![1]).error).contain("number 99");
    expect(problems).length(2);
  });

  it("ends the connection of what is no request, and no other", async () => {
    await listen();
    const good = client();
    good.send(INFO);
    await good.next();
    const garbage = [
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff),
      varint(MAX_FRAME_BYTES + 1),
      delimited(Uint8Array.of(7)),
      delimited(new Uint8Array()),
      delimited(concat(INFO, INFO)),
      delimited(integerField(METHODS.info.requestField, 5)),
      delimited(messageField(METHODS.checkTx.requestField, integerField(1, 5))),
      delimited(messageField(METHODS.query.requestField, messageField(2, Uint8Array.of(0xff)))),
    ];
    for (const bytes of garbage) {
      const bad = client();
      bad.socket.write(bytes);
      expect(await bad.next()).equal(undefined);
    }
    expect(problems).length(garbage.length);
    for (const problem of problems) expect(problem).instanceOf(WireError);
    good.send(echo("still here"));
    expect((await good.next())?.[0]).equal(2);
  });

  it("survives any bytes", async () => {
    await listen();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 60 }), async (bytes) => {
        const one = client();
        one.socket.end(bytes);
        one.socket.resume();
        if (!one.socket.closed) await once(one.socket, "close");
      }),
      { numRuns: 100, seed: 0x0a4b17e4 },
    );
    for (const problem of problems) expect(problem).instanceOf(Problem);
    const one = client();
    one.send(INFO);
    expect((await one.next())?.[0]).equal(METHODS.info.responseField);
  });

  it("takes the place of a socket that a killed process has left", async () => {
    writeFileSync(path, "");
    await listen();
    const one = client();
    one.send(INFO);
    expect((await one.next())?.[0]).equal(METHODS.info.responseField);
    await server?.close();
    expect(existsSync(path)).equal(false);
    server = undefined;
  });

  it("says when a path is too long for a socket", async () => {
    const long = { path: join(folder, "x".repeat(100)) };
    const refused = await AbciServer.listen(toyApplication(), long, { onProblem: () => undefined }).catch(
      (error: unknown) => error,
    );
    expect(refused).instanceOf(Problem).property("message").contain("less than 104 bytes");
  });
});
