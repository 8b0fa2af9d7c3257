// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Deal} from "../../../contracts/Deal.sol";
import {Deposits} from "../../../contracts/Deposits.sol";
import {IDeal} from "../../../contracts/interfaces/IDeal.sol";
import {IStepVerifier} from "../../../contracts/interfaces/IStepVerifier.sol";
import {Join} from "../../../contracts/interfaces/ITournament.sol";
import {Input} from "../../../contracts/deal/Input.sol";
import {ToyArbiter} from "../../harness/deal/ToyArbiter.sol";
import {ToyLoader} from "../../harness/deal/ToyLoader.sol";
import {PlainToken} from "../../harness/deposits/Tokens.sol";
import {vm} from "../deposits/Vm.sol";

/// @title A Deal with random workers, customer and challengers, and an arbiter that decides at random
/// @notice Every action says beforehand whether it must succeed and what it may change; `surprise` keeps the first that did
/// otherwise. {DealTest} states what holds between actions.
contract DealHandler {
    uint256 internal constant WORKERS = 6;
    uint256 internal constant COLLATERAL = 1_001;
    uint256 internal constant PRICE = 100;
    uint256 internal constant SHARE = 2_500;
    uint8 internal constant CAP = 3;
    uint8 internal constant SEATS = 4;
    uint64 internal constant PERIOD = 1 hours;
    uint64 internal constant BUDGET = 1_000;
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

    /// @notice Every claim ever made, and the record and input behind every root.
    bytes32[] public claims;
    mapping(bytes32 id => bool) public seen;
    mapping(bytes32 root => bytes) public recordOf;
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
        recordOf[keccak256(initial)] = initial;
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
                maxInput: 100,
                notice: 1 hours
            })
        );
        for (uint256 i; i < 3; ++i) join(i);
        for (uint256 i; i < 4; ++i) fund(10 * PRICE - 1);
    }

    // ---- people ----

    function worker(uint256 i) public pure returns (address) {
        return address(uint160(0x3040 + (i % WORKERS)));
    }

    function join(uint256 who) public {
        address w = worker(who);
        if (deal.seatOf(w) != 0) return;
        _give(collateralToken, w, COLLATERAL, address(deposits));
        vm.prank(w);
        deposits.deposit{value: _value(collateralToken, COLLATERAL)}(collateralToken, COLLATERAL);
        bool right = _takesInput() && _freeSeat();
        bytes32 terms = deal.termsHash();
        vm.prank(w);
        try deposits.lock(address(deal), collateralToken, COLLATERAL, terms) {
            _check(right, "join succeeded");
            ++done["join"];
        } catch {
            _check(!right, "join failed");
        }
    }

    function quit(uint256 who) external {
        address w = worker(who);
        uint256 seat = deal.seatOf(w);
        bool right = seat != 0 && !_backsAny(seat - 1);
        vm.prank(w);
        try deal.quit() {
            _check(right, "quit succeeded");
            _check(_lock(w) == 0, "quit left a lock");
            ++done["quit"];
        } catch {
            _check(!right, "quit failed");
        }
    }

    // ---- money ----

    function fund(uint256 amount) public {
        amount %= 10 * PRICE;
        _give(paymentToken, CUSTOMER, amount, address(deal));
        vm.prank(CUSTOMER);
        inside += deal.fund{value: _value(paymentToken, amount)}(amount);
    }

    function withdrawFunds(uint256 amount) external {
        uint256 unreserved = deal.funds() - deal.reserved();
        amount %= unreserved + unreserved / 8 + 2;
        vm.prank(CUSTOMER);
        try deal.withdrawFunds(amount, CUSTOMER) {
            _check(amount <= unreserved, "withdrew what is reserved");
            inside -= amount;
            ++done["withdrawFunds"];
        } catch {
            _check(amount > unreserved, "withdrawFunds failed");
        }
    }

    function withdrawEarnings(uint256 who) external {
        address w = worker(who);
        uint256 earned = deal.earningsOf(w);
        vm.prank(w);
        try deal.withdrawEarnings(w) returns (uint256 amount) {
            _check(earned > 0 && amount == earned, "withdrew other earnings");
            inside -= amount;
            ++done["withdrawEarnings"];
        } catch {
            _check(earned == 0, "withdrawEarnings failed");
        }
    }

    // ---- fragments and claims ----

    function submit(bytes32 data, uint256 length) external {
        bytes memory input = bytes.concat(data, data, data, data);
        length %= 101;
        // Memory-safe: only shortens the array.
        assembly ("memory-safe") {
            mstore(input, length)
        }
        bool right = _takesInput() && deal.funds() - deal.reserved() >= PRICE;
        vm.prank(SEQUENCER);
        try deal.submit(input) {
            _check(right, "submit succeeded");
            inputs.push(input);
            ++done["submit"];
        } catch {
            _check(!right, "submit failed");
        }
    }

    /// @param kind Of 16 claims one says that the program ended.
    function claim(uint256 who, uint256 seed, uint256 kind) external {
        (uint48 submitted, uint48 claimed, uint48 resolved, , , IDeal.Head headKind, bytes32 head) = deal.progress();
        address w = worker(who);
        bool pending = claimed > resolved;
        IDeal.Claim memory last = pending ? deal.claimAbout(claimed - 1) : _none();
        bytes memory record = _record(seed, kind % 16 == 0 ? 3 : 1);
        bool right =
            deal.seatOf(w) != 0 &&
                claimed < submitted &&
                claimed - resolved < CAP &&
                _takesClaims() &&
                (pending ? last.yields : headKind == IDeal.Head.yielded);
        bytes32 fragment = deal.fragmentId(claimed);
        bytes32 previous = pending ? last.finalState : head;
        vm.prank(w);
        try deal.claim(fragment, previous, record) returns (bytes32 id) {
            _check(right, "claim succeeded");
            _check(!seen[id], "two claims have one id");
            seen[id] = true;
            claims.push(id);
            recordOf[keccak256(record)] = record;
            ++done["claim"];
        } catch {
            _check(!right, "claim failed");
        }
    }

    function back(uint256 who, uint256 which) external {
        (bool pending, IDeal.Claim memory c) = _anyClaim(which);
        uint256 seat = deal.seatOf(worker(who));
        bool right = pending && seat != 0 && _inWindow(c) && (c.backers >> (seat - 1)) & 1 == 0;
        vm.prank(worker(who));
        try deal.back(c.id) {
            _check(right, "back succeeded");
            ++done["back"];
        } catch {
            _check(!right, "back failed");
        }
    }

    function challenge(uint256 which) external {
        (bool pending, IDeal.Claim memory c) = _anyClaim(which);
        bool right = pending && _inWindow(c) && c.stage == IDeal.Stage.open;
        bytes memory input = pending ? inputs[c.fragment] : bytes("");
        bytes memory before = recordOf[pending ? _previousOf(c) : bytes32(0)];
        Join memory commitment;
        IDeal.FragmentInput memory named = IDeal.FragmentInput(this.rootOf(input), uint64(input.length));
        vm.deal(CHALLENGER, 1 ether);
        vm.prank(CHALLENGER);
        try deal.challenge{value: 1 ether}(c.id, named, before, abi.encode(keccak256(before)), commitment) {
            _check(right, "challenge succeeded");
            ++done["challenge"];
        } catch {
            _check(!right, "challenge failed");
        }
    }

    // ---- verdicts ----

    /// @notice The arbiter decides about any claim there ever was: for it, for another state, or for nobody. That by itself
    /// changes nothing in the Deal.
    function decide(uint256 which, uint256 verdict) external {
        if (claims.length == 0) return;
        (bool pending, IDeal.Claim memory c) = _anyClaim(which);
        bytes32 id = c.id;
        bytes memory other = _record(verdict, verdict % 5 == 0 ? 2 : 1);
        recordOf[keccak256(other)] = other;
        bool same = pending && verdict % 3 == 0;
        bytes32 print = fingerprint();
        arbiter.decide(address(deal), id, verdict % 3 != 1, same ? c.finalState : keccak256(other), CHALLENGER);
        _check(fingerprint() == print, "a verdict changed the Deal by itself");
    }

    function settle(uint256 which) external {
        (bool pending, IDeal.Claim memory c) = _anyClaim(which);
        (, , uint48 resolved, , , , ) = deal.progress();
        (bool finished, bool decided, bytes32 finalState, address reporter) = arbiter.verdict(address(deal), c.id);
        bool right = pending && c.fragment == resolved && c.stage == IDeal.Stage.disputed && finished;
        uint256[WORKERS] memory locks;
        uint256[WORKERS] memory seats;
        for (uint256 i; i < WORKERS; ++i) (locks[i], seats[i]) = (_lock(worker(i)), deal.seatOf(worker(i)));
        uint256 burned = deposits.burned(collateralToken);
        uint256 free = deposits.freeOf(collateralToken, reporter);
        uint256 money = deal.funds();
        try deal.settle(c.id) {
            _check(right, "settle succeeded");
            bool slashes = decided && finalState != c.finalState;
            uint256 slashed = 0;
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
            _afterSettle(c, decided, finalState);
        } catch {
            _check(!right, "settle failed");
        }
    }

    function confirm(uint256 which) external {
        (bool pending, IDeal.Claim memory c) = _anyClaim(which);
        (, , uint48 resolved, , , , ) = deal.progress();
        bool right = pending && c.fragment == resolved && !_inWindow(c) && c.stage != IDeal.Stage.disputed;
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
            (, , , , , , bytes32 head) = deal.progress();
            _check(head == c.finalState, "another head");
            ++done["confirm"];
        } catch {
            _check(!right, "confirm failed");
        }
    }

    function reveal() external {
        (, , , , , IDeal.Head headKind, bytes32 head) = deal.progress();
        bytes memory record = recordOf[head];
        try deal.reveal(record) {
            _check(headKind == IDeal.Head.hidden, "reveal succeeded");
            (, , , , , IDeal.Head kind, ) = deal.progress();
            _check(kind == (uint8(record[192]) == 1 ? IDeal.Head.yielded : IDeal.Head.halted), "another kind of head");
            ++done["reveal"];
        } catch {
            _check(headKind != IDeal.Head.hidden, "reveal failed");
        }
    }

    /// @param chance One in 64 closes, so that most schedules stay open for long.
    function close(uint256 chance) external {
        if (chance % 64 != 0) return;
        (, , , , uint40 closesAt, , ) = deal.progress();
        vm.prank(CUSTOMER);
        try deal.close() {
            _check(closesAt == 0, "closed twice");
            ++done["close"];
        } catch {
            _check(closesAt != 0, "close failed");
        }
    }

    /// @notice Mostly minutes, so that claims are disputed and backed in their windows.
    function pass(uint256 time) external {
        vm.warp(vm.getBlockTimestamp() + (time % 4 == 0 ? PERIOD : time % 300));
    }

    // ---- what the tests ask ----

    /// @notice A hash of all that the Deal and its deposits hold.
    function fingerprint() public view returns (bytes32 print) {
        (uint48 submitted, uint48 claimed, uint48 resolved, uint48 attempts, , IDeal.Head kind, bytes32 head) = deal
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

    /// @notice All that the Deposits' ledger says is there.
    function owedByDeposits() external view returns (uint256 sum) {
        sum = deposits.burned(collateralToken) + deposits.freeOf(collateralToken, CHALLENGER);
        for (uint256 i; i < WORKERS; ++i) {
            sum += _lock(worker(i)) + deposits.freeOf(collateralToken, worker(i));
            for (uint256 j; j < deposits.coolingOf(collateralToken, worker(i)).length; ++j)
                sum += deposits.coolingOf(collateralToken, worker(i))[j].amount;
        }
    }

    /// @notice All that the Deal's ledger says is there.
    function owedByDeal() external view returns (uint256 sum) {
        sum = deal.funds();
        for (uint256 i; i < WORKERS; ++i) sum += deal.earningsOf(worker(i));
    }

    /// @notice Whether every backer of every pending claim has its whole collateral locked.
    function locksCoverClaims() external view returns (bool) {
        (, uint48 claimed, uint48 resolved, , , , ) = deal.progress();
        for (uint256 f = resolved; f < claimed; ++f) {
            IDeal.Claim memory c = deal.claimAbout(f);
            if (c.backers == 0) return false;
            for (uint256 seat; seat < 16; ++seat) {
                if ((c.backers >> seat) & 1 == 1 && _lock(deal.workerAt(seat)) < COLLATERAL) return false;
            }
        }
        return true;
    }

    /// @notice {Input.root} of bytes in memory.
    function rootOf(bytes calldata input) external pure returns (bytes32) {
        return Input.root(input);
    }

    // ---- private ----

    function _afterSettle(IDeal.Claim memory c, bool decided, bytes32 finalState) private {
        (, uint48 claimed, uint48 resolved, , , IDeal.Head kind, bytes32 head) = deal.progress();
        if (decided && finalState == c.finalState) {
            _check(resolved == c.fragment && claimed > resolved, "an upheld claim left the chain");
            _check(deal.claimOf(c.id).stage == IDeal.Stage.upheld, "not upheld");
            ++done["uphold"];
        } else if (decided) {
            _check(resolved == c.fragment + 1 && claimed == resolved, "the chain was not cut");
            _check(head == finalState && kind == IDeal.Head.hidden, "the verdict was not installed");
            ++done["strike"];
        } else {
            _check(resolved == c.fragment && claimed == resolved, "the chain was not cut");
            ++done["strike without winner"];
        }
    }

    function _check(bool right, string memory what) private {
        if (!right && bytes(surprise).length == 0) surprise = what;
    }

    function _give(address token, address to, uint256 amount, address spender) private {
        if (token == address(0)) return vm.deal(to, amount);
        PlainToken(token).mint(to, amount);
        vm.prank(to);
        PlainToken(token).approve(spender, amount);
    }

    function _value(address token, uint256 amount) private pure returns (uint256) {
        return token == address(0) ? amount : 0;
    }

    function _lock(address w) private view returns (uint256) {
        return deposits.lockOf(collateralToken, w, address(deal));
    }

    function _record(uint256 seed, uint8 status) private pure returns (bytes memory) {
        bytes32 registers = bytes32(uint256(status) << 248);
        return abi.encode(bytes32("code"), bytes32("header"), seed % 4, 0, 0, 0, registers, 0, 0);
    }

    function _takesInput() private view returns (bool) {
        (, , , , uint40 closesAt, IDeal.Head kind, ) = deal.progress();
        return closesAt == 0 && kind != IDeal.Head.halted;
    }

    function _takesClaims() private view returns (bool) {
        (, , , , uint40 closesAt, IDeal.Head kind, ) = deal.progress();
        return kind != IDeal.Head.halted && (closesAt == 0 || vm.getBlockTimestamp() < closesAt);
    }

    function _inWindow(IDeal.Claim memory c) private view returns (bool) {
        return vm.getBlockTimestamp() < c.since + PERIOD;
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

    function _previousOf(IDeal.Claim memory c) private view returns (bytes32 root) {
        (, , uint48 resolved, , , , bytes32 head) = deal.progress();
        return c.fragment == resolved ? head : deal.claimAbout(c.fragment - 1).finalState;
    }

    /// @dev Mostly one of the latest claims, which are the pending ones; else any there ever was.
    function _anyClaim(uint256 which) private view returns (bool pending, IDeal.Claim memory c) {
        if (claims.length == 0) return (false, c);
        uint256 recent = claims.length < CAP ? claims.length : CAP;
        bool old = which % 8 == 0;
        return _claim(claims[old ? (which / 8) % claims.length : claims.length - 1 - (which % recent)]);
    }

    function _claim(bytes32 id) private view returns (bool pending, IDeal.Claim memory c) {
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
