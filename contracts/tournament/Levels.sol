// SPDX-License-Identifier: MIT
// Generated from verifier/history/game-levels.ts by scripts/generate-levels.ts.
pragma solidity 0.8.35;

/// @dev Levels of a tree that a move descends.
uint8 constant MOVE_LEVELS = 3;

/// @dev Nodes that many levels below a node: what a move chooses from.
uint256 constant FAN_OUT = 8;

/// @dev Most levels of a dispute: tournaments inside of matches inside of tournaments.
uint256 constant MAX_LEVELS = 4;

/// @dev Most that the heights of the levels' trees come to together.
uint256 constant MAX_HEIGHT = 60;
