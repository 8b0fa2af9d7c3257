import { expect } from "chai";
import { ConfigProblem, readConfig, type Sources } from "../../../agents/config/config.ts";
import { jsonSchema } from "../../../agents/config/json-schema.ts";
import { SETTING_NAMES } from "../../../agents/config/settings.ts";
import { shownValue } from "../../../agents/config/shown.ts";
import { temporaryFolder } from "../cli/temporary-folder.ts";

const DEAL = `0x${"a1".repeat(20)}`;

describe("settings", () => {
  const folder = temporaryFolder();
  const read = (content: object | string, more: Partial<Sources> = {}): ReturnType<typeof readConfig> => {
    folder.write("arbiter.json", typeof content === "string" ? content : JSON.stringify(content));
    return readConfig({ environment: {}, flags: {}, folder: folder.path(""), ...more });
  };
  const refused = (content: object | string, message: RegExp, more: Partial<Sources> = {}): void => {
    expect(() => read(content, more)).throw(ConfigProblem, message);
  };

  it("come from the file, unless the environment says otherwise, unless a flag does", () => {
    const content = { chainId: 1, deal: DEAL, interval: 5 };
    const environment = { ARBITER_CHAIN_ID: "2", ARBITER_INTERVAL: "6" };
    const config = read(content, { environment, flags: { interval: "7" } });
    expect(config.values).deep.equal({ chainId: 2, deal: DEAL, interval: 7 });
    expect(config.placeOf("deal")).equal("deal in arbiter.json");
    expect(config.placeOf("chainId")).equal("ARBITER_CHAIN_ID");
    expect(config.placeOf("interval")).equal("--interval");
    expect(config.placeOf("module")).equal(undefined);
  });

  it("are none where there is no file, but a file that is named must be there", () => {
    const elsewhere = { environment: {}, flags: {}, folder: folder.path("nowhere") };
    expect(readConfig(elsewhere).values).deep.equal({});
    expect(() => readConfig({ ...elsewhere, file: "mine.json" })).throw(
      /the settings mine.json: there is no such file/,
    );
    expect(() => readConfig({ ...elsewhere, environment: { ARBITER_CONFIG: "b.json" } })).throw(/b.json/);
  });

  it("take paths of the file from where it lies, others from where the command is typed", () => {
    folder.write("other.json", JSON.stringify({ module: "a.wasm", links: ["m=b=c.wasm"], account: "keystore:k.json" }));
    const config = readConfig({
      ...{ file: folder.path("other.json"), environment: { ARBITER_DATA: "d" }, flags: {}, folder: "/somewhere" },
    });
    expect(config.values.module).equal(folder.path("a.wasm"));
    expect(config.values.links).deep.equal([`m=${folder.path("b=c.wasm")}`]);
    expect(config.values.account).equal(`keystore:${folder.path("k.json")}`);
    expect(config.values.data).equal("/somewhere/d");
  });

  it("are refused in one line that says where", () => {
    refused("{", /^cannot read the settings arbiter.json: /);
    refused([], /are no JSON object/);
    refused({ chainID: 1 }, /^"chainID" in arbiter.json is no setting$/);
    refused({ chainId: "1" }, /^chainId in arbiter.json is no number$/);
    refused({ deal: "0x12" }, /^deal in arbiter.json is no address/);
    expect(() => read({ endpoints: ["https://a", "wss://b/key", "ws://127.0.0.1:8545"] })).not.throw();
    refused({ endpoints: ["http://a", "ftp://b"] }, /^endpoints in arbiter.json, number 2, is no address of a node/);
    refused({}, /^ARBITER_CHAIN_ID is no number$/, { environment: { ARBITER_CHAIN_ID: "one" } });
    refused({}, /^--account takes keystore:FILE/, { flags: { account: "0x01" } });
    refused({}, /^ARBITER_ALLOW_MISSING_IMPORTS is true or false/, {
      environment: { ARBITER_ALLOW_MISSING_IMPORTS: "perhaps" },
    });
  });

  it("that are needed and missing are named with all ways to say them", () => {
    try {
      read({}).need("deal");
      expect.fail("it is there");
    } catch (error) {
      expect(error).instanceOf(ConfigProblem);
      expect((error as ConfigProblem).hint).equal(
        'give --deal <address>, or ARBITER_DEAL in the environment, or "deal" in arbiter.json',
      );
    }
  });

  it("are shown without their secrets", () => {
    const endpoints = ["https://node.example/v3/secret", "https://user:secret@node.example", "http://127.0.0.1:8545/"];
    const shown = shownValue("endpoints", endpoints);
    expect(shown).deep.equal(["https://node.example/…", "https://node.example/…", "http://127.0.0.1:8545"]);
    expect(shownValue("account", `remote:https://signer.example/secret#${DEAL}`)).equal(
      `remote:https://signer.example/…#${DEAL}`,
    );
    expect(shownValue("account", "env:KEY")).equal("env:KEY");
    expect(shownValue("privateEndpoint", "https://relay.example/secret")).equal("https://relay.example/…");
  });

  it("have a JSON schema with all of them", () => {
    const { properties, additionalProperties } = JSON.parse(jsonSchema()) as {
      properties: Record<string, { description?: string }>;
      additionalProperties: unknown;
    };
    expect(Object.keys(properties)).deep.equal(["$schema", ...SETTING_NAMES]);
    expect(additionalProperties).equal(false);
    for (const name of SETTING_NAMES) expect(properties[name]?.description, name).a("string");
  });
});
