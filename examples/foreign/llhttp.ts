import { embeddedModule, type ForeignProgram } from "./program.ts";

const EVENTS = [
  "message_begin",
  "url",
  "status",
  "header_field",
  "header_value",
  "headers_complete",
  "body",
  "message_complete",
] as const;

/** The callbacks: each notes its number, address and length as one word, and returns zero. */
function callbacks(): string {
  const one = (name: string, number: number): string => {
    const hasText = !["message_begin", "headers_complete", "message_complete"].includes(name);
    const params = name === "headers_complete" ? "i32 i32 i32 i32" : hasText ? "i32 i32 i32" : "i32";
    const text = hasText ? "(local.get 1) (local.get 2)" : "(i32.const 0) (i32.const 0)";
    return `(func (export "wasm_on_${name}") (param ${params}) (result i32) (call $note (i32.const ${number}) ${text}))`;
  };
  return `(module
    (memory 1)
    (global $count (mut i32) (i32.const 0))
    (func $note (param $event i32) (param $at i32) (param $length i32) (result i32)
      (i64.store (i32.shl (global.get $count) (i32.const 3))
        (i64.or (i64.shl (i64.extend_i32_u (local.get $event)) (i64.const 56))
          (i64.or (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 24)) (i64.extend_i32_u (local.get $length)))))
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      (i32.const 0))
    (func (export "count") (result i32) (global.get $count))
    (func (export "event") (param i32) (result i64) (i64.load (i32.shl (local.get 0) (i32.const 3))))
    ${EVENTS.map(one).join("\n")})`;
}

const HEADERS = Array.from({ length: 40 }, (_, i) => `X-Header-${i}: ${"value ".repeat(i)}${i}\r\n`);
const REQUESTS = [
  `POST /chunks?x=1 HTTP/1.1\r\nHost: example.org\r\n${HEADERS.join("")}Transfer-Encoding: chunked\r\n\r\n`,
  "5\r\nhello\r\n10;note=1\r\n, chunked world!\r\n0\r\n\r\n",
  "GET /second HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n",
].join("");

/** What llhttp calls a parser of requests. */
const REQUEST = 1;

/**
 * The parser of HTTP that Node.js is built on. It calls its embedder back for each part of a
 * message.
 */
export const llhttp: ForeignProgram = {
  package: "undici",
  license: "MIT",
  toolchain: "clang, wasi-sdk (C)",
  computes: `the events of two HTTP requests, ${REQUESTS.length} bytes`,
  module: () => embeddedModule("undici", "lib/llhttp/llhttp-wasm.js"),
  support: [{ name: "env", text: callbacks() }],
  run: (guest) => {
    guest.call("_initialize");
    const parser = Number(guest.call("llhttp_alloc", REQUEST));
    const text = Number(guest.call("malloc", REQUESTS.length));
    guest.write(text, new TextEncoder().encode(REQUESTS));
    const error = guest.call("llhttp_execute", parser, text, REQUESTS.length);
    const count = Number(guest.support("env.count"));
    const events = Array.from({ length: count }, (_, i) => {
      const event = BigInt(guest.support("env.event", i) ?? 0);
      const at = Number((event >> 24n) & 0xffff_ffffn) - text;
      const length = Number(event & 0xff_ffffn);
      return `${EVENTS[Number(event >> 56n)]} ${length === 0 ? "" : REQUESTS.slice(at, at + length)}`.trim();
    });
    return [`error ${error}`, ...events].join("\n");
  },
  expected: () =>
    [
      "error 0",
      "message_begin",
      "url /chunks?x=1",
      "header_field Host",
      "header_value example.org",
      ...HEADERS.flatMap((header) => {
        const [name, value] = header.trim().split(": ");
        return [`header_field ${name}`, `header_value ${value}`];
      }),
      "header_field Transfer-Encoding",
      "header_value chunked",
      "headers_complete",
      "body hello",
      "body , chunked world!",
      "message_complete",
      "message_begin",
      "url /second",
      "header_field Host",
      "header_value example.org",
      "header_field Connection",
      "header_value close",
      "headers_complete",
      "message_complete",
    ].join("\n"),
};
