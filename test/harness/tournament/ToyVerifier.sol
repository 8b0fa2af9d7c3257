// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IStepVerifier} from "../../../contracts/interfaces/IStepVerifier.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";

/// @title A machine small enough to see through: its state is a lineage and a counter, its root
/// their hash, and a step counts.
/// @notice The witness is the preimage. It halts at `limit`.
contract ToyVerifier is IStepVerifier {
    /// @notice The count at which the machine stays.
    uint256 public immutable limit;

    /// @notice Thrown when the witness is not the state's preimage.
    error WitnessWrong(StateRoot stateRoot);

    constructor(uint256 limit_) {
        limit = limit_;
    }

    /// @inheritdoc IStepVerifier
    function programRoot(Program calldata program) external pure returns (bytes32) {
        return keccak256(abi.encode(program));
    }

    /// @inheritdoc IStepVerifier
    function initialRecord(Program calldata program) external pure returns (bytes memory) {
        return abi.encode(program, uint256(0), uint256(0), uint256(0));
    }

    /// @inheritdoc IStepVerifier
    function load(bytes calldata, bytes32 inputRoot, uint64, uint64, bytes calldata) external pure returns (StateRoot) {
        return StateRoot.wrap(toyState(uint256(inputRoot), 0));
    }

    /// @inheritdoc IStepVerifier
    function step(StateRoot stateRoot, bytes calldata witness) external view returns (StateRoot) {
        if (witness.length != 64) revert WitnessWrong(stateRoot);
        (uint256 lineage, uint256 count) = abi.decode(witness, (uint256, uint256));
        if (toyState(lineage, count) != StateRoot.unwrap(stateRoot)) revert WitnessWrong(stateRoot);
        return count < limit ? StateRoot.wrap(toyState(lineage, count + 1)) : stateRoot;
    }
}

/// @dev The root of the toy machine's state.
function toyState(uint256 lineage, uint256 count) pure returns (bytes32) {
    return keccak256(abi.encode(lineage, count));
}
