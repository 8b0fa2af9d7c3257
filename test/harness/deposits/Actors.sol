// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

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

/// @title Something that says it is a Deal: takes every worker, and calls whom it is told
contract FreeDeal is Refuser {
    bytes32 public termsHash;

    event Admitted(address worker, address token, uint256 amount);

    constructor(bytes32 termsHash_) {
        termsHash = termsHash_;
    }

    function admit(address worker, address token, uint256 amount) external {
        emit Admitted(worker, token, amount);
    }
}
