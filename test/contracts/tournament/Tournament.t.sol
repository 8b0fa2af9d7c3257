// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Params} from "../../../contracts/interfaces/ITournament.sol";
import {MAX_LEVELS} from "../../../contracts/tournament/Levels.sol";
import {MatchId, NOBODY, Node, TournamentId} from "../../../contracts/tournament/Names.sol";
import {MatchState, Phase, Side, Status, TournamentState} from "../../../contracts/tournament/States.sol";
import {Duration, Instant} from "../../../contracts/tournament/Time.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";
import {VM, demand} from "../../support/Vm.sol";
import {Saga, Sagas} from "./Saga.sol";
import {Stage, heightsFrom} from "./Stage.sol";

/// @title What random players do to a Stage: liars of every kind, and at the tightest parameters
/// one honest player that is late by up to `LAG` whenever it is its turn, and sometimes censored,
/// in all for `CENSORED` seconds.
contract Crowd {
    using Sagas for Saga;

    uint256 public constant LAG = 10;
    uint256 public constant CENSORED = 60;
    /// @dev E: in a match with its inner levels the honest player loses time at most twice on one
    /// clock (joining or sealing, and moving).
    uint256 public constant HONEST = 2 * LAG;
    uint256 public constant OPINIONS = 9;

    Stage public immutable stage;
    bool public immutable withTruth;
    Saga internal _truth;
    uint256 internal _censored;

    constructor(bool withTruth_, uint8[] memory heights) payable {
        withTruth = withTruth_;
        uint256[] memory bonds = new uint256[](heights.length);
        for (uint256 level; level < heights.length; ++level) bonds[level] = 1001 - 200 * level;
        Params memory params = Params(uint64(CENSORED + HONEST), uint64(HONEST), heights, bonds, 99);
        stage = new Stage{value: msg.value}(params);
        _truth = stage.rootSaga(type(uint256).max, 0, false);
        for (uint256 i = withTruth ? 0 : 1; i <= OPINIONS; ++i) stage.announce(stage.ROOT(), opinion(i));
        VM.warp(block.timestamp + 1);
        stage.open(opinion(withTruth ? 0 : 1));
    }

    /// @dev Opinion 0 is the truth; the others fork somewhere, a third of them to states that
    /// nothing opens.
    function opinion(uint256 number) public view returns (Saga memory) {
        if (number == 0) return _truth;
        uint256 steps = _truth.stride << _truth.height;
        return stage.rootSaga(1 + (uint256(keccak256(abi.encode(number))) % steps), number, number % 3 == 0);
    }

    /// @dev A liar joins the root tournament.
    function joinRoot(uint256 seed) external {
        stage.enter(stage.ROOT(), opinion(1 + (seed % OPINIONS)));
    }

    /// @dev Somebody announces a commitment once more, or shows what was announced so.
    function twin(uint256 seed) external {
        uint256 least = withTruth ? 0 : 1;
        Saga memory saga = opinion(least + (seed % (OPINIONS + 1 - least)));
        bytes32 salt = bytes32(1 + ((seed >> 8) % 3));
        if ((seed >> 16) % 2 == 0) stage.announceTwin(saga, salt);
        else stage.showTwin(saga, salt);
    }

    /// @dev Somebody joins an inner tournament, with one of the sides' own stories or with a lie
    /// that ends in one of the two leaves.
    function joinInner(uint256 seed) external {
        (uint256 number, bool found) = _pickDuel(seed, Phase.Inner);
        if (!found) return;
        (TournamentId outer, Node one, Node two, MatchId id) = stage.duels(number);
        Saga memory told = stage.sagaOf(outer, (seed >> 8) % 2 == 0 ? one : two);
        TournamentState memory inner = stage.game().tournamentState(TournamentId.wrap(MatchId.unwrap(id)));
        bytes32 leaf = StateRoot.unwrap((seed >> 8) % 2 == 0 ? inner.leafOne : inner.leafTwo);
        // Whoever had to end in a given state tells another story up to there, and may have to end
        // so here as well.
        bytes32 end = told.end == 0 ? bytes32(0) : leaf;
        if ((seed >> 16) % 2 == 0) {
            end = leaf;
            told.fork = 1 + ((seed >> 24) % (_truth.stride << _truth.height));
            told.lineage = 100 + ((seed >> 64) % 8);
        }
        Stage.Duel memory duel = Stage.Duel(outer, one, two, id);
        Saga memory saga = stage.innerSaga(duel, told.fork, told.lineage, told.garbage, end);
        stage.enter(TournamentId.wrap(MatchId.unwrap(id)), saga);
    }

    /// @dev Anybody plays in any match.
    function play(uint256 seed) external {
        (uint256 number, bool found) = _pickDuel(seed, Phase.Playing);
        if (found) stage.play(number);
    }

    /// @dev Anybody resolves the next match that can be resolved.
    function resolve(uint256 seed) external {
        uint256 count = stage.duelCount();
        for (uint256 i; i < count; ++i) {
            try stage.resolve(((seed % count) + i) % count) {
                return;
            } catch {}
        }
    }

    function collect(uint256 seed) external {
        stage.collect(stage.tournaments(seed % stage.tournamentCount()));
    }

    function withdraw() external {
        stage.withdraw();
    }

    /// @dev Time passes. The honest player is late, or censored; only when it has nothing to do may
    /// time pass freely.
    function pass(uint256 seed) external {
        if (withTruth) {
            uint256 censored = (seed >> 64) % 4 == 0 ? (seed >> 72) % (CENSORED - _censored + 1) : 0;
            if (isUrgent()) {
                _censored += censored;
                VM.warp(block.timestamp + ((seed >> 128) % (LAG + 1)) + censored);
            }
            serve();
            while (isUrgent()) serve();
        }
        if (seed % 4 == 0) _warpToEdge((seed >> 8) % 2);
        else if (seed % 4 == 1) VM.warp(block.timestamp + ((seed >> 8) % 8));
        else if (seed % 32 == 2) VM.warp(block.timestamp + ((seed >> 8) % stage.period()));
    }

    /// @dev Whether the honest player would lose time by waiting.
    function isUrgent() public view returns (bool) {
        for (uint256 i; i < stage.duelCount(); ++i) {
            (bool mine, Node root, TournamentId tournament, MatchId id) = _mine(i);
            if (!mine) continue;
            if (stage.isMover(i, root)) return true;
            if (_mustJoin(id, tournament)) return true;
        }
        return false;
    }

    /// @dev The honest player does all it can: plays, joins below, resolves.
    function serve() public {
        for (uint256 i; i < stage.duelCount(); ++i) {
            (bool mine, Node root, TournamentId tournament, MatchId id) = _mine(i);
            if (!mine) continue;
            if (_mustJoin(id, tournament)) {
                (TournamentId outer, Node one, Node two, ) = stage.duels(i);
                Saga memory saga = stage.innerSaga(Stage.Duel(outer, one, two, id), type(uint256).max, 0, false, 0);
                stage.enter(TournamentId.wrap(MatchId.unwrap(id)), saga);
            } else if (stage.isMover(i, root)) {
                stage.play(i);
            } else {
                try stage.resolve(i) {} catch {}
            }
        }
    }

    /// @dev The honest player's commitment in a tournament, zero where it has none.
    function honestRoot(TournamentId tournament) public view returns (Node) {
        Node[] memory roots = stage.roots(tournament);
        for (uint256 i; i < roots.length; ++i) {
            Saga memory saga = stage.sagaOf(tournament, roots[i]);
            if (saga.fork == type(uint256).max && saga.end == 0) return roots[i];
        }
        return NOBODY;
    }

    /// @dev Whether match `number` is one of the honest player's.
    function _mine(uint256 number) private view returns (bool mine, Node root, TournamentId tournament, MatchId id) {
        Node one;
        Node two;
        (tournament, one, two, id) = stage.duels(number);
        root = honestRoot(tournament);
        mine = root != NOBODY && (root == one || root == two);
    }

    function _mustJoin(MatchId id, TournamentId) private view returns (bool) {
        if (stage.game().matchState(id).phase != Phase.Inner) return false;
        TournamentId inner = TournamentId.wrap(MatchId.unwrap(id));
        return
            honestRoot(inner) == NOBODY && block.timestamp < Instant.unwrap(stage.game().tournamentState(inner).closes);
    }

    /// @dev To the instant at which the next clock runs out, or to the last second before.
    function _warpToEdge(uint256 early) private {
        uint256 edge = type(uint256).max;
        for (uint256 i; i < stage.duelCount(); ++i) {
            (, , , MatchId id) = stage.duels(i);
            MatchState memory state = stage.game().matchState(id);
            Duration clock = state.turn == Side.One ? state.clockOne : state.clockTwo;
            uint256 end = Instant.unwrap(state.since) + Duration.unwrap(clock) - early;
            if (state.phase == Phase.Playing && end >= block.timestamp && end < edge) edge = end;
        }
        if (edge != type(uint256).max) VM.warp(edge);
    }

    function _pickDuel(uint256 seed, Phase phase) private view returns (uint256 number, bool found) {
        uint256 count = stage.duelCount();
        for (uint256 i; i < count; ++i) {
            number = ((seed % count) + i) % count;
            (, , , MatchId id) = stage.duels(number);
            if (stage.game().matchState(id).phase == phase) return (number, true);
        }
        return (0, false);
    }
}

/// @title The invariants of docs/game.md on random schedules.
abstract contract TournamentInvariants {
    Crowd internal _crowd;
    Stage internal _stage;

    function setUp() public virtual;

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_crowd);
    }

    /// @dev Invariants 4, 5 and 7. What a single action shows of them the stage has watched.
    function invariant_clocksAndCountsAddUp() external view {
        demand(bytes(_stage.broken()).length == 0, _stage.broken());
        _requireClocksWithinPeriod();
        _requireEveryCommitmentOutOrWaitingOrPlaying();
    }

    function _requireClocksWithinPeriod() private view {
        for (uint256 i; i < _stage.duelCount(); ++i) {
            (, , , MatchId id) = _stage.duels(i);
            MatchState memory state = _stage.game().matchState(id);
            demand(Duration.unwrap(state.clockOne) <= _stage.period(), "clock one within the period");
            demand(Duration.unwrap(state.clockTwo) <= _stage.period(), "clock two within the period");
        }
    }

    function _requireEveryCommitmentOutOrWaitingOrPlaying() private view {
        for (uint256 i; i < _stage.tournamentCount(); ++i) {
            TournamentId id = _stage.tournaments(i);
            TournamentState memory row = _stage.game().tournamentState(id);
            Node[] memory roots = _stage.roots(id);
            uint256 out;
            for (uint256 k; k < roots.length; ++k) {
                if (_stage.game().commitmentState(id, roots[k]).status == Status.Out) ++out;
            }
            demand(roots.length == out + (row.waiting == NOBODY ? 0 : 1) + 2 * row.live, "joined");
        }
    }

    /// @dev Invariant 6: with nobody moving any more, time and `resolve` alone finish every
    /// tournament.
    function invariant_noDeadState() external {
        uint256 snapshot = VM.snapshotState();
        for (uint256 round; !_allFinished(); ++round) {
            demand(round < 64, "time alone finishes the game");
            VM.warp(block.timestamp + _stage.period() + 1);
            bool progress = round == 0;
            for (uint256 i; i < _stage.duelCount(); ++i) {
                try _stage.resolve(i) {
                    progress = true;
                } catch {}
            }
            demand(progress, "something can be resolved");
        }
        VM.revertToState(snapshot);
    }

    /// @dev Invariants 8 and 9.
    function invariant_moneyAddsUp() external view {
        _requireEtherIsBondsCreditsAndBurned();
        _requireLiarsPay();
    }

    function _requireEtherIsBondsCreditsAndBurned() private view {
        uint256 held = _stage.unshown() * _stage.bonds(0);
        for (uint256 i; i < _stage.tournamentCount(); ++i) {
            TournamentId id = _stage.tournaments(i);
            TournamentState memory row = _stage.game().tournamentState(id);
            Node[] memory roots = _stage.roots(id);
            for (uint256 k; k < roots.length; ++k) {
                if (_stage.game().commitmentState(id, roots[k]).status == Status.Alive) held += _stage.bonds(row.level);
            }
            if (row.collected) held -= _stage.bonds(row.level);
        }
        uint256 owed = held + _stage.game().credit(address(_stage)) + _stage.game().burned();
        demand(address(_stage.game()).balance == owed, "balance");
    }

    /// @dev Whoever owns all commitments and resolves everything still loses half of every bond
    /// that falls, less the bounty.
    function _requireLiarsPay() private view {
        uint256 lost;
        for (uint256 level; level < MAX_LEVELS; ++level) {
            uint256 out = _stage.eliminated(level);
            if (out > 0) lost += out * (_stage.bonds(level) / 2 - _stage.bounty());
        }
        uint256 paid = _stage.withdrawn() + _stage.game().credit(address(_stage));
        demand(paid + lost <= _stage.deposited(), "payouts");
    }

    /// @dev Invariant 1: the truth is never out, and wins every tournament that is finished.
    function invariant_theTruthNeverLoses() external view {
        if (!_crowd.withTruth()) return;
        for (uint256 i; i < _stage.tournamentCount(); ++i) {
            TournamentId id = _stage.tournaments(i);
            Node truth = _crowd.honestRoot(id);
            if (truth == NOBODY || !_ownsParent(id)) continue;
            demand(_stage.game().commitmentState(id, truth).status == Status.Alive, "the truth is alive");
            (bool finished, , StateRoot finalState, ) = _stage.game().verdict(id);
            if (finished) {
                bytes32 end = StateRoot.unwrap(_stage.game().commitmentState(id, truth).finalState);
                demand(StateRoot.unwrap(finalState) == end, "the truth wins");
            }
        }
    }

    /// @dev Whether the honest player defends this tournament: the root one, or that of a match of
    /// its own.
    function _ownsParent(TournamentId id) private view returns (bool) {
        for (uint256 i; i < _stage.duelCount(); ++i) {
            (TournamentId outer, Node one, Node two, MatchId name) = _stage.duels(i);
            if (MatchId.unwrap(name) != TournamentId.unwrap(id)) continue;
            Node truth = _crowd.honestRoot(outer);
            return truth == one || truth == two;
        }
        return true;
    }

    function _allFinished() private view returns (bool) {
        for (uint256 i; i < _stage.tournamentCount(); ++i) {
            (bool finished, , , ) = _stage.game().verdict(_stage.tournaments(i));
            if (!finished) return false;
        }
        return true;
    }

    /// @param heights A byte for each level.
    function _begin(bool withTruth, bytes memory heights) internal {
        _crowd = new Crowd{value: 1 ether}(withTruth, heightsFrom(heights));
        _stage = _crowd.stage();
    }
}

contract LiarsAtTwoLevelsTest is TournamentInvariants {
    function setUp() public override {
        _begin(false, hex"0303");
    }
}

contract TruthAtOneLevelTest is TournamentInvariants {
    function setUp() public override {
        _begin(true, hex"06");
    }
}

contract TruthAtTwoLevelsTest is TournamentInvariants {
    function setUp() public override {
        _begin(true, hex"0603");
    }
}

contract TruthAtThreeLevelsTest is TournamentInvariants {
    function setUp() public override {
        _begin(true, hex"030303");
    }
}

contract TruthAtFourLevelsTest is TournamentInvariants {
    function setUp() public override {
        _begin(true, hex"03030303");
    }
}
