import { parse, visit } from "@solidity-parser/parser";
import { commentWidth, natspec, reason } from "./docs.ts";
import { implicitZero, namedReturns, noOverride, revertIf } from "./forms.ts";
import { enumMember, expectedFirst, mappingKey, underscore } from "./names.ts";
import { inInterface, order } from "./order.ts";
import { lineOf, type Rule, type Violation } from "./rule.ts";

/**
 * The rules of the Solidity dialect that solhint has no rule for; CONTRIBUTING.md gives the
 * reasons.
 */
export const RULES: readonly Rule[] = [
  underscore,
  enumMember,
  mappingKey,
  expectedFirst,
  revertIf,
  noOverride,
  namedReturns,
  implicitZero,
  order,
  inInterface,
  natspec,
  reason,
  commentWidth,
];

/**
 * Rules for what others call. Tests assert with `require`, stand in the order of their story and
 * need no reference.
 */
const OF_THE_PRODUCT: readonly Rule[] = [revertIf, order, inInterface, natspec];

/** The rules that hold for a file, by its path from the project's folder. */
export function rulesFor(path: string): readonly Rule[] {
  return path.startsWith("contracts/") ? RULES : RULES.filter((rule) => !OF_THE_PRODUCT.includes(rule));
}

/**
 * Where a Solidity file departs from the dialect, in the order of its lines.
 *
 * @param path from the project's folder
 * @param rules those to look for: without, the ones that hold for the path
 * @throws ParserError if the text is not Solidity
 */
export function violations(path: string, text: string, rules = rulesFor(path)): Violation[] {
  const tree = parse(text, { loc: true, range: true });
  const file = { path, lines: text.split("\n") };
  const found: Violation[] = [];
  for (const rule of rules) {
    const report = (node: Parameters<typeof lineOf>[0], message: string): void => {
      found.push({ file: path, line: lineOf(node), rule: rule.name, message });
    };
    visit(tree, rule.visitor(file, report));
  }
  return found.sort((a, b) => a.line - b.line);
}
