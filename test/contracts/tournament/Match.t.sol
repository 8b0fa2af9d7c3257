// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {ITournament, LastMove, Params} from "../../../contracts/interfaces/ITournament.sol";
import {MatchId, Node, TournamentId} from "../../../contracts/tournament/Names.sol";
import {CommitmentState, MatchState, Phase, Status, TournamentState} from "../../../contracts/tournament/States.sol";
import {Duration, Instant} from "../../../contracts/tournament/Time.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";
import {VM, demand} from "../../support/Vm.sol";
import {Opening, Saga, Sagas} from "./Saga.sol";
import {Stage, heightsFrom} from "./Stage.sol";

/// @title One match, for what has to hold whoever plays it and whenever.
contract MatchTest {
    using Sagas for Saga;

    uint256 private constant PERIOD = 1000;
    uint256 private constant GRACE = 100;

    Stage private _stage;
    Stage private _deep;

    function setUp() public {
        VM.warp(1_000_000);
        _stage = _stageOf(hex"06");
        _deep = _stageOf(hex"0303");
    }

    /// @dev Invariant 2, above the leaves: whatever differs from the one right move is refused.
    function testFuzz_oneSuccessorOfAMove(uint256 fork, uint256 change, bytes32 junk) external {
        Saga memory liar = _begin(_stage, fork);
        Saga memory truth = _stage.rootSaga(type(uint256).max, 0, false);
        Opening memory shown = truth.open(liar, 6, 0);
        bytes32[8] memory next = truth.eight(3, shown.digit);
        (, , , MatchId id) = _stage.duels(0);
        uint256 place = (change >> 8) % 8;
        if (change % 4 == 0) {
            VM.assume(uint8(change >> 8) != shown.digit);
            shown.digit = uint8(change >> 8);
        } else if (change % 4 == 1) {
            VM.assume(Node.wrap(junk) != shown.opp);
            shown.opp = Node.wrap(junk);
        } else if (change % 4 == 2) {
            place %= shown.siblings.length;
            VM.assume(junk != shown.siblings[place]);
            shown.siblings[place] = junk;
        } else {
            VM.assume(junk != next[place]);
            next[place] = junk;
        }
        try _stage.game().move(id, shown.digit, shown.opp, shown.siblings, next) {
            demand(false, "a second successor");
        } catch {}
        _stage.play(0);
    }

    /// @dev Invariant 2, at the leaves.
    function testFuzz_oneSuccessorOfALastMove(uint256 fork, uint256 change, bytes32 junk) external {
        Saga memory liar = _begin(_deep, fork);
        Saga memory truth = _deep.rootSaga(type(uint256).max, 0, false);
        StateRoot initial = _deep.game().tournamentState(_deep.ROOT()).initial;
        LastMove memory shown = truth.last(liar, 0, initial);
        (, Node one, Node two, ) = _deep.duels(0);
        uint256 place = change >> 8;
        if (change % 5 == 0) {
            VM.assume(uint8(place) != shown.digit);
            shown.digit = uint8(place);
        } else if (change % 5 == 1) {
            StateRoot other = StateRoot.wrap(junk);
            (shown.own, shown.opp) = place % 2 == 0 ? (other, shown.opp) : (shown.own, other);
        } else if (change % 5 == 2) {
            VM.assume(junk != shown.siblings[place % shown.siblings.length]);
            shown.siblings[place % shown.siblings.length] = junk;
        } else if (change % 5 == 3) {
            VM.assume(StateRoot.wrap(junk) != shown.agreed);
            shown.agreed = StateRoot.wrap(junk);
        } else {
            shown.proof = new bytes32[](shown.proof.length + 1);
        }
        try _deep.game().last(_deep.ROOT(), one, two, shown) {
            demand(false, "a second successor");
        } catch {}
        _deep.play(0);
    }

    /// @dev Invariant 3, and a known fault (Dave, pull request 275): a match that is won and not
    /// claimed until the winner's own time would have been over many times is still won, with the
    /// same clock.
    function testFuzz_knownFaultAWonMatchIsNeverLostForBeingClaimedLate(uint256 fork, uint32 late) external {
        _begin(_stage, fork);
        (TournamentId tournament, Node one, Node two, MatchId id) = _stage.duels(0);
        VM.warp(block.timestamp + 7);
        _stage.play(0);
        MatchState memory state = _stage.game().matchState(id);
        uint256 end = Instant.unwrap(state.since) + Duration.unwrap(state.clockTwo);
        uint256 snapshot = VM.snapshotState();
        VM.warp(end);
        _stage.resolve(0);
        CommitmentState memory early = _stage.game().commitmentState(tournament, one);
        VM.revertToState(snapshot);
        VM.warp(end + late);
        _stage.resolve(0);
        CommitmentState memory delayed = _stage.game().commitmentState(tournament, one);
        demand(early.status == Status.Alive && delayed.status == Status.Alive, "the winner is alive");
        demand(Duration.unwrap(early.clock) == PERIOD - 7, "only its own move cost time");
        demand(Duration.unwrap(early.clock) == Duration.unwrap(delayed.clock), "waiting cost nothing");
        demand(_stage.game().commitmentState(tournament, two).status == Status.Out, "the loser is out");
        demand(bytes(_stage.broken()).length == 0, _stage.broken());
    }

    /// @dev Before the last second of the mover's clock nobody can take the match from it.
    function testFuzz_noWinBeforeTheClockEnds(uint256 fork, uint256 early) external {
        _begin(_stage, fork);
        (, , , MatchId id) = _stage.duels(0);
        MatchState memory state = _stage.game().matchState(id);
        uint256 left = Duration.unwrap(state.clockOne);
        VM.warp(Instant.unwrap(state.since) + (early % left));
        try _stage.resolve(0) {
            demand(false, "resolved too early");
        } catch (bytes memory reason) {
            demand(bytes4(reason) == ITournament.ClockRunning.selector, "refused for another reason");
        }
        _stage.play(0);
    }

    /// @dev Invariant 3 for a sealed match: its clocks stand still, however long the inner
    /// tournament and its resolution take.
    function testFuzz_sealedClocksStandStill(uint256 fork, uint32 thinking, uint32 late) external {
        Saga memory liar = _begin(_deep, fork);
        uint256 used = thinking % PERIOD;
        VM.warp(block.timestamp + used);
        _deep.play(0);
        (TournamentId tournament, Node one, Node two, MatchId id) = _deep.duels(0);
        TournamentId inner = TournamentId.wrap(MatchId.unwrap(id));
        Stage.Duel memory duel = Stage.Duel(tournament, one, two, id);
        _deep.enter(inner, _deep.innerSaga(duel, type(uint256).max, 0, false, 0));
        VM.warp(Instant.unwrap(_deep.game().tournamentState(inner).closes) + late);
        _deep.resolve(0);
        CommitmentState memory winner = _deep.game().commitmentState(tournament, one);
        demand(winner.status == Status.Alive, "the truth wins");
        demand(Duration.unwrap(winner.clock) == PERIOD - used, "as sealed");
        demand(
            _deep.game().commitmentState(tournament, Node.wrap(liar.root())).status == Status.Out,
            "the liar is out"
        );
        demand(bytes(_deep.broken()).length == 0, _deep.broken());
    }

    /// @dev Known fault (BoLD audit contest 2024-05, H-02): a commitment in several trees has a
    /// clock in each, and none inherits another's.
    function testFuzz_knownFaultClocksAreNotInheritedAcrossTrees(uint256 fork, uint32 thinking, uint32 pause) external {
        _begin(_deep, fork);
        uint256 used = thinking % PERIOD;
        VM.warp(block.timestamp + used);
        _deep.play(0);
        (TournamentId tournament, Node one, Node two, MatchId id) = _deep.duels(0);
        TournamentId inner = TournamentId.wrap(MatchId.unwrap(id));
        TournamentState memory row = _deep.game().tournamentState(inner);
        demand(Instant.unwrap(row.closes) == block.timestamp + PERIOD, "the longer clock, which has not run");
        VM.warp(block.timestamp + (pause % PERIOD));
        Saga memory below = _deep.innerSaga(Stage.Duel(tournament, one, two, id), type(uint256).max, 0, false, 0);
        _deep.enter(inner, below);
        CommitmentState memory entry = _deep.game().commitmentState(inner, Node.wrap(below.root()));
        demand(Duration.unwrap(entry.clock) == Instant.unwrap(row.closes) - block.timestamp, "its own clock");
        demand(_deep.game().matchState(id).phase == Phase.Inner, "the match above rests");
        demand(Duration.unwrap(_deep.game().matchState(id).clockOne) == PERIOD - used, "as sealed");
    }

    /// @dev However many levels there are, two stories come down to the step before they part, and
    /// the truth wins.
    function testFuzz_everyDisputeComesDownToOneStep(uint256 fork, uint256 levels) external {
        bytes[4] memory heights = [bytes(hex"09"), hex"0606", hex"060303", hex"03030303"];
        Stage stage = _stageOf(heights[levels % 4]);
        Saga memory liar = _begin(stage, fork);
        uint256 number;
        while (true) {
            (TournamentId tournament, Node one, Node two, MatchId id) = stage.duels(number);
            while (stage.game().matchState(id).phase == Phase.Playing) stage.play(number);
            if (stage.game().matchState(id).phase == Phase.Done) break;
            Stage.Duel memory duel = Stage.Duel(tournament, one, two, id);
            TournamentId inner = TournamentId.wrap(MatchId.unwrap(id));
            stage.enter(inner, stage.innerSaga(duel, type(uint256).max, 0, false, 0));
            stage.enter(inner, stage.innerSaga(duel, liar.fork, liar.lineage, false, 0));
            ++number;
        }
        demand(number + 1 == heights[levels % 4].length, "a match at every level");
        (TournamentId bottom, Node last, , MatchId done) = stage.duels(number);
        Saga memory truth = stage.sagaOf(bottom, last);
        demand(truth.start + stage.game().matchState(done).pos == liar.fork - 1, "the step before they part");
        for (uint256 ended = number; ended > 0; --ended) {
            VM.warp(block.timestamp + PERIOD);
            stage.resolve(ended - 1);
        }
        (, Node honest, , ) = stage.duels(0);
        demand(stage.game().commitmentState(stage.ROOT(), honest).status == Status.Alive, "the truth wins");
        demand(
            stage.game().commitmentState(stage.ROOT(), Node.wrap(liar.root())).status == Status.Out,
            "the liar is out"
        );
        demand(bytes(stage.broken()).length == 0, stage.broken());
    }

    /// @dev The truth waits and then moves against a liar; both join in the first second.
    function _begin(Stage stage, uint256 fork) private returns (Saga memory liar) {
        uint256 steps = stage.rootSaga(0, 0, false).stride << stage.rootSaga(0, 0, false).height;
        liar = stage.rootSaga(1 + (fork % steps), 1, false);
        Saga memory truth = stage.rootSaga(type(uint256).max, 0, false);
        stage.announce(stage.ROOT(), truth);
        stage.announce(stage.ROOT(), liar);
        VM.warp(block.timestamp + 1);
        stage.open(truth);
        stage.enter(stage.ROOT(), liar);
    }

    /// @param heights A byte for each level.
    function _stageOf(bytes memory heights) private returns (Stage) {
        uint256[] memory bonds = new uint256[](heights.length);
        for (uint256 level; level < bonds.length; ++level) bonds[level] = 1000 - 200 * level;
        return new Stage{value: 1 ether}(Params(uint64(PERIOD), uint64(GRACE), heightsFrom(heights), bonds, 99));
    }
}
