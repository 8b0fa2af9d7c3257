// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Claims} from "./deal/Claims.sol";
import {DealTerms} from "./deal/DealTerms.sol";
import {Escrow} from "./deal/Escrow.sol";
import {Input} from "./deal/Input.sol";
import {PackedRecord} from "./deal/PackedRecord.sol";
import {Seats} from "./deal/Seats.sol";
import {Asset} from "./deposits/Asset.sol";
import {IArbiter} from "./interfaces/IArbiter.sol";
import {IDeal} from "./interfaces/IDeal.sol";
import {IDeposits} from "./interfaces/IDeposits.sol";
import {ILockHolder} from "./interfaces/ILockHolder.sol";
import {IStepVerifier} from "./interfaces/IStepVerifier.sol";
import {Join} from "./interfaces/ITournament.sol";
import {TournamentId} from "./tournament/Names.sol";
import {StateRoot} from "./types/StateRoot.sol";

/// @title Deal
/// @notice One contract a Deal. See {IDeal}; the rules of the sequence of claims are in {Claims},
/// those of the money in {Escrow}.
contract Deal is IDeal, ReentrancyGuardTransient {
    using Claims for Claims.State;
    using Escrow for Escrow.Book;
    using PackedRecord for bytes;
    using Seats for Seats.Table;

    /// @notice Pays, takes back what is not reserved, closes the Deal.
    address public immutable customer;
    /// @notice Submits the fragments' input.
    address public immutable sequencer;
    /// @notice Decides disputes.
    IArbiter public immutable arbiter;
    /// @notice Keeps the workers' deposits.
    IDeposits public immutable deposits;
    /// @notice The arbiter's verifier.
    IStepVerifier public immutable verifier;
    /// @notice A claim's window in seconds: the arbiter's period.
    uint64 public immutable period;
    /// @notice The program's code root.
    bytes32 public immutable codeRoot;
    /// @notice The header of the program's records.
    bytes32 public immutable header;
    /// @notice The most steps a fragment may take.
    uint64 public immutable budget;
    /// @notice What the workers deposit; zero means ETH.
    address public immutable collateralToken;
    /// @notice How much each worker locks, in the token's smallest unit.
    uint256 public immutable collateral;
    /// @notice What the customer pays with; zero means ETH.
    address public immutable paymentToken;
    /// @notice What a confirmed fragment costs, in the token's smallest unit.
    uint256 public immutable price;
    /// @notice The reporter's part of a slashed deposit, in ten-thousandths.
    uint16 public immutable reporterShare;
    /// @notice How many workers may take part at once.
    uint8 public immutable maxWorkers;
    /// @notice How many steps the fragments of all unconfirmed claims may have taken together.
    uint64 public immutable maxPendingSteps;
    /// @notice The most bytes a fragment may have.
    uint32 public immutable maxInput;
    /// @notice Seconds between the customer's `close`, or a later strike, and the last moment for
    /// claims.
    uint32 public immutable notice;
    /// @inheritdoc ILockHolder
    bytes32 public immutable termsHash;

    bytes32 private immutable _memoryRoot;
    bytes32 private immutable _cellsRoot;
    bytes32 private immutable _sizes;
    bytes32 private immutable _sourcesRoot;

    Claims.State private _claims;
    Seats.Table private _seats;
    Escrow.Book private _escrow;

    modifier only(address allowed) {
        if (msg.sender != allowed) revert NotAllowed(msg.sender, allowed);
        _;
    }

    constructor(Terms memory terms_) {
        arbiter = terms_.arbiter;
        verifier = terms_.arbiter.verifier();
        period = terms_.arbiter.period();
        DealTerms.check(terms_, terms_.arbiter.capacity());
        termsHash = DealTerms.hash(terms_);
        customer = terms_.customer;
        sequencer = terms_.sequencer;
        deposits = terms_.deposits;
        codeRoot = terms_.program.codeRoot;
        header = terms_.program.header;
        _memoryRoot = terms_.program.memoryRoot;
        _cellsRoot = terms_.program.cellsRoot;
        _sizes = terms_.program.sizes;
        _sourcesRoot = terms_.program.sourcesRoot;
        budget = terms_.budget;
        collateralToken = terms_.collateralToken;
        collateral = terms_.collateral;
        paymentToken = terms_.paymentToken;
        price = terms_.price;
        reporterShare = terms_.reporterShare;
        maxWorkers = terms_.maxWorkers;
        maxPendingSteps = terms_.maxPendingSteps;
        maxInput = terms_.maxInput;
        notice = terms_.notice;
        _claims.cap = terms_.maxPending;
        bytes memory record = verifier.initialRecord(terms_.program);
        _claims.head = StateRoot.wrap(keccak256(record));
        emit Opened(termsHash, terms_, record);
    }

    // ---- workers' seats ----

    /// @inheritdoc ILockHolder
    function admit(address worker, address token, uint256 amount) external nonReentrant only(address(deposits)) {
        if (!_takesInput()) revert Closed();
        if (token != collateralToken || amount != collateral) {
            revert WrongCollateral(token, amount, collateralToken, collateral);
        }
        emit Joined(worker, _seats.take(worker, maxWorkers));
    }

    /// @inheritdoc IDeal
    function quit() external nonReentrant {
        uint256 seat = _seats.find(msg.sender);
        bytes32 backed = _claims.backedBy(seat);
        if (backed != 0) revert StillBacking(backed);
        _vacate(seat);
        deposits.release(collateralToken, msg.sender);
    }

    // ---- money ----

    /// @inheritdoc IDeal
    function fund(uint256 amount) external payable nonReentrant returns (uint256 received) {
        received = Asset.pull(paymentToken, amount);
        _escrow.funds += received;
        emit Funded(msg.sender, received);
    }

    /// @inheritdoc IDeal
    function withdrawFunds(uint256 amount, address to) external nonReentrant only(customer) {
        _escrow.spend(reserved(), amount);
        emit FundsWithdrawn(to, amount);
        Asset.push(paymentToken, to, amount);
    }

    /// @inheritdoc IDeal
    function withdrawEarnings(address to) external nonReentrant returns (uint256 amount) {
        amount = _escrow.collect(msg.sender);
        if (amount == 0) revert NothingEarned(msg.sender);
        emit EarningsWithdrawn(msg.sender, to, amount);
        Asset.push(paymentToken, to, amount);
    }

    // ---- fragments and claims ----

    /// @inheritdoc IDeal
    function submit(bytes calldata data) external nonReentrant only(sequencer) returns (bytes32 id) {
        if (!_takesInput()) revert Closed();
        if (data.length > maxInput) revert InputTooLong(data.length, maxInput);
        _escrow.check(reserved(), price);
        bytes32 inputRoot = Input.root(data);
        uint256 fragment;
        (fragment, id) = _claims.submit(inputRoot, data.length);
        emit Submitted(fragment, id, inputRoot, data);
    }

    /// @inheritdoc IDeal
    function claim(
        bytes32 fragmentId_,
        StateRoot previous,
        bytes calldata record
    ) external nonReentrant returns (bytes32 id) {
        uint256 seat = _seats.find(msg.sender);
        if (!_claims.takesClaims(block.timestamp)) revert Closed();
        record.check();
        if (!_ofProgram(record)) revert WrongProgram(record.codeRoot(), record.header());
        if (!record.halted()) revert StillRunning();
        uint256 left = record.stepsLeft();
        if (left > budget) revert StepsLeftWrong(budget, left);
        Claims.Outcome memory outcome = Claims.Outcome({
            finalState: record.root(),
            yields: record.yielded(),
            steps: uint64(budget - left) // at most the budget
        });
        uint256 fragment;
        (fragment, id) = _claims.append(fragmentId_, previous, outcome, maxPendingSteps, seat);
        emit Claimed(id, fragment, msg.sender, previous, record);
    }

    /// @inheritdoc IDeal
    function back(bytes32 claimId) external nonReentrant {
        uint256 seat = _seats.find(msg.sender);
        Claim storage c = _claims.find(claimId);
        _checkWindow(c);
        if (Seats.has(c.backers, seat)) revert AlreadyBacked(claimId, msg.sender);
        c.backers |= uint16(1 << seat); // 16 seats
        emit Backed(claimId, msg.sender);
    }

    /// @inheritdoc IDeal
    function challenge(
        bytes32 claimId,
        FragmentInput calldata input,
        bytes calldata previous,
        bytes calldata opening,
        Join calldata join
    ) external nonReentrant returns (TournamentId tournament) {
        Claim storage c = _claims.find(claimId);
        _checkWindow(c);
        if (c.stage != Stage.Open) revert WrongStage(claimId, c.stage);
        c.stage = Stage.Disputed;

        bytes32 named = Claims.fragmentIdOf(c.fragment, input.root, input.length);
        bytes32 submitted = _claims.fragments[c.fragment];
        if (named != submitted) revert WrongFragment(submitted, named);
        StateRoot before = _claims.previousOf(c.fragment);
        if (previous.root() != before) revert WrongPrevious(before, previous.root());

        StateRoot initial = verifier.load(previous, input.root, input.length, budget, opening);
        tournament = arbiter.open(claimId, initial, msg.sender, join);
        emit Challenged(claimId, msg.sender, tournament, initial);
    }

    // ---- ends of claims ----

    /// @inheritdoc IDeal
    function confirm(bytes32 claimId) external nonReentrant {
        Claim storage c = _claims.findOldest(claimId);
        uint256 end = c.since + period;
        if (block.timestamp < end) revert WindowOpen(claimId, end);
        if (c.stage == Stage.Disputed) revert WrongStage(claimId, c.stage);
        _claims.confirm(c);
        uint256 share = _escrow.pay(_seats.workerAt, price, c.backers);
        emit Confirmed(claimId, c.fragment, c.finalState, c.backers, share);
        if (!c.yields) emit Ended(c.finalState);
    }

    /// @inheritdoc IDeal
    function settle(bytes32 claimId) external nonReentrant {
        Claim storage c = _claims.findOldest(claimId);
        if (c.stage != Stage.Disputed) revert WrongStage(claimId, c.stage);
        (bool finished, bool decided, StateRoot finalState, address reporter) = arbiter.verdict(address(this), claimId);
        if (!finished) revert Undecided(claimId);
        if (decided && finalState == c.finalState) {
            c.stage = Stage.Upheld;
            emit Upheld(claimId);
            return;
        }
        emit Struck(claimId, c.fragment, decided, finalState, reporter, c.backers);
        if (_claims.extend(block.timestamp, notice)) emit Closing(_claims.closesAt, _claims.submitted);
        if (!decided) return _claims.strike();
        _claims.install(finalState);
        _slash(c.backers, reporter);
    }

    /// @inheritdoc IDeal
    function reveal(bytes calldata record) external nonReentrant {
        if (_claims.headKind != Head.Hidden) revert NotHidden();
        record.check();
        if (record.root() != _claims.head) revert WrongPrevious(_claims.head, record.root());
        emit Revealed(record);
        // Another program's state can win only where nobody honest played. Nothing can follow it.
        bool follows = record.yielded() && _ofProgram(record);
        _claims.headKind = follows ? Head.Yielded : Head.Halted;
        if (!follows) emit Ended(_claims.head);
    }

    /// @inheritdoc IDeal
    function close() external nonReentrant only(customer) {
        if (_claims.closesAt != 0) revert AlreadyClosing(_claims.closesAt);
        uint256 closesAt = block.timestamp + notice;
        _claims.closesAt = uint40(closesAt); // some 34,000 years of seconds
        emit Closing(closesAt, _claims.submitted);
    }

    // ---- views ----

    /// @inheritdoc IDeal
    function funds() external view returns (uint256) {
        return _escrow.funds;
    }

    /// @inheritdoc IDeal
    function earningsOf(address worker) external view returns (uint256) {
        return _escrow.earnings[worker];
    }

    /// @inheritdoc IDeal
    function seatOf(address worker) external view returns (uint256) {
        return _seats.seatPlusOne[worker];
    }

    /// @inheritdoc IDeal
    function workerAt(uint256 seat) external view returns (address) {
        return _seats.workerAt[seat];
    }

    /// @inheritdoc IDeal
    function terms() external view returns (Terms memory) {
        return
            Terms({
                customer: customer,
                sequencer: sequencer,
                arbiter: arbiter,
                deposits: deposits,
                program: IStepVerifier.Program({
                    codeRoot: codeRoot,
                    memoryRoot: _memoryRoot,
                    cellsRoot: _cellsRoot,
                    sizes: _sizes,
                    header: header,
                    sourcesRoot: _sourcesRoot
                }),
                budget: budget,
                collateralToken: collateralToken,
                collateral: collateral,
                paymentToken: paymentToken,
                price: price,
                reporterShare: reporterShare,
                maxWorkers: maxWorkers,
                maxPending: _claims.cap,
                maxPendingSteps: maxPendingSteps,
                maxInput: maxInput,
                notice: notice
            });
    }

    /// @inheritdoc IDeal
    function pendingSteps() external view returns (uint256) {
        return _claims.pendingSteps();
    }

    /// @inheritdoc IDeal
    function progress()
        external
        view
        returns (
            uint48 submitted,
            uint48 claimed,
            uint48 resolved,
            uint48 attempts,
            uint40 closesAt,
            Head headKind,
            StateRoot head
        )
    {
        Claims.State storage c = _claims;
        return (c.submitted, c.claimed, c.resolved, c.attempts, c.closesAt, c.headKind, c.head);
    }

    /// @inheritdoc IDeal
    function fragmentId(uint256 fragment) external view returns (bytes32) {
        return _claims.fragments[fragment];
    }

    /// @inheritdoc IDeal
    function claimOf(bytes32 claimId) external view returns (Claim memory) {
        return _claims.find(claimId);
    }

    /// @inheritdoc IDeal
    function claimAbout(uint256 fragment) external view returns (Claim memory) {
        if (fragment < _claims.resolved || fragment >= _claims.claimed) revert NothingToClaim(fragment);
        return _claims.ring[fragment % _claims.cap];
    }

    /// @inheritdoc IDeal
    function reserved() public view returns (uint256) {
        return price * _claims.confirmable(block.timestamp);
    }

    // ---- private ----

    /// @dev Whether fragments and workers are still welcome.
    function _takesInput() private view returns (bool) {
        return _claims.closesAt == 0 && _claims.headKind != Head.Halted;
    }

    function _ofProgram(bytes calldata record) private view returns (bool) {
        return record.codeRoot() == codeRoot && record.header() == header;
    }

    function _checkWindow(Claim storage c) private view {
        uint256 end = c.since + period;
        if (block.timestamp >= end) revert WindowOver(c.id, end);
    }

    /// @dev The backers of a struck claim lose deposit and seat. They back no other pending claim:
    /// the struck one was the oldest, and the later ones are dead.
    function _slash(uint256 backers, address reporter) private {
        for (uint256 seat; backers >> seat != 0; ++seat) {
            if (!Seats.has(backers, seat)) continue;
            address worker = _vacate(seat);
            deposits.slash(collateralToken, worker, reporter, reporterShare);
        }
    }

    function _vacate(uint256 seat) private returns (address worker) {
        worker = _seats.vacate(seat);
        emit Left(worker, seat);
    }
}
