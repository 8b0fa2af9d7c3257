// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ITournament} from "../../../contracts/interfaces/ITournament.sol";

/// @title Owns commitments, and takes no money, or takes it and asks once more while it is being
/// paid.
contract RudeOwner {
    bool private immutable _REFUSES;
    bool private _asked;

    constructor(bool refuses) {
        _REFUSES = refuses;
    }

    receive() external payable {
        _take();
    }

    /// @notice Does something in its own name, with the value that it was given.
    function act(address target, bytes calldata data) external payable {
        (bool done, bytes memory answer) = target.call{value: msg.value}(data);
        // Safe: hands the revert data on as it is.
        assembly ("memory-safe") {
            if iszero(done) {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    function _take() private {
        require(!_REFUSES, "no, thank you");
        if (_asked) return;
        _asked = true;
        try ITournament(msg.sender).withdraw(payable(address(this))) {} catch {}
    }
}
