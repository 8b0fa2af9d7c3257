// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Outputs} from "../../../contracts/results/Outputs.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";

/// @title Lets tests call the library
contract OutputsDoor {
    function verify(
        StateRoot root,
        uint256 transaction,
        Outputs.Proof calldata proof
    ) external pure returns (Outputs.Answer memory) {
        return Outputs.verify(root, transaction, proof);
    }
}
