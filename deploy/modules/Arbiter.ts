import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import StepVerifier from "./StepVerifier.ts";

/**
 * The Arbiter, which makes its Tournament contract itself.
 *
 * Parameters: `period` P and `grace` G in seconds; `heights` of the levels' trees; `bonds` of the
 * levels and `bounty` in wei. docs/money.md says how to choose them.
 */
export default buildModule("Arbiter", (m) => {
  const { integers, verifier } = m.useModule(StepVerifier);
  const params = {
    period: m.getParameter<bigint>("period"),
    grace: m.getParameter<bigint>("grace"),
    heights: m.getParameter<number[]>("heights"),
    bonds: m.getParameter<bigint[]>("bonds"),
    bounty: m.getParameter<bigint>("bounty"),
  };
  const arbiter = m.contract("Arbiter", [verifier, params]);
  const tournament = m.contractAt("Tournament", m.staticCall(arbiter, "tournament"));
  return { arbiter, tournament, verifier, integers };
});
