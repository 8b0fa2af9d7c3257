/** What is said about parameters before they are used. */
import pc from "picocolors";
import type { Finding } from "../deployment/explain.ts";
import { stderr } from "./channels.ts";
import { UserError } from "./failure.ts";
import { Printable, text } from "./printable.ts";

/**
 * Tells the findings on stderr.
 * @param isAccepted - whether the user takes the risk
 * @throws UserError if a rule is broken and the user does not
 */
export function tellFindings(findings: readonly Finding[], isAccepted: boolean): void {
  const wrong = findings.filter(({ kind }) => kind === "wrong");
  for (const { kind, text: content } of findings) {
    if (kind === "fact") stderr.line(text`  ${content}`);
  }
  for (const { text: content } of wrong) stderr.line(text`${Printable.painted(pc.red, "wrong:")} ${content}`);
  if (wrong.length === 0 || isAccepted) return;
  const rules = wrong.length === 1 ? "a rule is" : `${wrong.length} rules are`;
  throw new UserError(`${rules} broken with which honest people can live`, {
    hint: "change the parameters (docs/money.md says how), or say --accept-risk",
  });
}
