// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Certificate, ClaimedBlock, Evidence, IClusterProofs, Standing} from "../interfaces/IClusterProofs.sol";
import {HistoryRoot} from "../types/HistoryRoot.sol";
import {StateRoot} from "../types/StateRoot.sol";
import {ChainId} from "./ChainId.sol";
import {Contradictions} from "./Contradictions.sol";
import {Headers} from "./Headers.sol";
import {History} from "./History.sol";
import {Ballot} from "./SignBytes.sol";
import {Vote, Votes} from "./Votes.sol";

/// @title ClusterProofs
/// @notice See {IClusterProofs}. A contract of its own, because a Deal with its code would be too
/// large to deploy.
contract ClusterProofs is IClusterProofs {
    /// @dev Bytes of a public key: its two coordinates.
    uint256 private constant KEY_BYTES = 64;

    /// @inheritdoc IClusterProofs
    function check(
        address deal,
        uint256 era,
        bytes32 appHash,
        Certificate calldata certificate,
        address[] calldata keys
    ) external pure {
        bytes32 expected = certificate.ballot.hash;
        bytes32 ofTime = Headers.ofTime(certificate.secs, certificate.nanos, certificate.timeProof);
        if (ofTime != expected) revert WrongBlock(expected, ofTime);
        bytes32 ofAppHash = Headers.ofAppHash(appHash, certificate.appHashProof);
        if (ofAppHash != expected) revert WrongBlock(expected, ofAppHash);
        bytes memory chain = ChainId.named(deal, era);
        Votes.checkVoters(chain, certificate.ballot, certificate.voters, certificate.votes, keys);
    }

    /// @inheritdoc IClusterProofs
    function equivocator(
        address deal,
        uint256 era,
        Ballot calldata one,
        Vote calldata vote,
        Ballot calldata other,
        Vote calldata otherVote
    ) external pure returns (address) {
        return Votes.equivocator(ChainId.named(deal, era), one, vote, other, otherVote);
    }

    /// @inheritdoc IClusterProofs
    function keyOf(
        address deal,
        address worker,
        bytes calldata publicKey,
        bytes calldata signature
    ) external pure returns (address key) {
        if (publicKey.length != KEY_BYTES) revert WrongKeyLength(publicKey.length);
        key = address(uint160(uint256(keccak256(publicKey))));
        address signer = ECDSA.recover(enlistment(deal, worker), signature);
        if (signer != key) revert NotKeyHolder(key, signer);
    }

    /// @inheritdoc IClusterProofs
    function emptyHistory() external pure returns (HistoryRoot) {
        return History.empty();
    }

    /// @inheritdoc IClusterProofs
    function beginningOf(
        Standing calldata standing,
        Standing calldata base,
        ClaimedBlock calldata claimed
    ) external pure returns (StateRoot previous, uint64 steps, HistoryRoot history) {
        (previous, steps) = Contradictions.beginningOf(standing, base, claimed);
        history = History.before(claimed.number, standing.count, claimed.proof);
    }

    /// @inheritdoc IClusterProofs
    function checkContradiction(
        Standing calldata standing,
        Standing calldata base,
        uint64 budget,
        Evidence calldata evidence
    ) external pure {
        if (!Contradictions.found(standing, base, budget, evidence)) revert NoContradiction();
    }

    /// @inheritdoc IClusterProofs
    function historyAfter(
        HistoryRoot root,
        uint256 count,
        bytes32 leaf,
        bytes32[] calldata siblings
    ) external pure returns (HistoryRoot) {
        return History.append(root, count, leaf, siblings);
    }

    /// @inheritdoc IClusterProofs
    function enlistment(address deal, address worker) public pure returns (bytes32) {
        return MessageHashUtils.toDataWithIntendedValidatorHash(deal, abi.encode(worker));
    }
}
