// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Input} from "../../../contracts/deal/Input.sol";

/// @title A door to {Input}
contract InputDoor {
    function root(bytes calldata data) external pure returns (bytes32) {
        return Input.root(data);
    }
}
