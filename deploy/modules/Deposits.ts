import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The deposits. Parameter: `coolingOff`, seconds between a release and the free balance. */
export default buildModule("Deposits", (m) => {
  const deposits = m.contract("Deposits", [m.getParameter<bigint>("coolingOff")]);
  return { deposits };
});
