// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IAlu} from "../interfaces/IAlu.sol";
import {IStepVerifier} from "../interfaces/IStepVerifier.sol";
import {StateRoot} from "../types/StateRoot.sol";
import {Bulk} from "./Bulk.sol";
import {Control} from "./Control.sol";
import {Host} from "./Host.sol";
import {Loader} from "./Loader.sol";
import {Machine} from "./Machine.sol";
import {MachineRecord, Record} from "./MachineRecord.sol";
import {Memory} from "./Memory.sol";
import {Numeric} from "./Numeric.sol";
import {Op, Outcome, Status, Trap} from "./Opcodes.sol";
import {Table} from "./Table.sol";
import {Transaction} from "./Transaction.sol";
import {Variable} from "./Variable.sol";

/// @title StepVerifier
/// @notice See {IStepVerifier}. Order of a step: halted? → header valid? → fuel spent? → pc inside
/// the code? → execute. A trap discards every change of its step; inside a transaction it restores
/// the checkpoint, outside it halts the program.
contract StepVerifier is IStepVerifier {
    using MachineRecord for Record;

    /// @notice The arithmetic of the integer instructions.
    IAlu public immutable integers;

    /// @notice The arithmetic of the float instructions.
    IAlu public immutable floats;

    /// @param integers_ A contract that computes what `verifier/machine/integers.ts` does.
    /// @param floats_ A contract that computes what `verifier/machine/floats.ts` does.
    constructor(IAlu integers_, IAlu floats_) {
        if (address(integers_).code.length == 0) revert NoArithmetic(address(integers_));
        if (address(floats_).code.length == 0) revert NoArithmetic(address(floats_));
        integers = integers_;
        floats = floats_;
    }

    /// @inheritdoc IStepVerifier
    function programRoot(Program calldata program) external pure returns (bytes32) {
        return Loader.programRoot(program);
    }

    /// @inheritdoc IStepVerifier
    function initialRecord(Program calldata program) external pure returns (bytes memory) {
        return Loader.initialRecord(program);
    }

    /// @inheritdoc IStepVerifier
    function load(
        bytes calldata record,
        bytes32 inputRoot,
        uint64 inputLength,
        uint64 budget,
        bytes calldata opening
    ) external pure returns (StateRoot) {
        return Loader.load(record, inputRoot, inputLength, budget, opening);
    }

    /// @inheritdoc IStepVerifier
    function step(StateRoot stateRoot, bytes calldata witness) external view returns (StateRoot) {
        Machine memory m;
        Record memory record = m.before;
        record.read(witness);
        StateRoot actual = record.hash();
        if (actual != stateRoot) revert WrongRecord(stateRoot, actual);
        uint256 begin;
        // Where the witness lies in the calldata; the record was read from there.
        assembly ("memory-safe") {
            begin := witness.offset
        }
        // Positions in the calldata are far below 2^256.
        unchecked {
            uint256 length = _run(m, record, begin + MachineRecord.LENGTH) - begin;
            if (length != witness.length) revert WrongLength(length, witness.length);
        }
        return record.hash();
    }

    /// @dev Changes the record to that of the next state.
    /// @param position Where in the calldata the openings begin.
    /// @return end Where the witness must end.
    function _run(Machine memory m, Record memory record, uint256 position) private view returns (uint256 end) {
        if (record.status() != Status.RUNNING) return position;
        if (!MachineRecord.isValidHeader(record.header)) {
            record.trapped(Trap.HEADER);
            return position;
        }
        m.start(position);
        if (m.registers.fuel == 0) _spend(m, record);
        else _execute(m, record);
        return m.witness.position;
    }

    function _execute(Machine memory m, Record memory record) private view {
        uint256 pc = m.registers.pc;
        // The fuel is not zero.
        unchecked {
            m.registers.fuel -= 1;
        }
        if (pc >> m.code.depth != 0) m.fault(Trap.PC);
        m.decode(m.take(m.code, pc));
        if (m.trap == 0) _dispatch(m);
        if (m.trap == 0) return m.writeBack();

        m.discard();
        if (!Transaction.isOpen(m)) return record.trapped(m.trap);
        // The step is paid for all the same.
        unchecked {
            Transaction.unwind(m, m.registers.fuel - 1, (Outcome.TRAP << 32) | m.trap);
        }
        m.writeBack();
    }

    function _dispatch(Machine memory m) private view {
        uint256 op = m.op;
        if (Numeric.isInteger(op)) Numeric.execute(m, integers);
        else if (Numeric.isFloat(op)) Numeric.execute(m, floats);
        else if (op <= Op.CALL_INDIRECT) Control.execute(m);
        else if (op <= Op.GLOBAL_SET || op == Op.MOVE) Variable.execute(m);
        else if (op >= Op.I32_CONST && op <= Op.F64_CONST) Variable.execute(m);
        else if (op <= Op.TABLE_SET) Table.execute(m);
        else if (op <= Op.MEMORY_GROW) Memory.execute(m);
        else if (op >= Op.MEMORY_INIT && op <= Op.MEMORY_FILL) Bulk.execute(m);
        else if (op >= Op.COPY_BYTES && op <= Op.FILL_BYTES) Bulk.execute(m);
        else if (op >= Op.TABLE_INIT && op <= Op.TABLE_FILL) Table.execute(m);
        else if (op >= Op.COPY_CELLS && op <= Op.FILL_CELLS) Table.execute(m);
        else if (op >= Op.CHECKPOINT && op <= Op.OUTPUT_APPEND) Host.execute(m);
        else m.fault(Trap.INVALID_INSTRUCTION);
    }

    /// @dev No fuel left: a transaction ends and its end is paid from the reserve; without one the
    /// fragment's budget is gone.
    function _spend(Machine memory m, Record memory record) private pure {
        if (!Transaction.isOpen(m) || m.registers.reserve == 0) return record.trapped(Trap.OUT_OF_FUEL);
        // The reserve is not zero.
        unchecked {
            m.registers.reserve -= 1;
        }
        Transaction.unwind(m, 0, (Outcome.TRAP << 32) | Trap.OUT_OF_FUEL);
        m.writeBack();
    }
}
