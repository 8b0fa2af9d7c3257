// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Chain} from "./deal/Chain.sol";
import {DealTerms} from "./deal/DealTerms.sol";
import {Escrow} from "./deal/Escrow.sol";
import {Input} from "./deal/Input.sol";
import {Record} from "./deal/Record.sol";
import {Seats} from "./deal/Seats.sol";
import {Asset} from "./deposits/Asset.sol";
import {IArbiter} from "./interfaces/IArbiter.sol";
import {IDeal} from "./interfaces/IDeal.sol";
import {IDeposits} from "./interfaces/IDeposits.sol";
import {IStepVerifier} from "./interfaces/IStepVerifier.sol";
import {Join} from "./interfaces/ITournament.sol";

/// @title Deal
/// @notice One contract a Deal. See {IDeal}; the rules of the chain of claims are in {Chain}, those of the money in {Escrow}.
contract Deal is IDeal, ReentrancyGuardTransient {
    using Chain for Chain.State;
    using Escrow for Escrow.Book;
    using Record for bytes;
    using Seats for Seats.Table;

    address public immutable customer;
    address public immutable sequencer;
    IArbiter public immutable arbiter;
    IDeposits public immutable deposits;
    /// @notice The arbiter's verifier.
    IStepVerifier public immutable verifier;
    /// @notice A claim's window in seconds: the arbiter's period.
    uint64 public immutable period;
    bytes32 public immutable codeRoot;
    bytes32 public immutable header;
    uint64 public immutable budget;
    address public immutable collateralToken;
    uint256 public immutable collateral;
    address public immutable paymentToken;
    uint256 public immutable price;
    uint256 public immutable reporterShare;
    uint256 public immutable maxWorkers;
    uint256 public immutable maxInput;
    uint256 public immutable notice;
    /// @inheritdoc IDeal
    bytes32 public immutable termsHash;

    Chain.State private chain;
    Seats.Table private seats;
    Escrow.Book private escrow;

    modifier only(address allowed) {
        require(msg.sender == allowed, NotAllowed(msg.sender, allowed));
        _;
    }

    constructor(Terms memory terms) {
        arbiter = terms.arbiter;
        verifier = terms.arbiter.verifier();
        period = terms.arbiter.period();
        DealTerms.check(terms, terms.arbiter.capacity());
        termsHash = DealTerms.hash(terms);
        customer = terms.customer;
        sequencer = terms.sequencer;
        deposits = terms.deposits;
        codeRoot = terms.program.codeRoot;
        header = terms.program.header;
        budget = terms.budget;
        collateralToken = terms.collateralToken;
        collateral = terms.collateral;
        paymentToken = terms.paymentToken;
        price = terms.price;
        reporterShare = terms.reporterShare;
        maxWorkers = terms.maxWorkers;
        maxInput = terms.maxInput;
        notice = terms.notice;
        chain.cap = terms.maxPending;
        bytes memory record = verifier.initialRecord(terms.program);
        chain.head = keccak256(record);
        emit Opened(termsHash, terms, record);
    }

    // ---- workers' seats ----

    /// @inheritdoc IDeal
    function admit(address worker, address token, uint256 amount) external nonReentrant only(address(deposits)) {
        require(_takesInput(), Closed());
        bool right = token == collateralToken && amount == collateral;
        require(right, WrongCollateral(token, amount, collateralToken, collateral));
        emit Joined(worker, seats.take(worker, maxWorkers));
    }

    /// @inheritdoc IDeal
    function quit() external nonReentrant {
        uint256 seat = seats.find(msg.sender);
        bytes32 backed = chain.backedBy(seat);
        require(backed == 0, StillBacking(backed));
        _vacate(seat);
        deposits.release(collateralToken, msg.sender);
    }

    // ---- money ----

    /// @inheritdoc IDeal
    function fund(uint256 amount) external payable nonReentrant returns (uint256 received) {
        received = Asset.pull(paymentToken, amount);
        escrow.funds += received;
        emit Funded(msg.sender, received);
    }

    /// @inheritdoc IDeal
    function withdrawFunds(uint256 amount, address to) external nonReentrant only(customer) {
        escrow.spend(reserved(), amount);
        emit FundsWithdrawn(to, amount);
        Asset.push(paymentToken, to, amount);
    }

    /// @inheritdoc IDeal
    function withdrawEarnings(address to) external nonReentrant returns (uint256 amount) {
        amount = escrow.collect(msg.sender);
        require(amount > 0, NothingEarned(msg.sender));
        emit EarningsWithdrawn(msg.sender, to, amount);
        Asset.push(paymentToken, to, amount);
    }

    // ---- fragments and claims ----

    /// @inheritdoc IDeal
    function submit(bytes calldata data) external nonReentrant only(sequencer) returns (bytes32 id) {
        require(_takesInput(), Closed());
        require(data.length <= maxInput, InputTooLong(data.length, maxInput));
        escrow.check(reserved(), price);
        bytes32 inputRoot = Input.root(data);
        uint256 fragment;
        (fragment, id) = chain.submit(inputRoot, data.length);
        emit Submitted(fragment, id, inputRoot, data);
    }

    /// @inheritdoc IDeal
    function claim(
        bytes32 fragmentId_,
        bytes32 previous,
        bytes calldata record
    ) external nonReentrant returns (bytes32 id) {
        uint256 seat = seats.find(msg.sender);
        require(chain.takesClaims(block.timestamp), Closed());
        record.check();
        require(_ofProgram(record), WrongProgram(record.codeRoot(), record.header()));
        require(record.halted(), StillRunning());
        uint256 fragment;
        (fragment, id) = chain.append(fragmentId_, previous, record.root(), record.yielded(), seat);
        emit Claimed(id, fragment, msg.sender, previous, record);
    }

    /// @inheritdoc IDeal
    function back(bytes32 claimId) external nonReentrant {
        uint256 seat = seats.find(msg.sender);
        Claim storage c = chain.find(claimId);
        _checkWindow(c);
        require(!Seats.has(c.backers, seat), AlreadyBacked(claimId, msg.sender));
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
    ) external payable nonReentrant returns (bytes32 tournament) {
        Claim storage c = chain.find(claimId);
        _checkWindow(c);
        require(c.stage == Stage.open, WrongStage(claimId, c.stage));
        c.stage = Stage.disputed;

        bytes32 named = Chain.fragmentIdOf(c.fragment, input.root, input.length);
        bytes32 submitted = chain.fragments[c.fragment];
        require(named == submitted, WrongFragment(submitted, named));
        bytes32 before = chain.previousOf(c.fragment);
        require(previous.root() == before, WrongPrevious(before, previous.root()));

        bytes32 initial = verifier.load(previous, input.root, input.length, budget, opening);
        tournament = arbiter.open{value: msg.value}(claimId, initial, msg.sender, join);
        emit Challenged(claimId, msg.sender, tournament, initial);
    }

    // ---- ends of claims ----

    /// @inheritdoc IDeal
    function confirm(bytes32 claimId) external nonReentrant {
        Claim storage c = chain.findOldest(claimId);
        uint256 end = c.since + period;
        require(block.timestamp >= end, WindowOpen(claimId, end));
        require(c.stage != Stage.disputed, WrongStage(claimId, c.stage));
        chain.confirm(c);
        uint256 share = escrow.pay(seats, price, c.backers);
        emit Confirmed(claimId, c.fragment, c.finalState, c.backers, share);
        if (!c.yields) emit Ended(c.finalState);
    }

    /// @inheritdoc IDeal
    function settle(bytes32 claimId) external nonReentrant {
        Claim storage c = chain.findOldest(claimId);
        require(c.stage == Stage.disputed, WrongStage(claimId, c.stage));
        (bool finished, bool decided, bytes32 finalState, address reporter) = arbiter.verdict(address(this), claimId);
        require(finished, Undecided(claimId));
        if (decided && finalState == c.finalState) {
            c.stage = Stage.upheld;
            emit Upheld(claimId);
            return;
        }
        emit Struck(claimId, c.fragment, decided, finalState, reporter, c.backers);
        if (!decided) return chain.strike();
        chain.install(finalState);
        _slash(c.backers, reporter);
    }

    /// @inheritdoc IDeal
    function reveal(bytes calldata record) external nonReentrant {
        require(chain.headKind == Head.hidden, NotHidden());
        record.check();
        require(record.root() == chain.head, WrongPrevious(chain.head, record.root()));
        emit Revealed(record);
        // Another program's state can win only where nobody honest played. Nothing can follow it.
        bool follows = record.yielded() && _ofProgram(record);
        chain.headKind = follows ? Head.yielded : Head.halted;
        if (!follows) emit Ended(chain.head);
    }

    /// @inheritdoc IDeal
    function close() external nonReentrant only(customer) {
        require(chain.closesAt == 0, AlreadyClosing(chain.closesAt));
        uint256 closesAt = block.timestamp + notice;
        chain.closesAt = uint40(closesAt); // some 34,000 years of seconds
        emit Closing(closesAt);
    }

    // ---- views ----

    /// @inheritdoc IDeal
    function funds() external view returns (uint256) {
        return escrow.funds;
    }

    /// @inheritdoc IDeal
    function reserved() public view returns (uint256) {
        return price * chain.confirmable(block.timestamp);
    }

    /// @inheritdoc IDeal
    function earningsOf(address worker) external view returns (uint256) {
        return escrow.earnings[worker];
    }

    /// @inheritdoc IDeal
    function seatOf(address worker) external view returns (uint256) {
        return seats.seatPlusOne[worker];
    }

    /// @inheritdoc IDeal
    function workerAt(uint256 seat) external view returns (address) {
        return seats.workerAt[seat];
    }

    /// @inheritdoc IDeal
    function maxPending() external view returns (uint256) {
        return chain.cap;
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
            bytes32 head
        )
    {
        Chain.State storage c = chain;
        return (c.submitted, c.claimed, c.resolved, c.attempts, c.closesAt, c.headKind, c.head);
    }

    /// @inheritdoc IDeal
    function fragmentId(uint256 fragment) external view returns (bytes32) {
        return chain.fragments[fragment];
    }

    /// @inheritdoc IDeal
    function claimOf(bytes32 claimId) external view returns (Claim memory) {
        return chain.find(claimId);
    }

    /// @inheritdoc IDeal
    function claimAbout(uint256 fragment) external view returns (Claim memory) {
        require(fragment >= chain.resolved && fragment < chain.claimed, NothingToClaim(fragment));
        return chain.ring[fragment % chain.cap];
    }

    // ---- private ----

    /// @dev Whether fragments and workers are still welcome.
    function _takesInput() private view returns (bool) {
        return chain.closesAt == 0 && chain.headKind != Head.halted;
    }

    function _ofProgram(bytes calldata record) private view returns (bool) {
        return record.codeRoot() == codeRoot && record.header() == header;
    }

    function _checkWindow(Claim storage c) private view {
        uint256 end = c.since + period;
        require(block.timestamp < end, WindowOver(c.id, end));
    }

    /// @dev The backers of a struck claim lose deposit and seat. They back no other pending claim: the struck one was the
    /// oldest, and the later ones are dead.
    function _slash(uint256 backers, address reporter) private {
        for (uint256 seat; backers >> seat != 0; ++seat) {
            if (!Seats.has(backers, seat)) continue;
            address worker = _vacate(seat);
            deposits.slash(collateralToken, worker, reporter, reporterShare);
        }
    }

    function _vacate(uint256 seat) private returns (address worker) {
        worker = seats.vacate(seat);
        emit Left(worker, seat);
    }
}
