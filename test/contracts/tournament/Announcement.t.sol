// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ITournament, Join, Params} from "../../../contracts/interfaces/ITournament.sol";
import {Match} from "../../../contracts/tournament/Match.sol";
import {MatchId, Node, TournamentId} from "../../../contracts/tournament/Names.sol";
import {CommitmentState, Status, TournamentState} from "../../../contracts/tournament/States.sol";
import {Tournament} from "../../../contracts/tournament/Tournament.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";
import {ToyVerifier, toyState} from "../../harness/tournament/ToyVerifier.sol";
import {VM, demand} from "../../support/Vm.sol";
import {Saga, Sagas} from "./Saga.sol";
import {heightsFrom} from "./Stage.sol";

/// @title Attacks on announcements: whoever computed a commitment keeps it, whoever copies it has
/// nothing of it.
/// @notice The test is the Arbiter. Whatever the honest player sends, the copier sees before it is
/// mined, and may put anything of its own before it.
contract AnnouncementTest {
    using Sagas for Saga;

    uint64 private constant PERIOD = 1000;
    uint64 private constant GRACE = 100;
    uint256 private constant BOND = 1001;
    uint256 private constant INNER_BOND = 801;
    TournamentId private constant ROOT = TournamentId.wrap(keccak256("root"));
    address private constant HONEST = address(0x40);
    address private constant COPIER = address(0xc0);
    address private constant LIAR = address(0x11a);

    Tournament private _game;
    Saga private _truth;
    Saga private _lie;

    function setUp() external {
        VM.warp(1_000_000);
        uint256[] memory bonds = new uint256[](2);
        (bonds[0], bonds[1]) = (BOND, INNER_BOND);
        Params memory params = Params(PERIOD, GRACE, heightsFrom(hex"0303"), bonds, 99);
        _game = new Tournament(new ToyVerifier(1 << 40), params, address(this));
        _truth = Saga(0, 8, 3, type(uint256).max, 0, false, 0);
        _lie = Saga(0, 8, 3, 20, 1, false, 0);
    }

    /// @dev The copier sees what the honest player is about to show, keeps it out of a block, and
    /// shows the same in that block.
    function testFuzz_aCopierWhoKeepsTheShowingOutOfBlocksHasNothing(uint256 blocks, bool opens) external {
        _announces(HONEST, _truth, 0);
        if (!opens) {
            _announces(LIAR, _lie, 0);
            _opens(LIAR, _lie);
        }
        VM.warp(_now() + 1);
        _announces(COPIER, _truth, 0);
        if (opens) _opens(COPIER, _truth);
        else _shows(COPIER, _truth, 0);
        demand(_entry(_truth).owner == COPIER, "the copier came first");
        VM.warp(_now() + (blocks % (GRACE - 1)));
        _shows(HONEST, _truth, 0);
        demand(_entry(_truth).owner == HONEST, "what was announced first is the announcer's");
        demand(_game.credit(COPIER) == BOND, "the copier has its bond, and no more");
        VM.warp(_now() + 2 * PERIOD);
        if (!opens) _game.resolve(ROOT, _node(_lie), _node(_truth));
        (bool finished, bool decided, , address reporter) = _game.verdict(ROOT);
        demand(finished && decided && reporter == HONEST, "the report is the honest player's");
        _game.collect(ROOT);
        demand(_game.credit(COPIER) == BOND, "nothing of what was won");
        demand(_game.credit(HONEST) == BOND + (opens ? 0 : BOND / 2), "its bond and the prize");
    }

    /// @dev Timestamps say nothing inside of a block: the count does.
    function test_theCountDecidesInsideOfABlock() external {
        _announces(HONEST, _truth, 0);
        _announces(COPIER, _truth, 0);
        _opens(COPIER, _truth);
        _shows(HONEST, _truth, 0);
        demand(_entry(_truth).owner == HONEST, "the first of two in a block");
    }

    /// @dev A hash binds its owner: whoever sends somebody else's pays that one's bond.
    function test_aCopierOfAHashPaysForTheOwner() external {
        bytes32 hash = _hash(HONEST, _truth, 0);
        VM.deal(COPIER, BOND);
        VM.prank(COPIER);
        _game.announce{value: BOND}(hash);
        VM.deal(HONEST, BOND);
        VM.prank(HONEST);
        try _game.announce{value: BOND}(hash) {
            demand(false, "announced twice");
        } catch (bytes memory reason) {
            demand(bytes4(reason) == ITournament.AnnouncementKnown.selector, "for another reason");
        }
        _refusedTo(COPIER, _truth, ITournament.NotAnnounced.selector);
        _opens(HONEST, _truth);
        VM.warp(_now() + PERIOD);
        _game.collect(ROOT);
        demand(HONEST.balance == BOND && _game.credit(HONEST) == BOND, "it never paid, and is paid");
    }

    /// @dev Whoever announces and waits until another has played has no claim to what that one won.
    function test_aPlaceIsKeptForAGraceOnly() external {
        _announces(COPIER, _truth, 0);
        _announces(HONEST, _truth, 0);
        _opens(HONEST, _truth);
        VM.warp(_now() + GRACE);
        _shows(COPIER, _truth, 0);
        demand(_entry(_truth).owner == HONEST, "too late for the place");
        demand(_game.credit(COPIER) == BOND, "not for the bond");
    }

    /// @dev Unshown announcements stall nothing, pair with nobody, and their bonds are lost.
    function testFuzz_unshownAnnouncementsCostWhoMakesThem(uint8 count) external {
        for (uint256 i; i < count; ++i) _announces(COPIER, _opinion(i), bytes32(i));
        _announces(HONEST, _truth, 0);
        _opens(HONEST, _truth);
        TournamentState memory row = _game.tournamentState(ROOT);
        demand(row.live == 0 && row.waiting == _node(_truth), "they play nobody");
        VM.warp(_now() + PERIOD);
        (bool finished, , , address reporter) = _game.verdict(ROOT);
        demand(finished && reporter == HONEST, "they delay nothing");
        for (uint256 i; i < count; ++i) {
            VM.prank(COPIER);
            try _game.join(ROOT, _joinOf(_opinion(i), bytes32(i))) {
                demand(false, "joined a closed tournament");
            } catch (bytes memory reason) {
                demand(bytes4(reason) == ITournament.TournamentClosed.selector, "for another reason");
            }
        }
        _game.collect(ROOT);
        demand(_game.credit(COPIER) == 0, "nothing comes back");
        demand(address(_game).balance == count * BOND + _game.credit(HONEST), "it is still there");
    }

    /// @dev However many announce the same and in whatever order and time they show it: it is the
    /// earliest's of those who showed it in time, and all others have their bonds.
    function testFuzz_theEarliestInTimeOwns(uint256 seed) external {
        uint256 first = _now();
        uint256 owner = type(uint256).max;
        for (uint256 i; i < 6; ++i) {
            _announces(_player(i), _truth, 0);
            VM.warp(_now() + ((seed >> (4 * i)) % 16));
        }
        uint256[6] memory announced;
        for (uint256 i; i < 6; ++i) {
            announced[i] = first;
            first += (seed >> (4 * i)) % 16;
        }
        bool[6] memory shown;
        for (uint256 turn; turn < 6; ++turn) {
            uint256 i = (seed >> (24 + 8 * turn)) % 6;
            while (shown[i]) i = (i + 1) % 6;
            shown[i] = true;
            VM.warp(_now() + ((seed >> (80 + 8 * turn)) % (GRACE / 2)));
            if (turn == 0) _opens(_player(i), _truth);
            else _shows(_player(i), _truth, 0);
            bool inTime = _now() - announced[i] < GRACE;
            if (turn == 0 || (i < owner && inTime)) owner = i;
            demand(_entry(_truth).owner == _player(owner), "another owner");
        }
        for (uint256 i; i < 6; ++i) demand(_game.credit(_player(i)) == (i == owner ? 0 : BOND), "another bond");
        demand(address(_game).balance == 6 * BOND, "money went or came");
    }

    /// @dev A commitment that is displaced while it plays goes on playing, with the same clock and
    /// for its owner.
    function test_aMatchGoesOnForItsOwner() external {
        _announces(LIAR, _lie, 0);
        _opens(LIAR, _lie);
        _announces(HONEST, _truth, 0);
        _announces(COPIER, _truth, 0);
        _shows(COPIER, _truth, 0);
        CommitmentState memory before = _entry(_truth);
        VM.warp(_now() + GRACE - 1);
        _shows(HONEST, _truth, 0);
        (before.owner, before.number) = (HONEST, 2);
        demand(keccak256(abi.encode(before)) == keccak256(abi.encode(_entry(_truth))), "only the owner is another");
        VM.warp(_now() + PERIOD);
        _game.resolve(ROOT, _node(_lie), _node(_truth));
        demand(_game.credit(HONEST) == BOND / 2 && _game.credit(COPIER) == BOND, "the prize is the owner's");
    }

    /// @dev Inner tournaments need no announcements. Whoever sends the honest player's inner
    /// commitment first plays for the truth with its own money: the outer match, its prize and the
    /// report stay the honest player's, which keeps its inner bond.
    function test_aFrontRunOfAnInnerJoinPlaysForTheTruth() external {
        _announces(HONEST, _truth, 0);
        _announces(LIAR, _lie, 0);
        _opens(HONEST, _truth);
        _shows(LIAR, _lie, 0);
        StateRoot initial = StateRoot.wrap(toyState(0, 0));
        _game.last(ROOT, _node(_truth), _node(_lie), _truth.last(_lie, 0, initial));
        MatchId sealedMatch = Match.id(ROOT, _node(_truth), _node(_lie));
        TournamentId inner = TournamentId.wrap(MatchId.unwrap(sealedMatch));
        uint256 start = _game.matchState(sealedMatch).pos * 8;
        Saga memory truth = Saga(start, 1, 3, type(uint256).max, 0, false, 0);
        _joinsInner(COPIER, inner, truth);
        VM.deal(HONEST, INNER_BOND);
        VM.prank(HONEST);
        try _game.join{value: INNER_BOND}(inner, truth.join()) {
            demand(false, "joined twice");
        } catch (bytes memory reason) {
            demand(bytes4(reason) == ITournament.CommitmentKnown.selector, "for another reason");
        }
        Saga memory lie = Saga(start, 1, 3, 20, 1, false, 0);
        _joinsInner(LIAR, inner, lie);
        VM.prank(HONEST);
        _game.last(
            inner,
            Node.wrap(truth.root()),
            Node.wrap(lie.root()),
            truth.last(lie, 0, _game.tournamentState(inner).initial)
        );
        VM.warp(_now() + 2 * PERIOD);
        _game.resolve(ROOT, _node(_truth), _node(_lie));
        _game.collect(ROOT);
        _game.collect(inner);
        (, , , address reporter) = _game.verdict(ROOT);
        demand(reporter == HONEST && _game.credit(HONEST) == BOND + BOND / 2, "the honest player wins");
        demand(HONEST.balance == INNER_BOND, "it keeps its inner bond");
        demand(_game.credit(COPIER) == INNER_BOND + INNER_BOND / 2, "the copier has what it played for");
        demand(_entry(_lie).status == Status.Out, "the liar is out");
    }

    function _announces(address who, Saga memory saga, bytes32 salt) private {
        VM.deal(who, who.balance + BOND);
        bytes32 hash = _hash(who, saga, salt);
        VM.prank(who);
        _game.announce{value: BOND}(hash);
    }

    function _opens(address who, Saga memory saga) private {
        _game.open(ROOT, StateRoot.wrap(toyState(0, 0)), who, saga.join());
    }

    function _shows(address who, Saga memory saga, bytes32 salt) private {
        Join memory shown = _joinOf(saga, salt);
        VM.prank(who);
        _game.join(ROOT, shown);
    }

    function _joinsInner(address who, TournamentId inner, Saga memory saga) private {
        VM.deal(who, INNER_BOND);
        Join memory shown = saga.join();
        VM.prank(who);
        _game.join{value: INNER_BOND}(inner, shown);
    }

    function _refusedTo(address owner, Saga memory saga, bytes4 selector) private {
        try _game.open(ROOT, StateRoot.wrap(toyState(0, 0)), owner, saga.join()) {
            demand(false, "opened");
        } catch (bytes memory reason) {
            demand(bytes4(reason) == selector, "for another reason");
        }
    }

    function _entry(Saga memory saga) private view returns (CommitmentState memory) {
        return _game.commitmentState(ROOT, _node(saga));
    }

    /// @dev `block.timestamp` as it is after a warp.
    function _now() private view returns (uint256) {
        return VM.getBlockTimestamp();
    }

    function _opinion(uint256 number) private pure returns (Saga memory) {
        return Saga(0, 8, 3, 1 + (number % 64), 2 + number, false, 0);
    }

    function _player(uint256 number) private pure returns (address) {
        return address(uint160(0x9000 + number));
    }

    function _joinOf(Saga memory saga, bytes32 salt) private pure returns (Join memory shown) {
        shown = saga.join();
        shown.salt = salt;
    }

    function _hash(address owner, Saga memory saga, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(owner, ROOT, saga.root(), salt));
    }

    function _node(Saga memory saga) private pure returns (Node) {
        return Node.wrap(saga.root());
    }
}
