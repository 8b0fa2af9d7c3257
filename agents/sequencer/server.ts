/** The sequencer over HTTP: a transaction in; its place, its answer and a proof of it out. */
import { Hono } from "hono";
import { Problem } from "../../verifier/errors.ts";
import type { Transaction } from "../../verifier/program/transactions.ts";
import type { Place, Ticket } from "./tickets.ts";

/** What the server asks for. */
export interface Desk {
  /** Reads a client's text. Throws a Problem that tells what is wrong with it. */
  readonly parse: (text: string) => Transaction;
  /** Takes a transaction and gives its ticket's number. Throws a Problem if it fits nowhere. */
  readonly take: (transaction: Transaction) => number;
  readonly find: (number: number) => Ticket | undefined;
  /** What is known of a transaction at a place; undefined if nothing is yet. */
  readonly answer: (place: Place) => Promise<Answer | undefined>;
}

/** What a transaction has come to, as JSON. */
export interface Answer {
  readonly standing: string;
  readonly [field: string]: unknown;
}

/** Most bytes of a request: a fragment's input as hexadecimal digits, and some more. */
const MOST_BYTES = 256 * 1024;

/** The routes. */
export function sequencerServer({ parse, take, find, answer }: Desk): Hono {
  const server = new Hono();
  server.onError((error, context) => {
    if (error instanceof Problem)
      return context.json({ error: { problem: error.message, hint: error.hint ?? null } }, 400);
    return context.json({ error: { problem: "the sequencer failed" } }, 500);
  });
  server.notFound((context) => context.json({ error: { problem: "there is no such thing here" } }, 404));
  server.get("/healthz", (context) => context.json({ ok: true }));
  server.post("/transactions", async (context) => {
    const length = Number(context.req.header("content-length") ?? Number.NaN);
    if (!(length <= MOST_BYTES))
      return context.json({ error: { problem: `a request has at most ${MOST_BYTES} bytes` } }, 413);
    const ticket = take(parse(await context.req.text()));
    return context.json({ ticket }, 202, { location: `/transactions/${ticket}` });
  });
  server.get("/transactions/:ticket{[0-9]+}", async (context) => {
    const ticket = find(Number(context.req.param("ticket")));
    if (ticket === undefined) return context.notFound();
    const { number, place } = ticket;
    const known = place === undefined ? undefined : await answer(place);
    return context.json({ ticket: number, ...(place ?? {}), ...(known ?? { standing: "waiting" }) });
  });
  return server;
}
