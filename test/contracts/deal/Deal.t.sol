// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {PlainToken} from "../../harness/deposits/Tokens.sol";
import {
    BACK,
    CHALLENGE,
    CLAIM,
    CLOSE,
    CONFIRM,
    DealActions,
    DECIDE,
    JOIN,
    PASS,
    QUIT,
    REVEAL,
    SETTLE,
    SUBMIT,
    WITHDRAW_EARNINGS,
    WITHDRAW_FUNDS
} from "./DealActions.sol";

/// @title The actions as the runner finds them: in the file of the tests
contract DealHandler is DealActions {
    constructor(address collateralToken, address paymentToken) DealActions(collateralToken, paymentToken) {}
}

/// @title What holds of a Deal after whatever anybody does
abstract contract DealInvariants {
    DealHandler internal _handler;

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_holds() external view {
        _handler.holds();
    }
}

/// @title It holds with tokens
contract DealInTokensTest is DealInvariants {
    function setUp() external {
        _handler = new DealHandler(address(new PlainToken()), address(new PlainToken()));
    }
}

/// @title It holds with ETH
contract DealInEthTest is DealInvariants {
    function setUp() external {
        _handler = new DealHandler(address(0), address(0));
    }
}

/// @title One schedule through every action, so that they are known to be reached
contract DealScheduleTest {
    DealHandler internal _handler = new DealHandler(address(0), address(0));

    function test_reachesEverything() external {
        for (uint256 i; i < 6; ++i) _handler.act(SUBMIT, i, i * 20, 0);
        // Claim 0 about fragment 0 is confirmed undisputed, claim 1 about fragment 1 upheld.
        _handler.act(CLAIM, 0, 1, 2);
        _handler.act(BACK, 1, _number(0), 0);
        _handler.act(CLAIM, 1, 2, 2);
        _handler.act(CHALLENGE, _number(1), 0, 0);
        _handler.act(PASS, 299, 0, 0);
        _handler.act(PASS, 4, 0, 0);
        _handler.act(CONFIRM, _number(0), 0, 0);
        _handler.act(WITHDRAW_EARNINGS, 0, 0, 0);
        _handler.act(DECIDE, _number(1), 3, 0);
        _handler.act(SETTLE, _number(1), 0, 0);
        _handler.act(CONFIRM, _number(1), 0, 0);
        // Claim 2 about fragment 2 is struck without winner, claim 3 with one.
        _handler.act(CLAIM, 2, 3, 2);
        _handler.act(CHALLENGE, _number(2), 0, 0);
        _handler.act(DECIDE, _number(2), 1, 0);
        _handler.act(SETTLE, _number(2), 0, 0);
        _handler.act(CLAIM, 0, 3, 2);
        _handler.act(CHALLENGE, _number(3), 0, 0);
        _handler.act(DECIDE, _number(3), 2, 0);
        _handler.act(SETTLE, _number(3), 0, 0);
        _handler.act(REVEAL, 0, 0, 0);
        _handler.act(QUIT, 1, 0, 0);
        _handler.act(JOIN, 4, 0, 0);
        _handler.act(WITHDRAW_FUNDS, 1, 0, 0);
        _handler.act(CLOSE, 64, 0, 0);
        _strikeWhileClosing();
        bytes32[14] memory actions = [
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
            "confirm",
            "notice longer",
            "notice again"
        ];
        for (uint256 i; i < actions.length; ++i) {
            require(_handler.done(actions[i]) > 0, string.concat("never: ", string(bytes.concat(actions[i]))));
        }
        assert(_handler.done("reveal") == 3 && _handler.done("close") == 1);
        _handler.holds();
    }

    /// @dev Claims 4 and 5 of the closing Deal are struck: before the notice ends, and after that.
    function _strikeWhileClosing() private {
        for (uint256 claim = 4; claim < 6; ++claim) {
            _handler.act(CLAIM, claim == 4 ? 2 : 4, 3, 2);
            _handler.act(CHALLENGE, _number(claim), 0, 0);
            if (claim == 5) _handler.act(PASS, 4, 0, 0);
            _handler.act(DECIDE, _number(claim), 2, 0);
            _handler.act(SETTLE, _number(claim), 0, 0);
            _handler.act(REVEAL, 0, 0, 0);
        }
    }

    /// @dev How the actions are told which claim they are about.
    function _number(uint256 claim) private pure returns (uint256) {
        return 8 * claim;
    }
}
