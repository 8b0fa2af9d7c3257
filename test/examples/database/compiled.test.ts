import { expect } from "chai";
import { readdirSync } from "node:fs";
import { COMMITTED } from "../../../examples/clang.ts";
import { compileSqliteGuest, sqliteGuest } from "../../../examples/database/build.ts";

describe("the compiled SQLite under version control", function () {
  this.timeout(1_200_000);

  it("is what its source compiles to", async () => {
    expect(readdirSync(COMMITTED)).length(1);
    const committed = await sqliteGuest(() => {
      throw new Error(
        "the committed file is of other sources: compress the one in .cache/programs into examples/compiled",
      );
    });
    expect(Buffer.from(await compileSqliteGuest()).equals(committed)).equal(true);
  });
});
