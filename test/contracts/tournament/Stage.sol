// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Join, Params} from "../../../contracts/interfaces/ITournament.sol";
import {FAN_OUT, MAX_LEVELS, MOVE_LEVELS} from "../../../contracts/tournament/Levels.sol";
import {Match} from "../../../contracts/tournament/Match.sol";
import {MatchId, NOBODY, Node, TournamentId} from "../../../contracts/tournament/Names.sol";
import {
    CommitmentState,
    MatchState,
    Phase,
    Side,
    Status,
    TournamentState
} from "../../../contracts/tournament/States.sol";
import {Duration, Instant} from "../../../contracts/tournament/Time.sol";
import {Tournament} from "../../../contracts/tournament/Tournament.sol";
import {StateRoot} from "../../../contracts/types/StateRoot.sol";
import {ToyVerifier, toyState} from "../../harness/tournament/ToyVerifier.sol";
import {Opening, Saga, Sagas} from "./Saga.sol";

/// @dev Heights by level, a byte each.
function heightsFrom(bytes memory list) pure returns (uint8[] memory heights) {
    heights = new uint8[](list.length);
    for (uint256 level; level < list.length; ++level) heights[level] = uint8(list[level]);
}

/// @title One game about the toy machine, with everybody's trees at hand: joins, plays the only
/// right move of any match, resolves.
/// @notice Owns every commitment and is the arbiter. Keeps the books that the invariants compare
/// the contract with.
contract Stage {
    using Sagas for Saga;

    /// @dev A match with its names.
    struct Duel {
        TournamentId tournament;
        Node one;
        Node two;
        MatchId id;
    }

    TournamentId public constant ROOT = TournamentId.wrap(keccak256("root"));
    uint256 public constant LIMIT = 1 << 40;

    Tournament public immutable game;
    uint8[] public heights;
    uint256[] public bonds;
    uint256 public immutable period;
    uint256 public immutable grace;
    uint256 public immutable bounty;

    TournamentId[] public tournaments;
    Duel[] public duels;
    mapping(TournamentId tournament => Node[]) internal _roots;
    mapping(TournamentId tournament => mapping(Node root => Saga)) internal _sagas;

    /// @dev The first rule that the contract broke before our eyes. It is noted, not thrown: a
    /// handler's revert would be forgiven.
    string public broken;

    uint256 public deposited;
    /// @dev Announcements that nobody has shown yet.
    uint256 public unshown;
    uint256 public withdrawn;
    /// @dev How many commitments went out, by level.
    uint256[MAX_LEVELS] public eliminated;

    constructor(Params memory params) payable {
        heights = params.heights;
        bonds = params.bonds;
        (period, grace, bounty) = (params.period, params.grace, params.bounty);
        game = new Tournament(new ToyVerifier(LIMIT), params, address(this));
    }

    receive() external payable {}

    function tournamentCount() external view returns (uint256) {
        return tournaments.length;
    }

    function duelCount() public view returns (uint256) {
        return duels.length;
    }

    function roots(TournamentId tournament) external view returns (Node[] memory) {
        return _roots[tournament];
    }

    function sagaOf(TournamentId tournament, Node root) public view returns (Saga memory) {
        return _sagas[tournament][root];
    }

    /// @dev A saga about the root tournament's run.
    function rootSaga(uint256 fork, uint256 lineage, bool garbage) public view returns (Saga memory) {
        return Saga(0, strideOf(0), heights[0], fork, lineage, garbage, 0);
    }

    /// @dev A saga about the run below a sealed match.
    function innerSaga(
        Duel memory duel,
        uint256 fork,
        uint256 lineage,
        bool garbage,
        bytes32 end
    ) public view returns (Saga memory) {
        Saga memory outer = _sagas[duel.tournament][duel.one];
        uint256 start = outer.start + game.matchState(duel.id).pos * outer.stride;
        uint256 level = game.tournamentState(duel.tournament).level + 1;
        return Saga(start, strideOf(level), heights[level], fork, lineage, garbage, end);
    }

    /// @dev Steps from leaf to leaf at a level.
    function strideOf(uint256 level) public view returns (uint256 stride) {
        stride = 1;
        for (uint256 below = level + 1; below < heights.length; ++below) stride <<= heights[below];
    }

    function announce(TournamentId tournament, Saga memory saga) external {
        _announce(tournament, saga, 0);
    }

    /// @dev Announces the same commitment once more.
    function announceTwin(Saga memory saga, bytes32 salt) external {
        _announce(ROOT, saga, salt);
    }

    /// @dev Shows a commitment that is there already, for its second bond.
    function showTwin(Saga memory saga, bytes32 salt) external {
        Join memory commitment = saga.join();
        commitment.salt = salt;
        CommitmentState memory before = game.commitmentState(ROOT, Node.wrap(saga.root()));
        if (before.status == Status.None) return;
        uint256 credit = game.credit(address(this));
        game.join(ROOT, commitment);
        --unshown;
        CommitmentState memory afterwards = game.commitmentState(ROOT, Node.wrap(saga.root()));
        _expect(game.credit(address(this)) == credit + bonds[0], "a twin's bond comes back");
        _expect(afterwards.number <= before.number, "nobody becomes later");
        afterwards.number = before.number;
        _expect(keccak256(abi.encode(afterwards)) == keccak256(abi.encode(before)), "a twin changes nothing else");
    }

    /// @dev Opens the root tournament with its first commitment.
    function open(Saga memory saga) external {
        game.open(ROOT, StateRoot.wrap(toyState(0, 0)), address(this), saga.join());
        tournaments.push(ROOT);
        _entered(ROOT, saga, NOBODY);
    }

    /// @dev Joins; reverts with the contract's reason.
    function enter(TournamentId tournament, Saga memory saga) external {
        TournamentState memory row = game.tournamentState(tournament);
        game.join{value: row.level == 0 ? 0 : bonds[row.level]}(tournament, saga.join());
        _entered(tournament, saga, row.waiting);
    }

    /// @dev Plays the mover's only right move.
    function play(uint256 number) external {
        Duel memory duel = duels[number];
        MatchState memory state = game.matchState(duel.id);
        (Node mover, Node waiter) = state.turn == Side.One ? (duel.one, duel.two) : (duel.two, duel.one);
        Saga memory own = _sagas[duel.tournament][mover];
        Saga memory opp = _sagas[duel.tournament][waiter];
        if (state.height > MOVE_LEVELS) {
            _move(duel, state, own, opp);
        } else {
            _last(duel, state, own, opp);
        }
    }

    /// @dev Ends a match by time or by its inner tournament.
    function resolve(uint256 number) external {
        Duel memory duel = duels[number];
        Node waiting = game.tournamentState(duel.tournament).waiting;
        MatchState memory state = game.matchState(duel.id);
        game.resolve(duel.tournament, duel.one, duel.two);
        _ended(duel, state, waiting);
    }

    function collect(TournamentId tournament) external {
        game.collect(tournament);
    }

    function withdraw() external {
        withdrawn += game.credit(address(this));
        game.withdraw(payable(address(this)));
    }

    /// @dev Whether the commitment would have to play in this match at once.
    function isMover(uint256 number, Node root) public view returns (bool) {
        Duel memory duel = duels[number];
        MatchState memory state = game.matchState(duel.id);
        return state.phase == Phase.Playing && root == (state.turn == Side.One ? duel.one : duel.two);
    }

    function _announce(TournamentId tournament, Saga memory saga, bytes32 salt) private {
        game.announce{value: bonds[0]}(keccak256(abi.encode(address(this), tournament, saga.root(), salt)));
        deposited += bonds[0];
        ++unshown;
    }

    function _move(Duel memory duel, MatchState memory state, Saga memory own, Saga memory opp) private {
        Opening memory shown = own.open(opp, state.height, state.pos);
        bytes32[8] memory next = own.eight(state.height - MOVE_LEVELS, state.pos * FAN_OUT + shown.digit);
        game.move(duel.id, shown.digit, shown.opp, shown.siblings, next);
        MatchState memory afterwards = game.matchState(duel.id);
        _requireCharged(state, afterwards, block.timestamp - Instant.unwrap(state.since));
        _expect(afterwards.turn != state.turn && afterwards.height == state.height - MOVE_LEVELS, "a move hands over");
    }

    function _last(Duel memory duel, MatchState memory state, Saga memory own, Saga memory opp) private {
        TournamentState memory row = game.tournamentState(duel.tournament);
        game.last(duel.tournament, duel.one, duel.two, own.last(opp, state.pos, row.initial));
        MatchState memory afterwards = game.matchState(duel.id);
        _requireCharged(state, afterwards, block.timestamp - Instant.unwrap(state.since));
        if (afterwards.phase == Phase.Inner) {
            tournaments.push(TournamentId.wrap(MatchId.unwrap(duel.id)));
        } else {
            _requireFair(duel, afterwards.pos, row.initial);
            _ended(duel, afterwards, row.waiting);
        }
    }

    /// @dev Invariant 4: a move takes exactly what has elapsed, from the mover alone.
    function _requireCharged(MatchState memory before, MatchState memory afterwards, uint256 elapsed) private {
        uint256 one = Duration.unwrap(before.clockOne) - (before.turn == Side.One ? elapsed : 0);
        uint256 two = Duration.unwrap(before.clockTwo) - (before.turn == Side.Two ? elapsed : 0);
        _expect(Duration.unwrap(afterwards.clockOne) == one, "clock one");
        _expect(Duration.unwrap(afterwards.clockTwo) == two, "clock two");
    }

    /// @dev Invariant 7: at the bottom both go out only if neither leaf is the step of the agreed
    /// state.
    function _requireFair(Duel memory duel, uint256 pos, StateRoot initial) private {
        Saga memory one = _sagas[duel.tournament][duel.one];
        Saga memory two = _sagas[duel.tournament][duel.two];
        StateRoot agreed = pos == 0 ? initial : StateRoot.wrap(one.leaf(pos - 1));
        bytes32 result = StateRoot.unwrap(game.verifier().step(agreed, one.witness(one.start + pos)));
        bool oneLives = game.commitmentState(duel.tournament, duel.one).status == Status.Alive;
        bool twoLives = game.commitmentState(duel.tournament, duel.two).status == Status.Alive;
        _expect(oneLives == (one.leaf(pos) == result), "one lives if it is right");
        _expect(twoLives == (two.leaf(pos) == result), "two lives if it is right");
    }

    function _entered(TournamentId tournament, Saga memory saga, Node waiting) private {
        Node root = Node.wrap(saga.root());
        uint256 level = game.tournamentState(tournament).level;
        if (level == 0) --unshown;
        else deposited += bonds[level];
        _roots[tournament].push(root);
        _sagas[tournament][root] = saga;
        _paired(tournament, waiting, root);
    }

    /// @dev Whoever was free with somebody waiting has a match with it.
    function _paired(TournamentId tournament, Node waiting, Node root) private {
        if (waiting == NOBODY) return;
        MatchId id = Match.id(tournament, waiting, root);
        MatchState memory state = game.matchState(id);
        _expect(state.phase == Phase.Playing, "two that are free play");
        duels.push(Duel(tournament, waiting, root, id));
    }

    /// @dev `state` is the match as it was when it ended: the winner's clock comes from there.
    function _ended(Duel memory duel, MatchState memory state, Node waiting) private {
        CommitmentState memory one = game.commitmentState(duel.tournament, duel.one);
        CommitmentState memory two = game.commitmentState(duel.tournament, duel.two);
        _expect(game.matchState(duel.id).phase == Phase.Done, "an ended match is done");
        uint256 level = game.tournamentState(duel.tournament).level;
        if (one.status == Status.Out) ++eliminated[level];
        if (two.status == Status.Out) ++eliminated[level];
        _expect(one.status == Status.Out || two.status == Status.Out, "a match has a loser");
        if (one.status == Status.Alive) {
            _expect(Duration.unwrap(one.clock) == Duration.unwrap(state.clockOne), "the winner's clock is the match's");
            _paired(duel.tournament, waiting, duel.one);
        } else if (two.status == Status.Alive) {
            _expect(Duration.unwrap(two.clock) == Duration.unwrap(state.clockTwo), "the winner's clock is the match's");
            _paired(duel.tournament, waiting, duel.two);
        }
    }

    function _expect(bool met, string memory what) private {
        if (!met && bytes(broken).length == 0) broken = what;
    }
}
