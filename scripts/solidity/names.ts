import type { FunctionDefinition, VariableDeclaration } from "@solidity-parser/parser/dist/src/ast-types.d.ts";
import { kindOf, type Rule } from "./rule.ts";

/**
 * What a contract's function or state variable should begin with, by what the underscore says:
 * nobody outside can name it.
 */
function isHidden(visibility: string | undefined): boolean {
  return visibility === "private" || visibility === "internal" || visibility === "default";
}

/** The underscore of a contract's hidden functions and variables; nothing else begins with one. */
export const underscore: Rule = {
  name: "underscore",
  visitor: (_file, report) => {
    const states = new Set<VariableDeclaration>();
    const check = (node: FunctionDefinition | VariableDeclaration, wanted: boolean): void => {
      if (node.name === null || node.name.startsWith("_") === wanted) return;
      report(node, `${node.name} ${wanted ? "should" : "should not"} begin with an underscore`);
    };
    return {
      FunctionDefinition: (node, parent) => {
        if (node.isConstructor) return;
        const kind = kindOf(parent);
        check(node, (kind === "contract" || kind === "abstract") && isHidden(node.visibility));
      },
      StateVariableDeclaration: (node, parent) => {
        const kind = kindOf(parent);
        for (const variable of node.variables) {
          states.add(variable);
          const inContract = kind === "contract" || kind === "abstract";
          check(variable, inContract && isHidden(variable.visibility) && variable.isDeclaredConst !== true);
        }
      },
      VariableDeclaration: (node) => {
        if (!states.has(node)) check(node, false);
      },
    };
  },
};

/** Members of an enum in CapWords. */
export const enumMember: Rule = {
  name: "enum-member",
  visitor: (_file, report) => ({
    EnumValue: (node) => {
      if (!/^[A-Z][a-z0-9][A-Za-z0-9]*$/.test(node.name)) report(node, `${node.name} should be in CapWords`);
    },
  }),
};

/** The name of a mapping's key. */
export const mappingKey: Rule = {
  name: "mapping-key",
  visitor: (_file, report) => ({
    Mapping: (node) => {
      if (node.keyName === null) report(node, "the mapping's key should have a name");
    },
  }),
};

/** In an error, what was expected comes before what was there. */
export const expectedFirst: Rule = {
  name: "expected-first",
  visitor: (_file, report) => ({
    CustomErrorDefinition: (node) => {
      const names = node.parameters.map(({ name }) => name);
      const [expected, actual] = [names.indexOf("expected"), names.indexOf("actual")];
      if (expected > actual && actual >= 0) report(node, `${node.name}: expected should come before actual`);
    },
  }),
};
