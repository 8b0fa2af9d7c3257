// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IAlu} from "../../../contracts/interfaces/IAlu.sol";
import {IStepVerifier} from "../../../contracts/interfaces/IStepVerifier.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";

/// @title Many steps, or many operations, in one call
contract StepBatch {
    /// @param next The next root; zero after a revert.
    /// @param reason Selector of the error after a revert, or ffffffff if it had none; zero if
    /// there was no revert.
    struct Answer {
        StateRoot next;
        bytes4 reason;
    }

    /// @param packed For each step the state root (32 bytes), the length of the witness (4 bytes),
    /// the witness.
    function steps(IStepVerifier verifier, bytes calldata packed) external view returns (Answer[] memory answers) {
        uint256 count;
        for (uint256 p; p < packed.length; p += 36 + uint32(bytes4(packed[p + 32:]))) ++count;
        answers = new Answer[](count);
        uint256 begin;
        for (uint256 i; i < count; ++i) {
            uint256 end = begin + 36 + uint32(bytes4(packed[begin + 32:]));
            try verifier.step(StateRoot.wrap(bytes32(packed[begin:])), packed[begin + 36:end]) returns (
                StateRoot next
            ) {
                answers[i].next = next;
            } catch (bytes memory data) {
                answers[i].reason = data.length < 4 ? bytes4(0xffffffff) : bytes4(data);
            }
            begin = end;
        }
    }

    /// @param packed For each operation the opcode and two operands, 32 bytes each.
    /// @return results For each operation the value and the trap, 32 bytes each.
    function operations(IAlu arithmetic, bytes calldata packed) external pure returns (bytes memory results) {
        results = new bytes((packed.length / 96) * 64);
        for (uint256 i; i * 96 < packed.length; ++i) {
            (uint256 op, uint256 x, uint256 y) = abi.decode(packed[i * 96:(i + 1) * 96], (uint256, uint256, uint256));
            (uint256 value, uint256 trap) = arithmetic.alu(op, x, y, 0);
            // Inside `results`, which has 64 bytes for each 96 of the input.
            assembly ("memory-safe") {
                mstore(add(results, add(0x20, mul(i, 0x40))), value)
                mstore(add(results, add(0x40, mul(i, 0x40))), trap)
            }
        }
    }

    /// @param packed As in {operations}.
    /// @return costs For each operation the gas of the static call, 32 bytes each.
    function gasOf(IAlu arithmetic, bytes calldata packed) external view returns (bytes memory costs) {
        costs = new bytes((packed.length / 96) * 32);
        for (uint256 i; i * 96 < packed.length; ++i) {
            (uint256 op, uint256 x, uint256 y) = abi.decode(packed[i * 96:(i + 1) * 96], (uint256, uint256, uint256));
            uint256 before = gasleft();
            arithmetic.alu(op, x, y, 0);
            uint256 used = before - gasleft();
            // Inside `costs`, which has 32 bytes for each 96 of the input.
            assembly ("memory-safe") {
                mstore(add(costs, add(0x20, mul(i, 0x20))), used)
            }
        }
    }
}
