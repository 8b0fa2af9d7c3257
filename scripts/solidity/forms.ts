import type {
  ContractDefinition,
  Expression,
  FunctionDefinition,
  StateVariableDeclaration,
} from "@solidity-parser/parser/dist/src/ast-types.d.ts";
import { docAbove, isInterfaceName, type Rule, type SolidityFile } from "./rule.ts";

/** A call of one of the language's own functions. */
function calls(expression: Expression, names: readonly string[]): boolean {
  return expression.type === "Identifier" && names.includes(expression.name);
}

/** A refusal is `if (…) revert Name(…)`. */
export const revertIf: Rule = {
  name: "revert-if",
  visitor: (_file, report) => ({
    FunctionCall: (node) => {
      if (calls(node.expression, ["require", "assert"])) report(node, "should be if (…) revert Name(…)");
      if (calls(node.expression, ["revert"])) report(node, "should revert with an error that has a name");
    },
  }),
};

/** Whether what is overridden can only be, or is said to be, an interface's. */
function ofInterface(
  file: SolidityFile,
  node: FunctionDefinition | StateVariableDeclaration,
  bases: string[],
): boolean {
  return bases.every(isInterfaceName) || /@inheritdoc I[A-Z]/.test(docAbove(file, node));
}

/** No `override` on what implements an interface's function: the compiler asks for none. */
export const noOverride: Rule = {
  name: "no-override",
  visitor: (file, report) => {
    const check = (
      node: FunctionDefinition | StateVariableDeclaration,
      list: unknown[] | null,
      bases: string[],
    ): void => {
      // A list says which of several functions are overridden, and the compiler asks for it.
      if (list?.length === 0 && ofInterface(file, node, bases)) report(node, "override is superfluous here");
    };
    return {
      ContractDefinition: ({ baseContracts, subNodes }: ContractDefinition) => {
        const bases = baseContracts.map(({ baseName }) => baseName.namePath);
        for (const node of subNodes as (FunctionDefinition | StateVariableDeclaration)[]) {
          if (node.type === "FunctionDefinition") check(node, node.override, bases);
          if (node.type === "StateVariableDeclaration") check(node, node.variables[0]!.override, bases);
        }
      },
    };
  },
};

/** Two results or more have names. */
export const namedReturns: Rule = {
  name: "named-returns",
  visitor: (_file, report) => ({
    FunctionDefinition: (node) => {
      const results = node.returnParameters ?? [];
      if (results.length > 1 && results.some(({ name }) => name === null))
        report(node, "each result should have a name");
    },
  }),
};

/** What begins as zero is not set to zero. */
export const implicitZero: Rule = {
  name: "implicit-zero",
  visitor: (_file, report) => ({
    VariableDeclarationStatement: (node) => {
      const value = node.initialValue;
      if (value?.type === "NumberLiteral" && /^0+$/.test(value.number)) report(node, "is zero without being set to it");
    },
  }),
};
