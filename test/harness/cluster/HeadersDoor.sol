// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Headers} from "../../../contracts/cluster/Headers.sol";

/// @title Lets tests call the library
contract HeadersDoor {
    function ofChainId(bytes calldata chainId, bytes32[] calldata proof) external pure returns (bytes32) {
        return Headers.ofChainId(chainId, proof);
    }

    function ofHeight(uint64 height, bytes32[] calldata proof) external pure returns (bytes32) {
        return Headers.ofHeight(height, proof);
    }

    function ofTime(uint40 secs, uint32 nanos, bytes32[] calldata proof) external pure returns (bytes32) {
        return Headers.ofTime(secs, nanos, proof);
    }

    function ofDataHash(bytes32 dataHash, bytes32[] calldata proof) external pure returns (bytes32) {
        return Headers.ofDataHash(dataHash, proof);
    }

    function ofAppHash(bytes32 appHash, bytes32[] calldata proof) external pure returns (bytes32) {
        return Headers.ofAppHash(appHash, proof);
    }
}
