// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ILockHolder} from "../../../contracts/interfaces/ILockHolder.sol";

/// @title An account that does what it is told, and refuses ETH
contract Refuser {
    /// @notice Calls `target` as this account.
    function act(address target, uint256 value, bytes calldata data) external payable returns (bytes memory result) {
        bool success;
        (success, result) = target.call{value: value}(data);
        if (!success) {
            // Memory-safe: only reads what was returned.
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
    }
}

/// @title An account that calls back when it gets ETH
contract Reenterer is Refuser {
    address public target;
    bytes public data;
    bool public succeeded;
    bytes public result;

    function setCall(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    receive() external payable {
        // solhint-disable-next-line avoid-low-level-calls
        if (target != address(0)) (succeeded, result) = target.call(data);
    }
}

/// @title A lock holder that is no Deal: takes everybody, and calls whom it is told
contract FreeHolder is ILockHolder, Refuser {
    bytes32 public termsHash;

    event Admitted(address account, address token, uint256 amount);

    constructor(bytes32 termsHash_) {
        termsHash = termsHash_;
    }

    function admit(address account, address token, uint256 amount) external {
        emit Admitted(account, token, amount);
    }
}

/// @title A contract that answers `termsHash` and `admit` with the bytes that it is told, returned
/// or as a reason to revert
contract RudeHolder {
    /// @notice What it does about a call.
    struct Answer {
        bool reverts;
        bytes data;
    }

    mapping(bytes4 selector => Answer answer) private _answers;

    // solhint-disable-next-line no-complex-fallback
    fallback() external {
        Answer memory answer = _answers[msg.sig];
        (bool reverts, bytes memory data) = (answer.reverts, answer.data);
        // Only reads the answer.
        assembly ("memory-safe") {
            switch reverts
            case 0 {
                return(add(data, 32), mload(data))
            }
            default {
                revert(add(data, 32), mload(data))
            }
        }
    }

    function setAnswer(bytes4 selector, bool reverts, bytes calldata data) external {
        _answers[selector] = Answer(reverts, data);
    }
}
