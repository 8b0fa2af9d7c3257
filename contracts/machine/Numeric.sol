// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IAlu} from "../interfaces/IAlu.sol";
import {Machine} from "./Machine.sol";
import {Shape} from "./Opcodes.sol";

/// @title Numeric instructions: operands are masked to their width when read, results are canonical
/// @notice The twin of `verifier/machine/numeric.ts`.
library Numeric {
    /// @notice Whether an opcode is one of the integer instructions.
    function isInteger(uint256 op) internal pure returns (bool) {
        return (Shape.INTEGER >> op) & 1 != 0;
    }

    /// @notice Whether an opcode is one of the float instructions.
    function isFloat(uint256 op) internal pure returns (bool) {
        return (Shape.FLOAT >> op) & 1 != 0 || (op >= Shape.SATURATING_FIRST && op <= Shape.SATURATING_LAST);
    }

    /// @notice Executes a numeric instruction with the arithmetic of another contract.
    function execute(Machine memory m, IAlu arithmetic) internal pure {
        uint256 binary = (Shape.BINARY >> m.op) & 1;
        uint256 y = binary != 0 ? m.pop(0) : 0;
        uint256 x = m.operand(binary);
        if (m.trap != 0) return;
        (uint256 value, uint256 trap) = arithmetic.alu(m.op, x, y, m.imm);
        if (trap != 0) m.fault(trap);
        m.putSlot(value);
        m.next();
    }
}
