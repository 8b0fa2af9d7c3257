import type { ASTNode, BaseASTNode, StructDefinition } from "@solidity-parser/parser/dist/src/ast-types.d.ts";
import { docAbove, kindOf, lineOf, type Rule, type SolidityFile } from "./rule.ts";

/**
 * What is wrong with the tags of something that other files can name: `@notice`, or where the text
 * stands.
 */
function visibleTags(doc: string): string | undefined {
  if (/^@(notice|inheritdoc) /m.test(doc)) return undefined;
  return doc === "" ? "should have a @notice" : "should have a @notice: other files can name it";
}

/** What is wrong with the tags of something private. */
function privateTags(doc: string): string | undefined {
  return /^@notice /m.test(doc) ? "should have @dev for @notice: it is private" : undefined;
}

/** Field names that a struct's `@param` tags name. */
function documentedFields(doc: string): string[] {
  return [...doc.matchAll(/^@param (\w+)/gm)].map((match) => match[1]!);
}

function checkStruct(file: SolidityFile, node: StructDefinition): string | undefined {
  const doc = docAbove(file, node);
  const members = node.members.map(({ name }) => name ?? "");
  const named = documentedFields(doc);
  const strange = named.filter((name) => !members.includes(name));
  if (strange.length > 0) return `there is no field ${strange.join(", ")}`;
  if (named.length > 0 && named.length < members.length) return "either each field has a @param, or none";
  if (node.members.some((member) => lineOf(member) > lineOf(node) && docAbove(file, member) !== ""))
    return "fields should be told with @param above the struct";
  return undefined;
}

/**
 * Tags: `@title` for contracts, `@notice` for what other files can name ("Thrown when" of an
 * error), `@dev` for the rest, `@param` for a struct's fields.
 */
export const natspec: Rule = {
  name: "natspec",
  visitor: (file, report) => {
    const check = (node: BaseASTNode, hidden: boolean): void => {
      const problem = (hidden ? privateTags : visibleTags)(docAbove(file, node));
      if (problem !== undefined) report(node, problem);
    };
    const visible = (node: BaseASTNode): void => check(node, false);
    return {
      ContractDefinition: (node) => {
        const doc = docAbove(file, node);
        if (!/^@(title|notice) /m.test(doc)) report(node, `${node.name} should have a @title`);
        if (/^@title .*[^.]\.$/m.test(doc) && !/^@title .*\. /m.test(doc))
          report(node, "a @title is no sentence: no full stop");
      },
      StructDefinition: (node) => {
        visible(node);
        const problem = checkStruct(file, node);
        if (problem !== undefined) report(node, problem);
      },
      EnumDefinition: visible,
      TypeDefinition: visible,
      EventDefinition: visible,
      CustomErrorDefinition: (node) => {
        visible(node);
        if (/^@notice (?!Thrown when )/m.test(docAbove(file, node))) report(node, 'should begin with "Thrown when"');
      },
      FunctionDefinition: (node, parent?: ASTNode) => {
        if (node.isConstructor || node.isReceiveEther || node.isFallback) return;
        const hidden =
          node.visibility === "private" || (kindOf(parent) === "contract" && node.visibility === "internal");
        check(node, hidden);
      },
      StateVariableDeclaration: (node) => {
        const { visibility, isDeclaredConst } = node.variables[0]!;
        // A constant's name can say it all.
        if (isDeclaredConst === true && docAbove(file, node) === "") return;
        check(node, visibility !== "public" && (visibility === "private" || isDeclaredConst !== true));
      },
    };
  },
};

/** Whether a comment stands right above a line. */
function commentAbove(file: SolidityFile, line: number): boolean {
  return file.lines[line - 2]?.trim().startsWith("//") === true;
}

/**
 * Each `unchecked` and each `assembly` says why it is safe; a library may say it for all of its
 * `unchecked`.
 */
export const reason: Rule = {
  name: "reason",
  visitor: (file, report) => {
    let forAll = false;
    return {
      ContractDefinition: (node) => {
        forAll = /^@dev Unchecked: /m.test(docAbove(file, node));
      },
      "ContractDefinition:exit": () => {
        forAll = false;
      },
      UncheckedStatement: (node) => {
        if (!forAll && !commentAbove(file, lineOf(node))) report(node, "should say why no check is needed");
      },
      InlineAssemblyStatement: (node) => {
        if (!commentAbove(file, lineOf(node))) report(node, "should say what it touches");
      },
    };
  },
};

/** Columns that a comment may take. */
const COMMENT_WIDTH = 100;

/** Comments end before column 101. */
export const commentWidth: Rule = {
  name: "comment-width",
  visitor: (file, report) => ({
    SourceUnit: ({ type }) => {
      file.lines.forEach((text, i) => {
        const place = { line: i + 1, column: 0 };
        if (/^\s*\/\//.test(text) && text.length > COMMENT_WIDTH)
          report({ type, loc: { start: place, end: place } }, `should have at most ${COMMENT_WIDTH} columns`);
      });
    },
  }),
};
