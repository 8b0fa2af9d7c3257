/**
 * `contracts/tournament/Levels.sol`, from the constants in `verifier/history/game-levels.ts`.
 * `npm run generate` writes it.
 */
import { FAN_OUT, MAX_HEIGHT, MAX_LEVELS, MOVE_LEVELS } from "../verifier/history/game-levels.ts";

/** The text of `contracts/tournament/Levels.sol`. */
export function generateLevels(): string {
  const constants: readonly (readonly [type: string, name: string, value: number, notice: string])[] = [
    ["uint8", "MOVE_LEVELS", MOVE_LEVELS, "Levels of a tree that a move descends."],
    ["uint256", "FAN_OUT", FAN_OUT, "Nodes that many levels below a node: what a move chooses from."],
    [
      "uint256",
      "MAX_LEVELS",
      MAX_LEVELS,
      "Most levels of a dispute: tournaments inside of matches inside of tournaments.",
    ],
    ["uint256", "MAX_HEIGHT", MAX_HEIGHT, "Most that the heights of the levels' trees come to together."],
  ];
  return [
    "// SPDX-License-Identifier: MIT",
    "// Generated from verifier/history/game-levels.ts by scripts/generate-levels.ts.",
    "pragma solidity 0.8.35;",
    ...constants.map(([type, name, value, notice]) => `\n/// @dev ${notice}\n${type} constant ${name} = ${value};`),
    "",
  ].join("\n");
}
