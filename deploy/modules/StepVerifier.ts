import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The one-step verifier of the machine, and the arithmetic contracts beside it. No parameters. */
export default buildModule("StepVerifier", (m) => {
  const integers = m.contract("Integers");
  const floats = m.contract("Floats");
  const verifier = m.contract("StepVerifier", [integers, floats]);
  return { integers, floats, verifier };
});
