// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Deal} from "../../../contracts/Deal.sol";
import {Deposits} from "../../../contracts/Deposits.sol";
import {IDeal} from "../../../contracts/interfaces/IDeal.sol";
import {IDeposits} from "../../../contracts/interfaces/IDeposits.sol";
import {IStepVerifier} from "../../../contracts/interfaces/IStepVerifier.sol";
import {Join} from "../../../contracts/interfaces/ITournament.sol";
import {Input} from "../../../contracts/deal/Input.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";
import {ToyArbiter} from "../../harness/deal/ToyArbiter.sol";
import {ToyLoader} from "../../harness/deal/ToyLoader.sol";
import {PlainToken} from "../../harness/deposits/Tokens.sol";
import {VM} from "../../support/Vm.sol";
import {leftOfSeed, recordOfSeed} from "./Records.sol";

/// @dev What `act` takes for an action: numbers from one of these to the next one mean the same, so
/// some actions are more probable than others.
uint256 constant SUBMIT = 0;
uint256 constant CLAIM = 4;
uint256 constant BACK = 10;
uint256 constant CHALLENGE = 16;
uint256 constant DECIDE = 20;
uint256 constant SETTLE = 23;
uint256 constant CONFIRM = 25;
uint256 constant PASS = 27;
uint256 constant REVEAL = 29;
uint256 constant JOIN = 30;
uint256 constant QUIT = 31;
uint256 constant FUND = 32;
uint256 constant WITHDRAW_FUNDS = 33;
uint256 constant WITHDRAW_EARNINGS = 34;
uint256 constant CLOSE = 35;
uint256 constant ALL = 36;

/// @title What workers, customer, challengers and an arbiter can do about a Deal
/// @notice Every action says beforehand whether it must succeed and what it may change; `surprise`
/// keeps the first that did otherwise. {holds} states what is true between actions.
abstract contract DealActions {
    uint256 internal constant WORKERS = 6;
    uint256 internal constant COLLATERAL = 1_001;
    uint256 internal constant PRICE = 101;
    uint256 internal constant SHARE = 2_500;
    uint8 internal constant CAP = 3;
    uint8 internal constant SEATS = 4;
    uint64 internal constant PERIOD = 1 hours;
    uint32 internal constant NOTICE = 1 hours;
    uint64 internal constant BUDGET = 1_000;
    /// @dev Less than what CAP claims may take.
    uint64 internal constant STEPS = 1_500;
    address internal constant CUSTOMER = address(0xc057);
    address internal constant SEQUENCER = address(0x5e9);
    address internal constant CHALLENGER = address(0xca11);

    Deal public immutable deal;
    Deposits public immutable deposits;
    ToyArbiter public immutable arbiter;
    /// @notice What the workers deposit, and what the customer pays with. Zero means ETH.
    address public immutable collateralToken;
    address public immutable paymentToken;
    string public surprise;

    /// @notice Every claim ever made, and the record and input of every root.
    bytes32[] public claims;
    mapping(bytes32 id => bool) public seen;
    mapping(StateRoot root => bytes) public recordOf;
    bytes[] public inputs;
    /// @notice What came into the Deal less what left it.
    uint256 public inside;
    /// @notice How often an action did something.
    mapping(bytes32 action => uint256) public done;

    constructor(address collateralToken_, address paymentToken_) {
        (collateralToken, paymentToken) = (collateralToken_, paymentToken_);
        ToyLoader loader = new ToyLoader();
        arbiter = new ToyArbiter(loader, PERIOD, 1 << 20);
        deposits = new Deposits(1 hours);
        IStepVerifier.Program memory program = IStepVerifier.Program(
            "code",
            "memory",
            "cells",
            "sizes",
            "header",
            "src"
        );
        bytes memory initial = loader.initialRecord(program);
        recordOf[StateRoot.wrap(keccak256(initial))] = initial;
        deal = new Deal(
            IDeal.Terms({
                customer: CUSTOMER,
                sequencer: SEQUENCER,
                arbiter: arbiter,
                deposits: deposits,
                program: program,
                budget: BUDGET,
                collateralToken: collateralToken_,
                collateral: COLLATERAL,
                paymentToken: paymentToken_,
                price: PRICE,
                reporterShare: uint16(SHARE),
                maxWorkers: SEATS,
                maxPending: CAP,
                maxPendingSteps: STEPS,
                maxInput: 100,
                notice: NOTICE
            })
        );
        for (uint256 i; i < 3; ++i) _join(i);
        for (uint256 i; i < 4; ++i) _fund(10 * PRICE - 1);
    }

    /// @notice Four actions at random.
    function turn(uint256 seed) external {
        for (uint256 i; i < 4; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            act(uint8(seed), uint16(seed >> 8), uint32(seed >> 24), uint32(seed >> 56));
        }
    }

    /// @notice One action; what `a`, `b` and `c` mean depends on it.
    function act(uint256 kind, uint256 a, uint256 b, uint256 c) public {
        kind %= ALL;
        if (kind < CLAIM) _submit(bytes32(a), b);
        else if (kind < BACK) _claim(a, b, c);
        else if (kind < CHALLENGE) _back(a, b);
        else if (kind < DECIDE) _challenge(a);
        else if (kind < SETTLE) _decide(a, b);
        else if (kind < CONFIRM) _settle(a);
        else if (kind < PASS) _confirm(a);
        else if (kind < REVEAL) _pass(a);
        else if (kind == REVEAL) _reveal();
        else if (kind == JOIN) _join(a);
        else if (kind == QUIT) _quit(a);
        else if (kind == FUND) _fund(a);
        else if (kind == WITHDRAW_FUNDS) _withdrawFunds(a);
        else if (kind == WITHDRAW_EARNINGS) _withdrawEarnings(a);
        else _close(a);
    }

    // ---- people ----

    function worker(uint256 i) public pure returns (address) {
        return address(uint160(0x3040 + (i % WORKERS)));
    }

    function _join(uint256 who) internal {
        address w = worker(who);
        if (deal.seatOf(w) != 0) return;
        _give(collateralToken, w, COLLATERAL, address(deposits));
        VM.prank(w);
        deposits.deposit{value: _value(collateralToken, COLLATERAL)}(collateralToken, COLLATERAL);
        bool right = _takesInput() && _freeSeat();
        bytes32 terms = deal.termsHash();
        VM.prank(w);
        try deposits.lock(address(deal), collateralToken, COLLATERAL, terms) {
            _check(right, "join succeeded");
            ++done["join"];
        } catch {
            _check(!right, "join failed");
        }
    }

    function _quit(uint256 who) internal {
        address w = worker(who);
        uint256 seat = deal.seatOf(w);
        bool right = seat != 0 && !_backsAny(seat - 1);
        VM.prank(w);
        try deal.quit() {
            _check(right, "quit succeeded");
            _check(_lock(w) == 0, "quit left a lock");
            ++done["quit"];
        } catch {
            _check(!right, "quit failed");
        }
    }

    // ---- money ----

    function _fund(uint256 amount) internal {
        amount %= 10 * PRICE;
        _give(paymentToken, CUSTOMER, amount, address(deal));
        VM.prank(CUSTOMER);
        inside += deal.fund{value: _value(paymentToken, amount)}(amount);
    }

    function _withdrawFunds(uint256 amount) internal {
        uint256 unreserved = deal.funds() - deal.reserved();
        amount %= unreserved + unreserved / 8 + 2;
        VM.prank(CUSTOMER);
        try deal.withdrawFunds(amount, CUSTOMER) {
            _check(amount <= unreserved, "withdrew what is reserved");
            inside -= amount;
            ++done["withdrawFunds"];
        } catch {
            _check(amount > unreserved, "withdrawFunds failed");
        }
    }

    function _withdrawEarnings(uint256 who) internal {
        address w = worker(who);
        uint256 earned = deal.earningsOf(w);
        VM.prank(w);
        try deal.withdrawEarnings(w) returns (uint256 amount) {
            _check(earned > 0 && amount == earned, "withdrew other earnings");
            inside -= amount;
            ++done["withdrawEarnings"];
        } catch {
            _check(earned == 0, "withdrawEarnings failed");
        }
    }

    // ---- fragments and claims ----

    function _submit(bytes32 data, uint256 length) internal {
        bytes memory input = bytes.concat(data, data, data, data);
        length %= 101;
        // Memory-safe: only shortens the array.
        assembly ("memory-safe") {
            mstore(input, length)
        }
        bool right = _takesInput() && deal.funds() - deal.reserved() >= PRICE;
        VM.prank(SEQUENCER);
        try deal.submit(input) {
            _check(right, "submit succeeded");
            inputs.push(input);
            ++done["submit"];
        } catch {
            _check(!right, "submit failed");
        }
    }

    /// @param kind Of 16 claims one says that the program ended, and one has more left than it had.
    function _claim(uint256 who, uint256 seed, uint256 kind) internal {
        (uint48 submitted, uint48 claimed, uint48 resolved, , , IDeal.Head headKind, StateRoot head) = deal.progress();
        address w = worker(who);
        bool pending = claimed > resolved;
        IDeal.Claim memory last = pending ? deal.claimAbout(claimed - 1) : _none();
        bytes memory record = recordOfSeed(seed, kind % 16 == 0 ? 3 : 1);
        if (kind % 16 == 1) record[213] = 0xff; // 2^16 steps and more
        bool right =
            deal.seatOf(w) != 0 &&
                kind % 16 != 1 &&
                (!pending || _pendingSteps() + BUDGET - leftOfSeed(seed) <= STEPS) &&
                claimed < submitted &&
                claimed - resolved < CAP &&
                _takesClaims() &&
                (pending ? last.yields : headKind == IDeal.Head.Yielded);
        bytes32 fragment = deal.fragmentId(claimed);
        StateRoot previous = pending ? last.finalState : head;
        VM.prank(w);
        try deal.claim(fragment, previous, record) returns (bytes32 id) {
            _check(right, "claim succeeded");
            _check(!seen[id], "two claims have one id");
            seen[id] = true;
            claims.push(id);
            recordOf[StateRoot.wrap(keccak256(record))] = record;
            ++done["claim"];
        } catch {
            _check(!right, "claim failed");
        }
    }

    function _back(uint256 who, uint256 which) internal {
        (bool pending, IDeal.Claim memory c) = _anyClaim(which);
        uint256 seat = deal.seatOf(worker(who));
        bool right = pending && seat != 0 && _inWindow(c) && (c.backers >> (seat - 1)) & 1 == 0;
        VM.prank(worker(who));
        try deal.back(c.id) {
            _check(right, "back succeeded");
            ++done["back"];
        } catch {
            _check(!right, "back failed");
        }
    }

    function _challenge(uint256 which) internal {
        (bool pending, IDeal.Claim memory c) = _anyClaim(which);
        bool right = pending && _inWindow(c) && c.stage == IDeal.Stage.Open;
        bytes memory input = pending ? inputs[c.fragment] : bytes("");
        bytes memory before = recordOf[pending ? _previousOf(c) : StateRoot.wrap(0)];
        Join memory commitment;
        IDeal.FragmentInput memory named = IDeal.FragmentInput(this.rootOf(input), uint64(input.length));
        VM.prank(CHALLENGER);
        try deal.challenge(c.id, named, before, abi.encode(keccak256(before)), commitment) {
            _check(right, "challenge succeeded");
            ++done["challenge"];
        } catch {
            _check(!right, "challenge failed");
        }
    }

    // ---- verdicts ----

    /// @notice The arbiter decides about any claim there ever was: for it, for another state, or
    /// for nobody. That by itself changes nothing in the Deal.
    function _decide(uint256 which, uint256 verdict) internal {
        if (claims.length == 0) return;
        (bool pending, IDeal.Claim memory c) = _anyClaim(which);
        bytes32 id = c.id;
        bytes memory other = recordOfSeed(verdict, verdict % 5 == 0 ? 2 : 1);
        recordOf[StateRoot.wrap(keccak256(other))] = other;
        bool same = pending && verdict % 3 == 0;
        bytes32 print = fingerprint();
        arbiter.decide(
            address(deal),
            id,
            verdict % 3 != 1,
            same ? c.finalState : StateRoot.wrap(keccak256(other)),
            CHALLENGER
        );
        _check(fingerprint() == print, "a verdict changed the Deal by itself");
    }

    function _settle(uint256 which) internal {
        (bool pending, IDeal.Claim memory c) = _anyClaim(which);
        (uint48 submitted, uint48 claimed, uint48 resolved, , uint40 closesAt, , ) = deal.progress();
        (bool finished, bool decided, StateRoot finalState, address reporter) = arbiter.verdict(address(deal), c.id);
        bool right = pending && c.fragment == resolved && c.stage == IDeal.Stage.Disputed && finished;
        uint256[WORKERS] memory locks;
        uint256[WORKERS] memory seats;
        for (uint256 i; i < WORKERS; ++i) (locks[i], seats[i]) = (_lock(worker(i)), deal.seatOf(worker(i)));
        uint256 burned = deposits.burned(collateralToken);
        uint256 free = deposits.freeOf(collateralToken, reporter);
        uint256 money = deal.funds();
        try deal.settle(c.id) {
            _check(right, "settle succeeded");
            bool slashes = decided && finalState != c.finalState;
            uint256 slashed;
            for (uint256 i; i < WORKERS; ++i) {
                bool backer = seats[i] != 0 && (c.backers >> (seats[i] - 1)) & 1 == 1;
                if (slashes && backer) ++slashed;
                _check(_lock(worker(i)) == (slashes && backer ? 0 : locks[i]), "slashed somebody else");
                _check(slashes && backer ? deal.seatOf(worker(i)) == 0 : deal.seatOf(worker(i)) == seats[i], "seat");
            }
            uint256 reward = (COLLATERAL * SHARE) / 10_000;
            _check(deposits.freeOf(collateralToken, reporter) == free + slashed * reward, "another reward");
            uint256 rest = COLLATERAL - reward;
            _check(deposits.burned(collateralToken) == burned + slashed * rest, "burned another amount");
            _check(deal.funds() == money, "a verdict paid somebody");
            bool strikes = !decided || slashes;
            _afterSettle(c, decided, finalState);
            _notice(strikes && closesAt != 0, submitted, claimed, closesAt);
        } catch {
            _check(!right, "settle failed");
        }
    }

    function _confirm(uint256 which) internal {
        (bool pending, IDeal.Claim memory c) = _anyClaim(which);
        (, , uint48 resolved, , , , ) = deal.progress();
        bool right = pending && c.fragment == resolved && !_inWindow(c) && c.stage != IDeal.Stage.Disputed;
        uint256[WORKERS] memory earned;
        for (uint256 i; i < WORKERS; ++i) earned[i] = deal.earningsOf(worker(i));
        uint256 money = deal.funds();
        try deal.confirm(c.id) {
            _check(right, "confirm succeeded");
            uint256 n = _count(c.backers);
            for (uint256 i; i < WORKERS; ++i) {
                uint256 seat = deal.seatOf(worker(i));
                bool backer = seat != 0 && (c.backers >> (seat - 1)) & 1 == 1;
                _check(deal.earningsOf(worker(i)) == earned[i] + (backer ? PRICE / n : 0), "paid otherwise");
            }
            _check(deal.funds() == money - (PRICE / n) * n, "took another price");
            (, , , , , , StateRoot head) = deal.progress();
            _check(head == c.finalState, "another head");
            ++done["confirm"];
        } catch {
            _check(!right, "confirm failed");
        }
    }

    function _reveal() internal {
        (, , , , , IDeal.Head headKind, StateRoot head) = deal.progress();
        bytes memory record = recordOf[head];
        try deal.reveal(record) {
            _check(headKind == IDeal.Head.Hidden, "reveal succeeded");
            (, , , , , IDeal.Head kind, ) = deal.progress();
            _check(kind == (uint8(record[192]) == 1 ? IDeal.Head.Yielded : IDeal.Head.Halted), "another kind of head");
            ++done["reveal"];
        } catch {
            _check(headKind != IDeal.Head.Hidden, "reveal failed");
        }
    }

    /// @param chance One in 64 closes, so that most schedules stay open for long.
    function _close(uint256 chance) internal {
        if (chance % 64 != 0) return;
        (, , , , uint40 closesAt, , ) = deal.progress();
        VM.prank(CUSTOMER);
        try deal.close() {
            _check(closesAt == 0, "closed twice");
            (, , , , closesAt, , ) = deal.progress();
            _check(closesAt == VM.getBlockTimestamp() + NOTICE, "another end of claims");
            ++done["close"];
        } catch {
            _check(closesAt != 0, "close failed");
        }
    }

    /// @notice Mostly minutes, so that claims are disputed and backed in their windows.
    function _pass(uint256 time) internal {
        VM.warp(VM.getBlockTimestamp() + (time % 4 == 0 ? PERIOD : time % 300));
    }

    // ---- what holds ----

    /// @notice A hash of all that the Deal and its deposits hold.
    function fingerprint() public view returns (bytes32 print) {
        (uint48 submitted, uint48 claimed, uint48 resolved, uint48 attempts, , IDeal.Head kind, StateRoot head) = deal
            .progress();
        print = keccak256(
            abi.encode(submitted, claimed, resolved, attempts, kind, head, deal.funds(), deal.reserved())
        );
        for (uint256 f = resolved; f < claimed; ++f) print = keccak256(abi.encode(print, deal.claimAbout(f)));
        for (uint256 i; i < WORKERS; ++i) {
            address w = worker(i);
            print = keccak256(abi.encode(print, deal.seatOf(w), deal.earningsOf(w), _lock(w)));
        }
    }

    /// @notice Reverts unless everything is as it has to be after any action.
    function holds() public view {
        _balancesCoverLedgers();
        _locksCoverClaims();
        _chain();
        // Every action did what the rules say, and nothing else; among them: a verdict changes only
        // the claim of its own id.
        require(bytes(surprise).length == 0, surprise);
    }

    /// @notice {Input.root} of bytes in memory.
    function rootOf(bytes calldata input) external pure returns (bytes32) {
        return Input.root(input);
    }

    // ---- private ----

    /// @dev Each balance covers its ledgers, the ledgers are what came in less what went out, and
    /// the funds cover what is reserved.
    function _balancesCoverLedgers() private view {
        uint256 owed = deal.funds();
        for (uint256 i; i < WORKERS; ++i) owed += deal.earningsOf(worker(i));
        require(_balance(paymentToken, address(deal)) >= owed, "the Deal owes more than it has");
        require(owed == inside, "money was made or lost");
        require(deal.funds() >= deal.reserved(), "more is reserved than there is");

        uint256 deposited = deposits.burned(collateralToken) + deposits.freeOf(collateralToken, CHALLENGER);
        for (uint256 i; i < WORKERS; ++i) {
            deposited += _lock(worker(i)) + deposits.freeOf(collateralToken, worker(i));
            IDeposits.Cooling[] memory cooling = deposits.coolingOf(collateralToken, worker(i));
            for (uint256 j; j < cooling.length; ++j) deposited += cooling[j].amount;
        }
        require(_balance(collateralToken, address(deposits)) >= deposited, "Deposits owes more than it has");
    }

    /// @dev A lock covers the collateral while any claim that its worker backs is pending.
    function _locksCoverClaims() private view {
        (, uint48 claimed, uint48 resolved, , , , ) = deal.progress();
        for (uint256 f = resolved; f < claimed; ++f) {
            uint256 backers = deal.claimAbout(f).backers;
            require(backers != 0, "a pending claim that nobody backs");
            for (uint256 seat; backers >> seat != 0; ++seat) {
                bool covered = (backers >> seat) & 1 == 0 || _lock(deal.workerAt(seat)) >= COLLATERAL;
                require(covered, "a pending claim is backed by less than the collateral");
            }
        }
    }

    /// @dev One claim a fragment, in order, no more than the cap.
    function _chain() private view {
        (uint48 submitted, uint48 claimed, uint48 resolved, uint48 attempts, , , ) = deal.progress();
        require(resolved <= claimed && claimed <= submitted, "out of order");
        require(claimed - resolved <= CAP, "too many pending");
        require(deal.pendingSteps() == _pendingSteps(), "steps are not counted");
        require(deal.pendingSteps() <= STEPS, "too many steps pending");
        require(attempts == claims.length, "attempts are not counted");
        uint256 first = claims.length > 2 * CAP ? claims.length - 2 * CAP : 0;
        for (uint256 i = first; i < claims.length; ++i) {
            (bool pending, IDeal.Claim memory c) = _find(claims[i]);
            if (!pending) continue;
            require(c.fragment >= resolved && c.fragment < claimed, "a claim that is over is pending");
            require(deal.claimAbout(c.fragment).id == claims[i], "two claims about a fragment are pending");
        }
    }

    function _balance(address token, address holder) private view returns (uint256) {
        return token == address(0) ? holder.balance : PlainToken(token).balanceOf(holder);
    }

    function _afterSettle(IDeal.Claim memory c, bool decided, StateRoot finalState) private {
        (, uint48 claimed, uint48 resolved, , , IDeal.Head kind, StateRoot head) = deal.progress();
        if (decided && finalState == c.finalState) {
            _check(resolved == c.fragment && claimed > resolved, "an upheld claim left the chain");
            _check(deal.claimOf(c.id).stage == IDeal.Stage.Upheld, "not upheld");
            ++done["uphold"];
        } else if (decided) {
            _check(resolved == c.fragment + 1 && claimed == resolved, "the chain was not cut");
            _check(head == finalState && kind == IDeal.Head.Hidden, "the verdict was not installed");
            ++done["strike"];
        } else {
            _check(resolved == c.fragment && claimed == resolved, "the chain was not cut");
            ++done["strike without winner"];
        }
    }

    /// @dev A strike of a closing Deal begins the notice again, and after its end only for what was
    /// claimed.
    function _notice(bool begins, uint256 submitted, uint256 claimed, uint256 closesAt) private {
        (uint48 submittedNow, , , , uint40 closesNow, , ) = deal.progress();
        uint256 present = VM.getBlockTimestamp();
        bool cuts = begins && present >= closesAt;
        _check(closesNow == (begins ? present + NOTICE : closesAt), "another end of claims");
        _check(submittedNow == (cuts ? claimed : submitted), "other fragments may be claimed");
        if (begins) ++done[cuts ? bytes32("notice again") : bytes32("notice longer")];
    }

    function _check(bool right, string memory what) private {
        if (!right && bytes(surprise).length == 0) surprise = what;
    }

    function _give(address token, address to, uint256 amount, address spender) private {
        if (token == address(0)) return VM.deal(to, amount);
        PlainToken(token).mint(to, amount);
        VM.prank(to);
        PlainToken(token).approve(spender, amount);
    }

    function _value(address token, uint256 amount) private pure returns (uint256) {
        return token == address(0) ? amount : 0;
    }

    function _lock(address w) private view returns (uint256) {
        return deposits.lockOf(collateralToken, w, address(deal));
    }

    /// @dev The steps of the pending claims, one by one.
    function _pendingSteps() private view returns (uint256 steps) {
        (, uint48 claimed, uint48 resolved, , , , ) = deal.progress();
        for (uint256 f = resolved; f < claimed; ++f) steps += deal.claimAbout(f).steps;
    }

    function _takesInput() private view returns (bool) {
        (, , , , uint40 closesAt, IDeal.Head kind, ) = deal.progress();
        return closesAt == 0 && kind != IDeal.Head.Halted;
    }

    function _takesClaims() private view returns (bool) {
        (, , , , uint40 closesAt, IDeal.Head kind, ) = deal.progress();
        return kind != IDeal.Head.Halted && (closesAt == 0 || VM.getBlockTimestamp() < closesAt);
    }

    function _inWindow(IDeal.Claim memory c) private view returns (bool) {
        return VM.getBlockTimestamp() < c.since + PERIOD;
    }

    function _freeSeat() private view returns (bool) {
        for (uint256 seat; seat < SEATS; ++seat) if (deal.workerAt(seat) == address(0)) return true;
        return false;
    }

    function _backsAny(uint256 seat) private view returns (bool) {
        (, uint48 claimed, uint48 resolved, , , , ) = deal.progress();
        for (uint256 f = resolved; f < claimed; ++f) if ((deal.claimAbout(f).backers >> seat) & 1 == 1) return true;
        return false;
    }

    function _previousOf(IDeal.Claim memory c) private view returns (StateRoot root) {
        (, , uint48 resolved, , , , StateRoot head) = deal.progress();
        return c.fragment == resolved ? head : deal.claimAbout(c.fragment - 1).finalState;
    }

    /// @dev Mostly one of the latest claims, which are the pending ones; else any there ever was.
    function _anyClaim(uint256 which) private view returns (bool pending, IDeal.Claim memory c) {
        if (claims.length == 0) return (false, c);
        uint256 recent = claims.length < CAP ? claims.length : CAP;
        bool old = which % 8 == 0;
        return _find(claims[old ? (which / 8) % claims.length : claims.length - 1 - (which % recent)]);
    }

    function _find(bytes32 id) private view returns (bool pending, IDeal.Claim memory c) {
        try deal.claimOf(id) returns (IDeal.Claim memory found) {
            return (true, found);
        } catch {
            c.id = id;
        }
    }

    function _none() private pure returns (IDeal.Claim memory c) {}

    function _count(uint256 bits) private pure returns (uint256 n) {
        for (; bits != 0; bits >>= 1) n += bits & 1;
    }
}
