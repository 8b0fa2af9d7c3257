import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The one-step verifier of the machine, and the arithmetic contract beside it. No parameters. */
export default buildModule("StepVerifier", (m) => {
  const integers = m.contract("Integers");
  const verifier = m.contract("StepVerifier", [integers]);
  return { integers, verifier };
});
