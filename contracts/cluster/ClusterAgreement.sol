// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IArbiter} from "../interfaces/IArbiter.sol";
import {IClusterDeal} from "../interfaces/IClusterDeal.sol";
import {IClusterProofs} from "../interfaces/IClusterProofs.sol";
import {IDeposits} from "../interfaces/IDeposits.sol";
import {ILockHolder} from "../interfaces/ILockHolder.sol";
import {IStepVerifier} from "../interfaces/IStepVerifier.sol";
import {ClusterTerms} from "./ClusterTerms.sol";

/// @title The terms of a cluster's Deal, which never change
abstract contract ClusterAgreement is IClusterDeal {
    address internal immutable _customer;
    IArbiter internal immutable _arbiter;
    IDeposits internal immutable _deposits;
    IClusterProofs internal immutable _proofs;
    IStepVerifier internal immutable _verifier;
    uint64 internal immutable _period;
    bytes32 internal immutable _codeRoot;
    bytes32 internal immutable _header;
    uint64 internal immutable _budget;
    address internal immutable _collateralToken;
    uint256 internal immutable _collateral;
    address internal immutable _paymentToken;
    uint256 internal immutable _rate;
    uint16 internal immutable _reporterShare;
    uint8 internal immutable _size;
    uint64 internal immutable _maxPendingSteps;
    uint32 internal immutable _interval;
    uint32 internal immutable _grace;
    uint32 internal immutable _silence;
    uint32 internal immutable _notice;
    /// @inheritdoc ILockHolder
    bytes32 public immutable termsHash;

    bytes32 internal immutable _memoryRoot;
    bytes32 internal immutable _cellsRoot;
    bytes32 internal immutable _sizes;
    bytes32 internal immutable _sourcesRoot;
    uint8 private immutable _maxPending;

    constructor(Terms memory terms_) {
        _arbiter = terms_.arbiter;
        _verifier = terms_.arbiter.verifier();
        _period = terms_.arbiter.period();
        ClusterTerms.check(terms_, terms_.arbiter.capacity(), _period);
        termsHash = ClusterTerms.hash(terms_);
        _customer = terms_.customer;
        _deposits = terms_.deposits;
        _proofs = terms_.proofs;
        _codeRoot = terms_.program.codeRoot;
        _header = terms_.program.header;
        _memoryRoot = terms_.program.memoryRoot;
        _cellsRoot = terms_.program.cellsRoot;
        _sizes = terms_.program.sizes;
        _sourcesRoot = terms_.program.sourcesRoot;
        _budget = terms_.budget;
        _collateralToken = terms_.collateralToken;
        _collateral = terms_.collateral;
        _paymentToken = terms_.paymentToken;
        _rate = terms_.rate;
        _reporterShare = terms_.reporterShare;
        _size = terms_.size;
        _maxPendingSteps = terms_.maxPendingSteps;
        _interval = terms_.interval;
        _grace = terms_.grace;
        _silence = terms_.silence;
        _notice = terms_.notice;
        _maxPending = terms_.maxPending;
    }

    /// @inheritdoc IClusterDeal
    function terms() external view returns (Terms memory) {
        return
            Terms({
                customer: _customer,
                arbiter: _arbiter,
                deposits: _deposits,
                proofs: _proofs,
                program: IStepVerifier.Program({
                    codeRoot: _codeRoot,
                    memoryRoot: _memoryRoot,
                    cellsRoot: _cellsRoot,
                    sizes: _sizes,
                    header: _header,
                    sourcesRoot: _sourcesRoot
                }),
                budget: _budget,
                collateralToken: _collateralToken,
                collateral: _collateral,
                paymentToken: _paymentToken,
                rate: _rate,
                reporterShare: _reporterShare,
                size: _size,
                maxPending: _maxPending,
                maxPendingSteps: _maxPendingSteps,
                interval: _interval,
                grace: _grace,
                silence: _silence,
                notice: _notice
            });
    }
}
