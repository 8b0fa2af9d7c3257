import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pad } from "viem";
import { saltsOf } from "../../../agents/store/secret.ts";
import { openStore, type Subject } from "../../../agents/store/store.ts";

const SUBJECT: Subject = { chainId: 1, genesis: "0x00", deal: "0xde", account: "0xacc" };

describe("salts", () => {
  it("are one's own, differ by tournament, and are the same after a restart", () => {
    const folder = mkdtempSync(join(tmpdir(), "arbiter-secret-"));
    try {
      const path = join(folder, "store.sqlite");
      const [one, two] = [pad("0x01"), pad("0x02")];
      const draw = (file: string): string[] => {
        using store = openStore(file, SUBJECT);
        const salt = saltsOf(store);
        return [salt(one), salt(two), salt(one)];
      };
      const [a, b, again] = draw(path);
      expect(a).to.match(/^0x[0-9a-f]{64}$/);
      expect(again).to.equal(a);
      expect(b).to.not.equal(a);
      expect(draw(path)).to.deep.equal([a, b, a]);
      expect(draw(":memory:")[0]).to.not.equal(a);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
