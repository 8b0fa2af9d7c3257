// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Machine} from "./Machine.sol";
import {MASK_32} from "./MachineRecord.sol";
import {Op, Trap} from "./Opcodes.sol";

/// @title Constants, parametric and variable instructions (WebAssembly core specification, sections
/// 4.4.1, 4.4.4, 4.4.5)
/// @notice The twin of `verifier/machine/variable.ts`.
library Variable {
    /// @notice Executes drop, select, local.*, global.*, constants and the machine's `move`. Values
    /// are moved bit by bit.
    function execute(Machine memory m) internal pure {
        uint256 op = m.op;
        if (op >= Op.I32_CONST && op <= Op.F64_CONST) m.push(m.imm);
        else if (op == Op.DROP) m.pop(0);
        else if (op == Op.SELECT) select(m);
        else if (op == Op.LOCAL_GET) m.push(m.slot(m.a));
        else if (op == Op.LOCAL_SET) assign(m, m.pop(0));
        else if (op == Op.LOCAL_TEE) assign(m, m.operand(0));
        else if (op == Op.MOVE) assign(m, m.slot(m.b));
        else if (op == Op.GLOBAL_GET) m.push(m.take(m.cells, m.a));
        else if (op == Op.GLOBAL_SET) assignCell(m, m.pop(0));
        else m.fault(Trap.INVALID_INSTRUCTION);
        m.next();
    }

    function assign(Machine memory m, uint256 value) private pure {
        m.slot(m.a);
        m.putSlot(value);
    }

    function assignCell(Machine memory m, uint256 value) private pure {
        m.take(m.cells, m.a);
        m.put(m.cells, value);
    }

    function select(Machine memory m) private pure {
        uint256 condition = m.pop(0) & MASK_32;
        uint256 second = m.pop(1);
        m.operand(2);
        if (condition == 0) m.putSlot(second);
    }
}
