// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {PlainToken} from "../../harness/deposits/Tokens.sol";
import {DealHandler} from "./DealHandler.sol";

/// @title What holds of a Deal after every action of anybody
/// @notice The numbers are those of the list of invariants in docs/game.md.
abstract contract DealTest {
    DealHandler internal handler;

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @notice After every action. One invariant, because the runner plays a campaign of its own for each.
    function invariant_holds() external view {
        _balancesCoverLedgers();
        _locksCoverClaims();
        _chain();
        // Every action did what the rules say, and nothing else; among them invariant 11: a verdict changes only the claim
        // of its own id.
        require(bytes(handler.surprise()).length == 0, handler.surprise());
    }

    /// @notice A schedule through every action, so that the handler is known to reach them.
    function test_handlerReachesEverything() external {
        for (uint256 i; i < 5; ++i) handler.submit(bytes32(i), i * 25);
        // Claim 0 about fragment 0 is confirmed undisputed, claim 1 about fragment 1 upheld.
        handler.claim(0, 1, 1);
        handler.back(1, _number(0));
        handler.claim(1, 2, 1);
        handler.challenge(_number(1));
        handler.pass(299);
        handler.pass(4);
        handler.confirm(_number(0));
        handler.withdrawEarnings(0);
        handler.decide(_number(1), 3);
        handler.settle(_number(1));
        handler.confirm(_number(1));
        // Claim 2 about fragment 2 is struck without winner, claim 3 with one.
        handler.claim(2, 3, 1);
        handler.challenge(_number(2));
        handler.decide(_number(2), 1);
        handler.settle(_number(2));
        handler.claim(0, 3, 1);
        handler.challenge(_number(3));
        handler.decide(_number(3), 2);
        handler.settle(_number(3));
        handler.reveal();
        handler.quit(1);
        handler.join(4);
        handler.withdrawFunds(1);
        handler.close(64);
        bytes32[12] memory actions = [
            bytes32("join"),
            "quit",
            "withdrawFunds",
            "withdrawEarnings",
            "submit",
            "claim",
            "back",
            "challenge",
            "uphold",
            "strike",
            "strike without winner",
            "confirm"
        ];
        for (uint256 i; i < actions.length; ++i) {
            require(handler.done(actions[i]) > 0, string.concat("never: ", string(bytes.concat(actions[i]))));
        }
        assert(handler.done("reveal") == 1 && handler.done("close") == 1);
        this.invariant_holds();
    }

    /// @dev How the handler's actions are told which claim they are about.
    function _number(uint256 claim) private pure returns (uint256) {
        return 8 * claim;
    }

    /// @dev Invariant 8: each balance covers its ledgers, the ledgers are what came in less what went out, and the funds cover
    /// what is reserved.
    function _balancesCoverLedgers() private view {
        uint256 owed = handler.owedByDeal();
        require(_balance(handler.paymentToken(), address(handler.deal())) >= owed, "the Deal owes more than it has");
        require(owed == handler.inside(), "money was made or lost");
        uint256 deposited = _balance(handler.collateralToken(), address(handler.deposits()));
        require(deposited >= handler.owedByDeposits(), "Deposits owes more than it has");
        require(handler.deal().funds() >= handler.deal().reserved(), "more is reserved than there is");
    }

    /// @dev Invariant 10: a lock covers the collateral while any claim that its worker backs is pending.
    function _locksCoverClaims() private view {
        require(handler.locksCoverClaims(), "a pending claim is backed by less than the collateral");
    }

    /// @dev One claim a fragment, in order, no more than the cap.
    function _chain() private view {
        (uint48 submitted, uint48 claimed, uint48 resolved, uint48 attempts, , , ) = handler.deal().progress();
        require(resolved <= claimed && claimed <= submitted, "out of order");
        require(claimed - resolved <= handler.deal().maxPending(), "too many pending");
        require(attempts >= claimed - resolved, "fewer attempts than claims");
    }

    function _balance(address token, address holder) private view returns (uint256) {
        return token == address(0) ? holder.balance : PlainToken(token).balanceOf(holder);
    }
}

/// @title With tokens
contract DealInTokensTest is DealTest {
    function setUp() external {
        handler = new DealHandler(address(new PlainToken()), address(new PlainToken()));
    }
}

/// @title With ETH
contract DealInEthTest is DealTest {
    function setUp() external {
        handler = new DealHandler(address(0), address(0));
    }
}
