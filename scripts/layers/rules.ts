/** The layers as rules of dependency-cruiser, on paths from the project's folder. */
import { ALL, SHARED, type Layer, LAYERS } from "./layers.ts";
import { importsText, outsideText } from "./text.ts";

/** A rule of dependency-cruiser: no import from files like these to anything like that. */
interface Rule {
  readonly name: string;
  readonly severity: "error";
  readonly comment: string;
  readonly from: { readonly path?: string };
  readonly to: {
    readonly pathNot?: string | readonly string[];
    readonly dependencyTypes?: readonly string[];
    readonly dependencyTypesNot?: readonly string[];
    readonly circular?: true;
    readonly couldNotResolve?: true;
  };
}

/** A pattern of what belongs to any of some layers. */
function inside(folders: readonly string[]): string {
  const patterns = folders.map((folder) => folder.replace("*.ts", "[^/]+$"));
  return `^(${patterns.join("|")})(/|$)`;
}

/**
 * A package where it is installed, or its bare name where it is not. "*" in a name stands for any
 * part of it.
 */
function packagePattern(name: string): string {
  return `(^|node_modules/)${name.replaceAll("*", "[^/]+")}(/|$)`;
}

function rulesOf(layer: Layer): Rule[] {
  const { folder, imports, packages, usesNode } = layer;
  const from = { path: inside([folder]) };
  const rules: Rule[] = [];
  const add = (name: string, comment: string, to: Rule["to"]): void => {
    rules.push({ name: `${folder}: ${name}`, severity: "error", comment, from, to });
  };
  if (imports !== ALL) {
    const comment = `beside itself and verifier/*.ts, ${folder} may import ${importsText(layer)}`;
    add("layer", comment, { dependencyTypes: ["local"], pathNot: inside([folder, SHARED, ...imports]) });
  }
  if (packages !== ALL) {
    add("package", `from outside, ${folder} may import ${outsideText(layer)}`, {
      dependencyTypesNot: ["core", "local"],
      pathNot: packages.map(packagePattern),
    });
  }
  if (!usesNode) add("node", `${folder} runs in browsers too`, { dependencyTypes: ["core"] });
  return rules;
}

/** Everything that no import may do. */
const RULES: readonly Rule[] = [
  {
    name: "circle",
    severity: "error",
    comment: "no file imports itself by way of others, not even for a type",
    from: {},
    to: { circular: true },
  },
  {
    name: "missing",
    severity: "error",
    comment: "what is imported is there",
    from: {},
    to: { couldNotResolve: true },
  },
  ...LAYERS.flatMap(rulesOf),
];

/** What `depcruise` reads by way of `.dependency-cruiser.mjs`. */
export const CONFIGURATION = {
  forbidden: RULES,
  options: {
    // Imports of types count.
    tsPreCompilationDeps: true,
    moduleSystems: ["es6"],
    doNotFollow: { path: "node_modules" },
    // AssemblyScript, which its own compiler reads.
    exclude: { path: "/assembly/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"] },
  },
};
