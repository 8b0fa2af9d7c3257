import { expect } from "chai";
import { createPublicClient, http } from "viem";
import { generatePrivateKey } from "viem/accounts";
import { serviceLog } from "../../../agents/service/log.ts";

describe("log of a service", () => {
  const lines: string[] = [];
  const destination = { write: (line: string): unknown => lines.push(line) };
  beforeEach(() => {
    lines.length = 0;
  });

  it("has an object a line, with what was wrong and its cause", () => {
    const log = serviceLog({ destination });
    log.info({ block: 5 }, "looked");
    log.error({ err: new Error("outer", { cause: new Error("inner") }) }, "failed");
    log.debug("not at this level");
    expect(lines).to.have.lengthOf(2);
    const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).to.include({ level: 30, block: 5, msg: "looked" });
    expect(JSON.stringify(second)).to.include("outer").and.to.include("inner");
    expect(lines.every((line) => line.endsWith("}\n"))).to.be.true;
  });

  it("shows no key, whatever holds it", () => {
    const secret = generatePrivateKey();
    const odd = 'sesame"open\\';
    const log = serviceLog({ destination, secrets: [secret, odd] });
    log.info({ privateKey: secret, account: { key: secret, password: "abc-password" } }, `with ${secret}`);
    log.warn(new Error(`failed for ${secret} and ${odd}`));
    log.info({ deep: { deeper: { deepest: odd } } });
    const all = lines.join("");
    expect(all).to.not.include(secret.slice(2));
    expect(all).to.not.include("abc-password");
    expect(all).to.not.include("sesame");
    expect(all).to.include("[hidden]");
    for (const line of lines) JSON.parse(line);
  });

  it("shows no more of a URL than its host", async () => {
    const log = serviceLog({ destination });
    const url = "http://user:sesame@127.0.0.1:1/v3/0123456789abcdef?token=open";
    log.info({ url, list: [`wss://eth.example/${"a".repeat(32)}`] }, `through ${url}, and on`);
    const client = createPublicClient({ transport: http("http://127.0.0.1:1/v3/0123456789abcdef", { retryCount: 0 }) });
    await client.getBlockNumber().catch((error: unknown) => log.error({ err: error }, "no block"));
    const all = lines.join("");
    for (const part of ["sesame", "0123456789abcdef", "token", "aaaa"]) expect(all).to.not.include(part);
    expect(all).to.include("http://127.0.0.1:1/…").and.to.include("wss://eth.example/…").and.to.include("and on");
    for (const line of lines) JSON.parse(line);
  });

  it("commands no terminal", () => {
    serviceLog({ destination }).info({ from: "\u202Echain\u001b[2J\nforged" });
    expect(lines.join("")).to.match(/^[\x20-\x7e]+\n$/);
    expect((JSON.parse(lines[0] ?? "") as { from: string }).from).to.equal("\u202Echain\u001b[2J\nforged");
  });
});
