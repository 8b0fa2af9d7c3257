/** What files may import: `depcruise` looks for its configuration here. */
export { CONFIGURATION as default } from "./scripts/layers/rules.ts";
