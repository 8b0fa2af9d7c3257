import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { ZeroAddress } from "ethers";
import ArbiterModule from "./Arbiter.ts";
import DepositsModule from "./Deposits.ts";

/**
 * One Deal, over the Arbiter and the Deposits of their modules, which are deployed first if they
 * are not there.
 *
 * Parameters: the fields of `IDeal.Terms`. `program` has no default (`npm run -s arbiter -- inspect
 * MODULE --json` prints it); the customer and the sequencer are the deploying account unless given;
 * tokens are ETH unless given.
 */
export default buildModule("Deal", (m) => {
  const { arbiter, tournament, verifier } = m.useModule(ArbiterModule);
  const { deposits } = m.useModule(DepositsModule);
  const deployer = m.getAccount(0);
  const deal = m.contract("Deal", [
    {
      customer: m.getParameter("customer", deployer),
      sequencer: m.getParameter("sequencer", deployer),
      arbiter,
      deposits,
      program: m.getParameter<Record<string, string>>("program"),
      budget: m.getParameter<bigint>("budget"),
      collateralToken: m.getParameter("collateralToken", ZeroAddress),
      collateral: m.getParameter<bigint>("collateral"),
      paymentToken: m.getParameter("paymentToken", ZeroAddress),
      price: m.getParameter<bigint>("price"),
      reporterShare: m.getParameter<number>("reporterShare"),
      maxWorkers: m.getParameter<number>("maxWorkers"),
      maxPending: m.getParameter<number>("maxPending"),
      maxPendingSteps: m.getParameter<bigint>("maxPendingSteps"),
      maxInput: m.getParameter<number>("maxInput"),
      notice: m.getParameter<number>("notice"),
    },
  ]);
  return { deal, arbiter, tournament, verifier, deposits };
});
