import type { ASTNode, ASTVisitor, BaseASTNode } from "@solidity-parser/parser/dist/src/ast-types.d.ts";

/** A place where a file departs from the dialect. */
export interface Violation {
  /** Path as it was given. */
  file: string;
  /** From 1. */
  line: number;
  rule: string;
  message: string;
}

/** A parsed file. */
export interface SolidityFile {
  path: string;
  /** Lines of its text, the first at index 0. */
  lines: readonly string[];
}

/** What a rule calls about a node that breaks it. */
export type Report = (node: BaseASTNode, message: string) => void;

/**
 * A rule of the dialect: what to look at in a file. The names are those that CONTRIBUTING.md gives.
 */
export interface Rule {
  name: string;
  visitor: (file: SolidityFile, report: Report) => ASTVisitor;
}

/** First line of a node, from 1. */
export function lineOf(node: BaseASTNode): number {
  return node.loc?.start.line ?? 1;
}

/** The `///` comment right above a node, without its slashes; empty if there is none. */
export function docAbove(file: SolidityFile, node: BaseASTNode): string {
  const found: string[] = [];
  for (let i = lineOf(node) - 2; i >= 0; i--) {
    const line = file.lines[i]!.trim();
    if (!line.startsWith("///")) break;
    found.unshift(line.slice(3).trim());
  }
  return found.join("\n");
}

/** The contract, interface or library that a node's parent is, if it is one. */
export function kindOf(parent: ASTNode | undefined): string | undefined {
  return parent?.type === "ContractDefinition" ? parent.kind : undefined;
}

/** Whether a name is one that the dialect gives to interfaces. */
export function isInterfaceName(name: string): boolean {
  return /^I[A-Z]/.test(name);
}
