import { expect } from "chai";
import hre from "hardhat";

describe("builds for tests and for deployments", () => {
  it("are one: what is built for either is built for both", async () => {
    await hre.tasks.getTask("build").run({ noTests: true, quiet: true });
    const files = await hre.solidity.getRootFilePaths();
    for (const buildProfile of ["default", "production"]) {
      const jobs = await hre.solidity.getCompilationJobs(files, { buildProfile, quiet: true });
      if (!("cacheHits" in jobs)) throw new Error(`no jobs for ${buildProfile}`);
      expect([...jobs.compilationJobsPerFile.keys()], buildProfile).deep.equal([]);
      expect(jobs.cacheHits.size, buildProfile).greaterThan(50);
    }
  });
});
