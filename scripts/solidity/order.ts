import type {
  BaseASTNode,
  FunctionDefinition,
  StateVariableDeclaration,
} from "@solidity-parser/parser/dist/src/ast-types.d.ts";
import { type Rule } from "./rule.ts";

/** The parts of a contract in their order. */
const PARTS = [
  "using",
  "types",
  "constants",
  "immutables",
  "variables",
  "events",
  "errors",
  "modifiers",
  "the constructor",
  "receive and fallback",
  "external functions",
  "public functions",
  "internal functions",
  "private functions",
] as const;

type Part = (typeof PARTS)[number];

function functionPart(node: FunctionDefinition): Part {
  if (node.isConstructor) return "the constructor";
  if (node.isReceiveEther || node.isFallback) return "receive and fallback";
  if (node.visibility === "default") return "internal functions";
  return `${node.visibility} functions`;
}

function variablePart({ variables }: StateVariableDeclaration): Part {
  const variable = variables[0]!;
  if (variable.isDeclaredConst) return "constants";
  return variable.isImmutable ? "immutables" : "variables";
}

function partOf(node: BaseASTNode): Part {
  switch (node.type) {
    case "UsingForDeclaration":
      return "using";
    case "EventDefinition":
      return "events";
    case "CustomErrorDefinition":
      return "errors";
    case "ModifierDefinition":
      return "modifiers";
    case "StateVariableDeclaration":
      return variablePart(node as StateVariableDeclaration);
    case "FunctionDefinition":
      return functionPart(node as FunctionDefinition);
    default:
      return "types";
  }
}

/** The order of a contract's parts. Inside of a part, what belongs together stands together. */
export const order: Rule = {
  name: "order",
  visitor: (_file, report) => ({
    ContractDefinition: ({ subNodes }) => {
      let last: Part = PARTS[0];
      for (const node of subNodes) {
        const part = partOf(node);
        if (PARTS.indexOf(part) < PARTS.indexOf(last)) report(node, `${part} should come before ${last}`);
        else last = part;
      }
    },
  }),
};

/**
 * Events and errors stand in an interface, or in the library that throws them for whoever calls it.
 */
export const inInterface: Rule = {
  name: "in-interface",
  visitor: (_file, report) => ({
    ContractDefinition: ({ kind, subNodes }) => {
      if (kind !== "contract" && kind !== "abstract") return;
      for (const node of subNodes) {
        if (node.type === "EventDefinition") report(node, "the event should stand in the contract's interface");
        if (node.type === "CustomErrorDefinition") report(node, "the error should stand in the contract's interface");
      }
    },
  }),
};
