import { expect } from "chai";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { encryptKeystoreJson } from "ethers";
import {
  type Hex,
  parseGwei,
  recoverTransactionAddress,
  type TransactionSerializableEIP1559,
  type TransactionSerialized,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createKeystore, keystoreAddress, openKeystore } from "../../../../agents/chain/accounts/keystore.ts";
import { type Keyring, openAccount } from "../../../../agents/chain/accounts/open-account.ts";
import { Problem } from "../../../../verifier/errors.ts";

const KEY = generatePrivateKey();
const DIGITS = KEY.slice(2);
const { address: ADDRESS } = privateKeyToAccount(KEY);
const TRANSACTION: TransactionSerializableEIP1559 = {
  ...{ type: "eip1559", chainId: 31337, nonce: 7, to: "0x00000000000000000000000000000000000000B0", data: "0x01" },
  ...{ value: 5n, gas: 21_000n, maxFeePerGas: parseGwei("3"), maxPriorityFeePerGas: parseGwei("1") },
};

describe("accounts", () => {
  let folder: string;
  const keyring: Keyring = { chainId: 31337, environment: { GOOD: KEY, BAD: "0x12" }, password: async () => "secret" };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "arbiter-accounts-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function file(text: string, mode = 0o600): string {
    const path = join(folder, "key");
    writeFileSync(path, text, { mode });
    chmodSync(path, mode);
    return path;
  }

  /** What it is refused with. The key is nowhere in it. */
  async function refused(opening: Promise<unknown>): Promise<Problem> {
    try {
      await opening;
    } catch (error) {
      expect(inspect(error, { depth: Infinity, showHidden: true }).toLowerCase()).to.not.include(DIGITS);
      expect(error).to.be.instanceOf(Problem);
      return error as Problem;
    }
    throw new Error("it was not refused");
  }

  it("are in a file of their owner's, and nobody else's", async () => {
    expect((await openAccount(`file:${file(`${KEY}\n`)}`, keyring)).address).to.equal(ADDRESS);
    expect((await openAccount(`file:${file(DIGITS.toUpperCase())}`, keyring)).address).to.equal(ADDRESS);
    for (const mode of [0o640, 0o604, 0o620]) {
      const problem = await refused(openAccount(`file:${file(KEY, mode)}`, keyring));
      expect(problem.message).to.match(/^others may read the key file .*: its mode is 6/);
      expect(problem.hint).to.match(/^chmod 600 /);
    }
    expect((await refused(openAccount("file:/nowhere/key", keyring))).message).to.include("ENOENT");
  });

  it("are in a variable of the environment", async () => {
    expect((await openAccount("env:GOOD", keyring)).address).to.equal(ADDRESS);
    expect((await refused(openAccount("env:BAD", keyring))).message).to.include("environment variable BAD");
    expect((await refused(openAccount("env:NONE", keyring))).message).to.include("is not set");
  });

  it("are the known ones of a local node, on such a chain alone", async () => {
    const { address } = await openAccount("local:0", keyring);
    expect(address).to.equal("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    expect((await refused(openAccount("local:0", { ...keyring, chainId: 1 }))).message).to.include(
      "chain 1 is not local",
    );
  });

  it("are in an encrypted keystore", async () => {
    const path = join(folder, "made.json");
    const address = await createKeystore(path, "secret", 2);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(keystoreAddress(path)).to.equal(address);
    expect((await openAccount(`keystore:${path}`, keyring)).address).to.equal(address);
    expect((await refused(openKeystore(path, "wrong"))).message).to.equal(`the password is wrong, keystore ${path}`);
    expect((await refused(createKeystore(path, "secret", 2))).message).to.include("EEXIST");
    expect((await refused(createKeystore(join(folder, "x"), ""))).message).to.include("empty password");
    expect((await refused(openKeystore(file(KEY), "secret"))).message).to.include("no keystore of version 3");
    const json = JSON.parse(readFileSync(path, "utf8")) as object;
    const lying = file(JSON.stringify({ ...json, address: ADDRESS.slice(2) }));
    expect((await refused(openKeystore(lying, "secret"))).message).to.include("keystore");
  });

  it("are in keystores that others wrote", async () => {
    const path = file(await encryptKeystoreJson({ address: ADDRESS, privateKey: KEY }, "secret", { scrypt: { N: 2 } }));
    expect((await openKeystore(path, "secret")).address).to.equal(ADDRESS);
  });

  it("show no key: neither they nor what is said of a wrong one", async () => {
    for (const source of [`file:${file(KEY)}`, "env:GOOD"]) {
      const account = await openAccount(source, keyring);
      expect(inspect(account, { depth: Infinity, showHidden: true, getters: true }).toLowerCase()).to.not.include(
        DIGITS,
      );
      expect(JSON.stringify(account)).to.not.include(DIGITS);
    }
    const digits = DIGITS.slice(0, 63);
    for (const wrong of [
      KEY,
      DIGITS,
      `env:${KEY}`,
      `file:${KEY}`,
      `keystore:${KEY}`,
      `x:${KEY}`,
      `${KEY}:`,
      `remote:${KEY}`,
    ]) {
      const { message, hint } = await refused(openAccount(wrong, keyring));
      expect(`${message} ${hint ?? ""}`.toLowerCase()).to.not.include(digits);
    }
    for (const text of [`${KEY}1`, `0x${"0".repeat(64)}`, `0x${"f".repeat(64)}`, `${KEY} ${KEY}`]) {
      await refused(openAccount(`file:${file(text)}`, keyring));
    }
  });

  describe("elsewhere", () => {
    let server: Server;
    let answer: (transaction: Record<string, Hex>) => Promise<object>;
    let url: string;
    beforeEach(async () => {
      server = createServer((request, response) => {
        void (async () => {
          let body = "";
          for await (const chunk of request) body += String(chunk);
          const { id, method, params } = JSON.parse(body) as {
            id: number;
            method: string;
            params: [Record<string, Hex>];
          };
          expect(method).to.equal("eth_signTransaction");
          response.setHeader("content-type", "application/json");
          response.end(JSON.stringify({ jsonrpc: "2.0", id, ...(await answer(params[0])) }));
        })();
      });
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${DIGITS}`;
    });
    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });

    const open = async (): ReturnType<typeof openAccount> => openAccount(`remote:${url}#${ADDRESS}`, keyring);

    it("sign what they are asked to", async () => {
      answer = async ({ from, to, nonce, data }) => {
        expect([from, to, Number(nonce), data]).to.deep.equal([ADDRESS, TRANSACTION.to, 7, "0x01"]);
        return { result: await privateKeyToAccount(KEY).signTransaction(TRANSACTION) };
      };
      const raw = await (await open()).signTransaction(TRANSACTION);
      const by = await recoverTransactionAddress({ serializedTransaction: raw as TransactionSerialized<"eip1559"> });
      expect(by).to.equal(ADDRESS);
    });

    it("sign what makes a contract", async () => {
      const { to, ...creation } = TRANSACTION;
      answer = async (asked) => {
        expect("to" in asked).to.be.false;
        return { result: await privateKeyToAccount(KEY).signTransaction(creation) };
      };
      expect(await (await open()).signTransaction(creation)).to.match(/^0x02/);
      answer = async () => ({
        result: await privateKeyToAccount(KEY).signTransaction({ ...creation, to: to ?? null }),
      });
      expect((await refused((await open()).signTransaction(creation))).message).to.match(/another to/);
    });

    it("sign nothing else", async () => {
      const other = privateKeyToAccount(generatePrivateKey());
      const wrong: [() => Promise<unknown>, RegExp][] = [
        [() => privateKeyToAccount(KEY).signTransaction({ ...TRANSACTION, value: 6n }), /has signed another value/],
        [() => privateKeyToAccount(KEY).signTransaction({ ...TRANSACTION, chainId: 1 }), /has signed another chainId/],
        [() => privateKeyToAccount(KEY).signTransaction({ ...TRANSACTION, to: ADDRESS }), /has signed another to/],
        [() => other.signTransaction(TRANSACTION), /it signs as 0x/],
        [async () => "0x1234", /no transaction/],
        [async () => null, /no transaction/],
      ];
      for (const [give, said] of wrong) {
        answer = async () => ({ result: await give() });
        const account = await open();
        expect((await refused(account.signTransaction(TRANSACTION))).message).to.match(said);
      }
    });

    it("tell what they refuse, and not where they are in full", async () => {
      answer = async () => ({ error: { code: -32000, message: "locked\nfor today" } });
      const account = await open();
      const problem = await refused(account.signTransaction(TRANSACTION));
      expect(problem.message).to.match(/^it does not sign: locked\\nfor today, signer at 127\.0\.0\.1:\d+$/);
      server.closeAllConnections();
      server.close();
      expect((await refused(account.signTransaction(TRANSACTION))).message).to.match(
        /^it does not sign: HTTP request failed/,
      );
    });
  });
});
