// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Deposits} from "../../../contracts/Deposits.sol";
import {IDeposits} from "../../../contracts/interfaces/IDeposits.sol";
import {FreeHolder} from "../../harness/deposits/Actors.sol";
import {FeeToken, PlainToken, SurchargeToken} from "../../harness/deposits/Tokens.sol";
import {VM} from "../../support/Vm.sol";

/// @title Random schedules of depositors and lock holders over ETH and three tokens
/// @notice Every action says beforehand whether it must succeed; `surprise` keeps the first that
/// did otherwise.
contract DepositsHandler {
    uint256 internal constant ACCOUNTS = 4;
    uint256 internal constant HOLDERS = 3;
    bytes32 internal constant TERMS = "terms";
    uint256 internal constant COOLING_OFF = 1 days;

    Deposits public immutable deposits = new Deposits(COOLING_OFF);
    FreeHolder[HOLDERS] public holders;
    address[4] public tokens;
    string public surprise;

    /// @notice What was credited less what was withdrawn, by token.
    mapping(address token => uint256) public inside;
    /// @notice How often an action did something.
    mapping(bytes32 action => uint256) public done;

    constructor() {
        for (uint256 i; i < HOLDERS; ++i) holders[i] = new FreeHolder(TERMS);
        tokens = [address(0), address(new PlainToken()), address(new FeeToken()), address(new SurchargeToken())];
    }

    function account(uint256 i) public pure returns (address) {
        return address(uint160(0xacc0 + (i % ACCOUNTS)));
    }

    function deposit(uint256 who, uint256 which, uint128 amount) external {
        (address a, address token) = (account(who), tokens[which % 4]);
        if (token == address(0)) {
            VM.deal(a, amount);
            VM.prank(a);
            inside[token] += deposits.deposit{value: amount}(token, amount);
        } else {
            PlainToken(token).mint(a, uint256(amount) * 2);
            VM.prank(a);
            PlainToken(token).approve(address(deposits), amount);
            VM.prank(a);
            inside[token] += deposits.deposit(token, amount);
        }
        ++done["deposit"];
    }

    function withdraw(uint256 who, uint256 which, uint256 amount) external {
        (address a, address token) = (account(who), tokens[which % 4]);
        deposits.mature(token, a, type(uint256).max);
        uint256 free = deposits.freeOf(token, a);
        amount %= free + free / 8 + 2;
        // Nobody can take the surcharging token out of a contract, unless a tenth of it is nothing.
        bool right = amount <= free && (which % 4 != 3 || amount < 10);
        VM.prank(a);
        try deposits.withdraw(token, amount, a) {
            inside[token] -= amount;
            if (!right) surprise = "withdraw succeeded";
            ++done["withdraw"];
        } catch {
            if (right) surprise = "withdraw failed";
        }
    }

    function lock(uint256 who, uint256 which, uint256 where, uint256 amount) external {
        (address a, address token, address holder) = (
            account(who),
            tokens[which % 4],
            address(holders[where % HOLDERS])
        );
        uint256 free = deposits.freeOf(token, a);
        amount %= free + free / 8 + 2;
        bool right = amount > 0 && amount <= free && deposits.lockOf(token, a, holder) == 0;
        VM.prank(a);
        try deposits.lock(holder, token, amount, TERMS) {
            if (!right) surprise = "lock succeeded";
            ++done["lock"];
        } catch {
            if (right) surprise = "lock failed";
        }
    }

    function release(uint256 who, uint256 which, uint256 where) external {
        (address a, address token) = (account(who), tokens[which % 4]);
        FreeHolder holder = holders[where % HOLDERS];
        bool right = deposits.lockOf(token, a, address(holder)) > 0;
        try holder.act(address(deposits), 0, abi.encodeCall(IDeposits.release, (token, a))) {
            if (!right) surprise = "release succeeded";
            ++done["release"];
        } catch {
            if (right) surprise = "release failed";
        }
    }

    function slash(uint256 who, uint256 which, uint256 where, uint256 reporter, uint256 share) external {
        (address a, address token) = (account(who), tokens[which % 4]);
        FreeHolder holder = holders[where % HOLDERS];
        share %= 3_000;
        uint256 locked = deposits.lockOf(token, a, address(holder));
        uint256 burned = deposits.burned(token);
        bool right = locked > 0 && share <= 2_500;
        try holder.act(address(deposits), 0, abi.encodeCall(IDeposits.slash, (token, a, account(reporter), share))) {
            if (!right) surprise = "slash succeeded";
            uint256 lost = deposits.burned(token) - burned;
            if (lost != locked - (locked * share) / 10_000) surprise = "slash burned another amount";
            if (deposits.lockOf(token, a, address(holder)) != 0) surprise = "slash left something";
            ++done["slash"];
        } catch {
            if (right) surprise = "slash failed";
        }
    }

    function pass(uint256 time) external {
        VM.warp(VM.getBlockTimestamp() + (time % COOLING_OFF));
    }

    /// @notice All that the ledger of a token says is there.
    function owed(address token) external view returns (uint256 sum) {
        sum = deposits.burned(token);
        for (uint256 i; i < ACCOUNTS; ++i) {
            address a = account(i);
            sum += deposits.freeOf(token, a);
            for (uint256 j; j < HOLDERS; ++j) sum += deposits.lockOf(token, a, address(holders[j]));
            IDeposits.Cooling[] memory cooling = deposits.coolingOf(token, a);
            for (uint256 j; j < cooling.length; ++j) {
                sum += cooling[j].amount;
                require(j == 0 || cooling[j].availableAt >= cooling[j - 1].availableAt, "queue out of order");
            }
        }
    }
}

/// @title What holds of Deposits after whatever anybody does
contract DepositsTest {
    DepositsHandler internal _handler;

    function setUp() external {
        _handler = new DepositsHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @notice Each token's balance covers its ledger, the ledger is what came in less what went
    /// out, and every action did what the rules say.
    function invariant_holds() external view {
        for (uint256 i; i < 4; ++i) {
            address token = _handler.tokens(i);
            address deposits = address(_handler.deposits());
            uint256 balance = token == address(0) ? deposits.balance : PlainToken(token).balanceOf(deposits);
            uint256 owed = _handler.owed(token);
            require(balance >= owed, "more is owed than there is");
            require(owed == _handler.inside(token), "money was made or lost");
        }
        require(bytes(_handler.surprise()).length == 0, _handler.surprise());
    }

    /// @notice A schedule through every place that money can be in, so that the _handler is known
    /// to reach them.
    function test_handlerReachesEverything() external {
        for (uint256 token; token < 4; ++token) {
            _handler.deposit(0, token, 1_000);
            _handler.lock(0, token, 0, 400);
            _handler.lock(0, token, 1, 300);
            _handler.release(0, token, 0);
            _handler.slash(0, token, 1, 1, 2_500);
            _handler.pass(1 days - 1);
            _handler.pass(1);
            _handler.withdraw(0, token, 5);
        }
        assert(_handler.done("deposit") == 4);
        assert(_handler.done("lock") == 8);
        assert(_handler.done("release") == 4);
        assert(_handler.done("slash") == 4);
        assert(_handler.done("withdraw") == 4);
        this.invariant_holds();
    }
}
