// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ChainId} from "./cluster/ChainId.sol";
import {ClusterAgreement} from "./cluster/ClusterAgreement.sol";
import {ClusterClaims} from "./cluster/ClusterClaims.sol";
import {Eras} from "./cluster/Eras.sol";
import {Falls} from "./cluster/Falls.sol";
import {History} from "./cluster/History.sol";
import {Members} from "./cluster/Members.sol";
import {Ballot} from "./cluster/SignBytes.sol";
import {Steps} from "./cluster/Steps.sol";
import {Vote, Votes} from "./cluster/Votes.sol";
import {Escrow} from "./deal/Escrow.sol";
import {PackedRecord} from "./deal/PackedRecord.sol";
import {Seats} from "./deal/Seats.sol";
import {Asset} from "./deposits/Asset.sol";
import {IClusterDeal} from "./interfaces/IClusterDeal.sol";
import {BlockLeaf, Certificate, ClaimedBlock, Evidence, Standing} from "./interfaces/IClusterProofs.sol";
import {IDeal} from "./interfaces/IDeal.sol";
import {ILockHolder} from "./interfaces/ILockHolder.sol";
import {Join} from "./interfaces/ITournament.sol";
import {TournamentId} from "./tournament/Names.sol";
import {HistoryRoot} from "./types/HistoryRoot.sol";
import {StateRoot} from "./types/StateRoot.sol";

/// @title ClusterDeal
/// @notice One contract a cluster. See {IClusterDeal}; the rules of the sequence of claims are in
/// {ClusterClaims}, those of its workers and eras in {Members} and {Eras}, those of the money in
/// {Escrow}.
contract ClusterDeal is ClusterAgreement, ReentrancyGuardTransient {
    using ClusterClaims for ClusterClaims.State;
    using Eras for Eras.Book;
    using Eras for Eras.Era;
    using Escrow for Escrow.Book;
    using Falls for Falls.Fall;
    using Members for Members.Table;
    using PackedRecord for bytes;

    /// @dev When the last era ends at the latest, or zero.
    uint40 private _closesAt;
    Eras.Book private _eras;
    Members.Table private _members;
    ClusterClaims.State private _claims;
    Escrow.Book private _escrow;
    mapping(bytes32 claimId => Falls.Fall) private _falls;
    mapping(bytes32 dispute => Dispute) private _disputes;
    /// @dev The dispute whose verdict is the head, while that is hidden.
    bytes32 private _hidden;

    modifier only(address allowed) {
        if (msg.sender != allowed) revert IDeal.NotAllowed(msg.sender, allowed);
        _;
    }

    constructor(Terms memory terms_) ClusterAgreement(terms_) {
        _claims.cap = terms_.maxPending;
        bytes memory record = _verifier.initialRecord(terms_.program);
        _claims.head = History.appHash(StateRoot.wrap(keccak256(record)), _proofs.emptyHistory(), 0, 0);
        emit Opened(termsHash, terms_, record);
    }

    // ---- workers and eras ----

    /// @inheritdoc IClusterDeal
    function enlist(bytes calldata publicKey, bytes calldata signature) external nonReentrant {
        address key = _proofs.keyOf(address(this), msg.sender, publicKey, signature);
        _members.enlist(msg.sender, key);
        emit Enlisted(msg.sender, key, publicKey);
    }

    /// @inheritdoc ILockHolder
    function admit(address worker, address token, uint256 amount) external nonReentrant only(address(_deposits)) {
        if (!_isOpen()) revert IDeal.Closed();
        if (token != _collateralToken || amount != _collateral) {
            revert IDeal.WrongCollateral(token, amount, _collateralToken, _collateral);
        }
        emit Joined(worker, _members.admit(worker, _size, _eras.count));
    }

    /// @inheritdoc IClusterDeal
    function quit() external nonReentrant {
        _vacate(Seats.find(_members.seats, msg.sender));
    }

    /// @inheritdoc IClusterDeal
    function replace(uint256 seat) external nonReentrant only(_customer) {
        if (_members.seats.workerAt[seat] == address(0)) revert SeatFree(seat);
        _vacate(seat);
    }

    /// @inheritdoc IClusterDeal
    function release(address worker) external nonReentrant {
        Members.Member storage member = _members.leaver(worker);
        (uint256 from, uint256 to) = (member.from, member.to);
        // It took part in the eras from `from` to before `to`.
        if (from < to) {
            if (!_eras.eras[to - 1].isOver(_grace)) revert EraUnderWay(to - 1);
            bytes32 signed = _claims.signedBy(member.seat, from, to - 1);
            if (signed != 0) revert IDeal.StillBacking(signed);
        }
        _members.remove(worker);
        _deposits.release(_collateralToken, worker);
    }

    /// @inheritdoc IClusterDeal
    function begin() external nonReentrant returns (uint16 era) {
        if (!_isOpen()) revert IDeal.Closed();
        _claims.checkFollows();
        era = _eras.begin(_members.seats, _members.keyOf, _size, _grace);
        ClusterClaims.Base memory base = _claims.baseOf(_claims.claimed);
        emit EraBegan(era, base.appHash, base.count);
    }

    /// @inheritdoc IClusterDeal
    function end() external nonReentrant {
        uint256 until = uint256(_eras.latest) + _silence;
        if (block.timestamp < until) revert NotSilent(until);
        if (!_eras.running()) revert NoEra();
        _endEra(block.timestamp);
    }

    // ---- money ----

    /// @inheritdoc IClusterDeal
    function fund(uint256 amount) external payable nonReentrant returns (uint256 received) {
        received = Asset.pull(_paymentToken, amount);
        _escrow.funds += received;
        emit Funded(msg.sender, received);
    }

    /// @inheritdoc IClusterDeal
    function withdrawFunds(uint256 amount, address to) external nonReentrant only(_customer) {
        _escrow.spend(reserved(), amount);
        emit FundsWithdrawn(to, amount);
        Asset.push(_paymentToken, to, amount);
    }

    /// @inheritdoc IClusterDeal
    function withdrawEarnings(address to) external nonReentrant returns (uint256 amount) {
        amount = _escrow.collect(msg.sender);
        if (amount == 0) revert IDeal.NothingEarned(msg.sender);
        emit EarningsWithdrawn(msg.sender, to, amount);
        Asset.push(_paymentToken, to, amount);
    }

    // ---- claims ----

    /// @inheritdoc IClusterDeal
    function claim(
        Certificate calldata certificate,
        bytes calldata record,
        HistoryRoot history,
        uint64 count,
        uint64 steps
    ) external nonReentrant returns (bytes32 id) {
        Eras.Era storage era = _eras.claimable(_grace);
        record.check();
        if (!_ofProgram(record)) revert IDeal.WrongProgram(record.codeRoot(), record.header());
        if (!record.halted()) revert IDeal.StillRunning();
        Standing memory standing = Standing({stateRoot: record.root(), history: history, count: count, steps: steps});
        bytes32 appHash = History.appHash(standing.stateRoot, history, count, steps);
        uint16 number = _eras.count - 1;
        _checkVotes(certificate, appHash, number, era);
        Votes.checkMajority(certificate.votes.length, _size);

        ClusterClaims.Base memory base = _claims.baseOf(_claims.claimed);
        History.checkCount(count);
        uint40 time = certificate.secs;
        if (time > block.timestamp) revert NotYet(time);
        // Otherwise strangers could fill the sequence with claims block by block.
        bool early = _eras.running() && time < uint256(base.time) + _interval;
        if (early) revert TooEarly(uint256(base.time) + _interval, time);
        uint256 covered = _coverage(era, base.time, time);
        // The casts keep values: the coverage and the count are checked to be small.
        id = _claims.append(
            Claim({
                appHash: appHash,
                since: uint40(block.timestamp),
                time: time,
                count: uint40(count),
                steps: steps,
                signers: certificate.voters,
                disputes: 0,
                era: number,
                covered: uint24(covered)
            }),
            base,
            !record.yielded(),
            _maxPendingSteps
        );
        _eras.latest = uint40(block.timestamp); // some 34,000 years of seconds
        emit Claimed(id, number, certificate.ballot.height, standing, time, certificate.voters, covered, record);
    }

    /// @inheritdoc IClusterDeal
    function back(bytes32 claimId, Certificate calldata certificate) external nonReentrant {
        (Claim storage c, ) = _claims.find(claimId);
        _checkWindow(claimId, c);
        if (certificate.voters & ~c.signers == 0) revert NothingAdded(claimId);
        _checkVotes(certificate, c.appHash, c.era, _eras.eras[c.era]);
        c.signers |= certificate.voters;
        emit Backed(claimId, certificate.voters);
    }

    /// @inheritdoc IClusterDeal
    function challenge(
        bytes32 claimId,
        Standing calldata standing,
        Standing calldata base,
        ClaimedBlock calldata claimed,
        bytes calldata previous,
        bytes calldata opening,
        Join calldata join
    ) external nonReentrant returns (bytes32 dispute) {
        (Claim storage c, uint256 number) = _claims.find(claimId);
        _checkWindow(claimId, c);
        _checkStanding(c.appHash, standing);
        _checkStanding(_claims.baseOf(number).appHash, base);
        dispute = keccak256(abi.encode(claimId, claimed.number));
        if (StateRoot.unwrap(_disputes[dispute].finalState) != 0) revert DisputedAlready(dispute);
        (StateRoot before, uint64 stepsBefore, HistoryRoot history) = _proofs.beginningOf(standing, base, claimed);
        if (previous.root() != before) revert IDeal.WrongPrevious(before, previous.root());

        BlockLeaf calldata leaf = claimed.leaf;
        _disputes[dispute] = Dispute({
            claim: claimId,
            number: claimed.number,
            inputLength: leaf.inputLength,
            stepsBefore: stepsBefore,
            inputRoot: leaf.inputRoot,
            finalState: leaf.stateRoot,
            history: history
        });
        ++c.disputes;
        StateRoot initial = _verifier.load(previous, leaf.inputRoot, leaf.inputLength, _budget, opening);
        TournamentId tournament = _arbiter.open(dispute, initial, msg.sender, join);
        emit Disputed(claimId, dispute, msg.sender, claimed.number, tournament, initial);
    }

    // ---- what is known against claims ----

    /// @inheritdoc IClusterDeal
    function settle(bytes32 dispute) external nonReentrant {
        Dispute storage d = _disputes[dispute];
        bytes32 claimId = d.claim;
        if (claimId == 0) revert NoDispute(dispute);
        (Claim storage c, ) = _claims.find(claimId);
        (bool finished, bool decided, StateRoot finalState, address reporter) = _arbiter.verdict(
            address(this),
            dispute
        );
        if (!finished) revert IDeal.Undecided(dispute);
        d.claim = 0;
        --c.disputes;
        if (decided && finalState == d.finalState) {
            emit Upheld(claimId, dispute);
            return;
        }
        d.finalState = finalState;
        _fall(claimId, d.number, decided ? dispute : bytes32(0), finalState, decided ? reporter : address(0));
    }

    /// @inheritdoc IClusterDeal
    function contradict(
        bytes32 claimId,
        Standing calldata standing,
        Standing calldata base,
        Evidence calldata evidence
    ) external nonReentrant {
        (Claim storage c, uint256 number) = _claims.find(claimId);
        ClusterClaims.Base memory before = _claims.baseOf(number);
        _checkStanding(c.appHash, standing);
        _checkStanding(before.appHash, base);
        _proofs.checkContradiction(standing, base, _budget, evidence);
        _fall(claimId, before.count, 0, StateRoot.wrap(0), msg.sender);
    }

    /// @inheritdoc IClusterDeal
    function equivocation(
        uint16 era,
        uint8 seat,
        Ballot calldata one,
        Vote calldata vote,
        Ballot calldata other,
        Vote calldata otherVote
    ) external nonReentrant {
        address key = _proofs.equivocator(address(this), era, one, vote, other, otherVote);
        Eras.Era storage e = _eras.eras[era];
        address worker = e.workerAt[seat];
        if (worker == address(0) || !_members.isLocked(worker)) revert NoDeposit(era, seat);
        if (key != e.keyAt[seat]) revert NotOfSeat(e.keyAt[seat], key);
        emit Equivocated(worker, era, msg.sender);
        _slash(worker, msg.sender);
    }

    // ---- ends of claims ----

    /// @inheritdoc IClusterDeal
    function confirm(bytes32 claimId) external nonReentrant {
        Claim storage c = _claims.findOldest(claimId);
        _checkSettled(claimId, c);
        if (_falls[claimId].fallen) revert Fallen(claimId);
        _claims.confirm(c);
        uint256 share = _rate * c.covered;
        share = _escrow.pay(_eras.eras[c.era].workerAt, share * Seats.count(c.signers), c.signers);
        emit Confirmed(claimId, c.appHash, c.count, c.signers, share);
        if (_claims.headKind == Head.Halted) _ended();
    }

    /// @inheritdoc IClusterDeal
    function strike(bytes32 claimId) external nonReentrant {
        Claim storage c = _claims.findOldest(claimId);
        _checkSettled(claimId, c);
        Falls.Fall storage fall = _falls[claimId];
        if (!fall.fallen) revert NotFallen(claimId);
        _claims.strike();
        if (fall.dispute != 0) {
            _claims.headKind = Head.Hidden;
            _hidden = fall.dispute;
        }
        emit Struck(claimId, fall.number, fall.dispute, fall.reporter, c.signers);
        if (fall.reporter == address(0)) return;
        Eras.Era storage era = _eras.eras[c.era];
        for (uint256 seat; uint256(c.signers) >> seat != 0; ++seat) {
            if (!Seats.has(c.signers, seat)) continue;
            address worker = era.workerAt[seat];
            // One that voted twice, or signed an earlier false claim, has lost its deposit already.
            if (_members.isLocked(worker)) _slash(worker, fall.reporter);
        }
    }

    /// @inheritdoc IClusterDeal
    function reveal(bytes calldata record, bytes32[] calldata proof) external nonReentrant {
        if (_claims.headKind != Head.Hidden) revert IDeal.NotHidden();
        Dispute storage d = _disputes[_hidden];
        record.check();
        if (record.root() != d.finalState) revert IDeal.WrongPrevious(d.finalState, record.root());
        (bool possible, uint64 steps) = Steps.sum(d.stepsBefore, _budget, record);
        bytes32 leaf = History.leaf(d.inputRoot, d.inputLength, steps, d.finalState);
        HistoryRoot history = _proofs.historyAfter(d.history, d.number, leaf, proof);
        uint40 count = d.number + 1;
        Standing memory standing = Standing({stateRoot: d.finalState, history: history, count: count, steps: steps});
        bytes32 appHash = History.appHash(d.finalState, history, count, steps);
        emit Revealed(standing, record);
        // Another program's state can win only where nobody honest played. Nothing can follow it.
        bool follows = possible && record.yielded() && _ofProgram(record);
        _claims.install(appHash, count, steps, !follows);
        if (!follows) _ended();
    }

    /// @inheritdoc IClusterDeal
    function close() external nonReentrant only(_customer) {
        if (_closesAt != 0) revert IDeal.AlreadyClosing(_closesAt);
        uint256 last = block.timestamp + _notice;
        _closesAt = uint40(last); // some 34,000 years of seconds
        emit Closing(last);
        _endEra(last);
    }

    // ---- views ----

    /// @inheritdoc IClusterDeal
    function funds() external view returns (uint256) {
        return _escrow.funds;
    }

    /// @inheritdoc IClusterDeal
    function earningsOf(address worker) external view returns (uint256) {
        return _escrow.earnings[worker];
    }

    /// @inheritdoc IClusterDeal
    function seatOf(address worker) external view returns (uint256) {
        return _members.seats.seatPlusOne[worker];
    }

    /// @inheritdoc IClusterDeal
    function workerAt(uint256 seat) external view returns (address) {
        return _members.seats.workerAt[seat];
    }

    /// @inheritdoc IClusterDeal
    function keyOf(address worker) external view returns (address) {
        return _members.keyOf[worker];
    }

    /// @inheritdoc IClusterDeal
    function eraOf(
        uint16 era
    ) external view returns (uint256 start, uint256 end_, address[] memory workers, address[] memory consensusKeys) {
        Eras.Era storage e = _eras.eras[era];
        return (e.start, e.end, e.workers(_size), e.keys(_size));
    }

    /// @inheritdoc IClusterDeal
    function progress()
        external
        view
        returns (
            uint48 claimed,
            uint48 resolved,
            uint32 strikes,
            uint16 eras,
            uint40 closesAt,
            Head headKind,
            bytes32 head,
            uint40 count,
            uint64 steps
        )
    {
        ClusterClaims.State storage c = _claims;
        return (c.claimed, c.resolved, c.strikes, _eras.count, _closesAt, c.headKind, c.head, c.count, c.steps);
    }

    /// @inheritdoc IClusterDeal
    function claimOf(bytes32 claimId) external view returns (Claim memory) {
        (Claim storage c, ) = _claims.find(claimId);
        return c;
    }

    /// @inheritdoc IClusterDeal
    function claimIdAt(uint256 number) external view returns (bytes32) {
        if (number < _claims.resolved || number >= _claims.claimed) revert IDeal.NothingToClaim(number);
        return _claims.idAt(number);
    }

    /// @inheritdoc IClusterDeal
    function disputeOf(bytes32 dispute) external view returns (Dispute memory) {
        return _disputes[dispute];
    }

    /// @inheritdoc IClusterDeal
    function reserved() public view returns (uint256) {
        return _rate * _size * _claims.covered;
    }

    /// @inheritdoc IClusterDeal
    function chainId(uint16 era) public view returns (string memory) {
        return string(ChainId.named(address(this), era));
    }

    // ---- private ----

    /// @dev Whether workers and eras are still welcome.
    function _isOpen() private view returns (bool) {
        return _closesAt == 0 && _claims.headKind != Head.Halted;
    }

    function _ofProgram(bytes calldata record) private view returns (bool) {
        return record.codeRoot() == _codeRoot && record.header() == _header;
    }

    function _checkWindow(bytes32 claimId, Claim storage c) private view {
        uint256 closes = c.since + _period;
        if (block.timestamp >= closes) revert IDeal.WindowOver(claimId, closes);
    }

    /// @dev Nothing can be opened against the claim any more, and nothing that was is open.
    function _checkSettled(bytes32 claimId, Claim storage c) private view {
        uint256 closes = c.since + _period;
        if (block.timestamp < closes) revert IDeal.WindowOpen(claimId, closes);
        if (c.disputes != 0) revert StillDisputed(claimId, c.disputes);
    }

    function _checkStanding(bytes32 expected, Standing calldata standing) private pure {
        bytes32 actual = History.appHash(standing.stateRoot, standing.history, standing.count, standing.steps);
        if (actual != expected) revert WrongStanding(expected, actual);
    }

    /// @dev The votes are those of the voters, for a block with that time and app hash.
    function _checkVotes(
        Certificate calldata certificate,
        bytes32 appHash,
        uint16 number,
        Eras.Era storage era
    ) private view {
        _proofs.check(address(this), number, appHash, certificate, era.keys(_size));
    }

    /// @dev Seconds that a claim is paid for: as many as it covers, and as can be paid.
    function _coverage(Eras.Era storage era, uint256 before, uint256 time) private view returns (uint256 covered) {
        covered = era.coverage(before, time);
        uint256 price = _rate * _size;
        if (price == 0) return covered;
        uint256 funded = (_escrow.funds - reserved()) / price;
        if (covered > funded) covered = funded;
    }

    function _fall(bytes32 claimId, uint40 number, bytes32 dispute, StateRoot finalState, address reporter) private {
        if (_falls[claimId].enter(number, dispute, reporter)) ++_claims.fallen;
        emit Fell(claimId, dispute, number, finalState, reporter);
        // Liars have no era to go on with.
        if (reporter != address(0)) _endEra(block.timestamp);
    }

    function _ended() private {
        emit Ended(_claims.head);
        _endEra(block.timestamp);
    }

    function _endEra(uint256 time) private {
        if (_eras.endAt(time)) emit EraEnded(_eras.count - 1, time);
    }

    function _slash(address worker, address reporter) private {
        uint256 seatPlusOne = _members.seats.seatPlusOne[worker];
        if (seatPlusOne != 0) _vacate(seatPlusOne - 1);
        _members.remove(worker);
        _deposits.slash(_collateralToken, worker, reporter, _reporterShare);
    }

    /// @dev Frees a seat; the era in which it is taken ends.
    function _vacate(uint256 seat) private {
        address worker = _members.vacate(seat, _eras.count);
        emit Left(worker, seat);
        bool takesPart = _eras.running() && _eras.current().workerAt[seat] == worker;
        if (takesPart) _endEra(block.timestamp);
    }
}
