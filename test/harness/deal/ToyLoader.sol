// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IStepVerifier} from "../../../contracts/interfaces/IStepVerifier.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";

/// @title A verifier of a machine that does nothing
/// @notice Gives records of the right shape and binds every argument of `load`, so that a test sees
/// what a Deal passed on.
contract ToyLoader is IStepVerifier {
    /// @notice Thrown when the opening is not `keccak256(record)`.
    error BadOpening();
    /// @notice Thrown by `step`, which no Deal calls.
    error NoSteps();

    function programRoot(Program calldata program) external pure returns (bytes32) {
        return keccak256(abi.encode(program));
    }

    function initialRecord(Program calldata program) external pure returns (bytes memory) {
        return
            abi.encode(
                program.codeRoot,
                program.header,
                bytes32(0),
                program.memoryRoot,
                program.cellsRoot,
                bytes32(0),
                uint256(1) << 248,
                program.sizes,
                bytes32(0)
            );
    }

    function load(
        bytes calldata record,
        bytes32 inputRoot,
        uint64 inputLength,
        uint64 budget,
        bytes calldata opening
    ) external pure returns (StateRoot) {
        if (keccak256(opening) != keccak256(abi.encode(keccak256(record)))) revert BadOpening();
        return StateRoot.wrap(keccak256(abi.encode(keccak256(record), inputRoot, inputLength, budget)));
    }

    function step(StateRoot, bytes calldata) external pure returns (StateRoot) {
        revert NoSteps();
    }
}
