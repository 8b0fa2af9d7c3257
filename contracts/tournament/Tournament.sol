// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {IStepVerifier} from "../interfaces/IStepVerifier.sol";
import {ITournament, Join, LastMove, Params} from "../interfaces/ITournament.sol";
import {StateRoot} from "../types/StateRoot.sol";
import {Clock} from "./Clock.sol";
import {Commitment} from "./Commitment.sol";
import {Heights, packed} from "./Heights.sol";
import {FAN_OUT, MOVE_LEVELS} from "./Levels.sol";
import {Match} from "./Match.sol";
import {MatchId, NOBODY, Node, TournamentId} from "./Names.sol";
import {Announcement, CommitmentState, MatchState, Phase, Side, Status, TournamentState} from "./States.sol";
import {Duration, Instant, present} from "./Time.sol";

/// @title Tournament
/// @notice Storage, money and events of all tournaments; the rules are in {Match}, {Clock} and
/// {Commitment}.
contract Tournament is ITournament {
    /// @dev The longest period and grace, in seconds.
    uint256 private constant LONGEST = 2 ** 40;

    /// @inheritdoc ITournament
    IStepVerifier public immutable verifier;
    /// @inheritdoc ITournament
    address public immutable arbiter;

    Duration private immutable _period;
    Duration private immutable _grace;
    Heights private immutable _heights;
    uint256 private immutable _bond0;
    uint256 private immutable _bond1;
    uint256 private immutable _bond2;
    uint256 private immutable _bond3;
    uint256 private immutable _bounty;

    /// @inheritdoc ITournament
    uint256 public burned;
    /// @inheritdoc ITournament
    mapping(address owner => uint256 amount) public credit;
    /// @dev Number of the next announcement.
    uint40 private _nextNumber = 1;

    mapping(bytes32 announcement => Announcement) private _announcements;
    mapping(TournamentId tournament => TournamentState) private _tournaments;
    mapping(TournamentId tournament => mapping(Node root => CommitmentState)) private _commitments;
    mapping(MatchId id => MatchState) private _matches;

    /// @param verifier_ The step verifier of the bottom level.
    /// @param params_ What never changes.
    /// @param arbiter_ Who opens root tournaments.
    constructor(IStepVerifier verifier_, Params memory params_, address arbiter_) {
        Heights heights = packed(params_.heights);
        uint256 levels = params_.heights.length;
        if (params_.bonds.length != levels) revert BondsWrong(levels, params_.bonds.length);
        if (params_.period == 0 || params_.period > LONGEST || params_.grace == 0 || params_.grace > LONGEST) {
            revert PeriodWrong(params_.period, params_.grace);
        }
        for (uint256 level; level < levels; ++level) {
            // Division, because a product of an enormous bounty would overflow: bounty < bond / 4,
            // exactly.
            uint256 bond = params_.bonds[level];
            if (bond == 0 || params_.bounty > (bond - 1) / 4) revert BondTooLow(level, bond, params_.bounty);
        }
        verifier = verifier_;
        arbiter = arbiter_;
        _period = Duration.wrap(uint48(params_.period));
        _grace = Duration.wrap(uint48(params_.grace));
        _heights = heights;
        _bond0 = params_.bonds[0];
        _bond1 = levels > 1 ? params_.bonds[1] : 0;
        _bond2 = levels > 2 ? params_.bonds[2] : 0;
        _bond3 = levels > 3 ? params_.bonds[3] : 0;
        _bounty = params_.bounty;
    }

    /// @inheritdoc ITournament
    function announce(bytes32 announcement) external payable {
        if (msg.value != _bond0) revert BondWrong(_bond0, msg.value);
        // The first time counts: else anybody could make an announcement a late one.
        if (_announcements[announcement].number != 0) revert AnnouncementKnown(announcement);
        uint40 number = _nextNumber++;
        _announcements[announcement] = Announcement({number: number, time: present()});
        emit Announced(announcement, number, present());
    }

    /// @inheritdoc ITournament
    function open(TournamentId tournament, StateRoot initial, address owner, Join calldata commitment) external {
        if (msg.sender != arbiter) revert NotArbiter(msg.sender);
        TournamentState storage row = _tournaments[tournament];
        if (Instant.unwrap(row.closes) != 0) revert TournamentExists(tournament);
        row.initial = initial;
        row.closes = present().plus(_period);
        emit Opened(tournament, initial, row.closes);
        _joinRoot(tournament, owner, commitment);
    }

    /// @inheritdoc ITournament
    function join(TournamentId tournament, Join calldata commitment) external payable {
        uint256 level = _tournaments[tournament].level;
        uint256 bond = level == 0 ? 0 : _bondOf(level);
        if (msg.value != bond) revert BondWrong(bond, msg.value);
        if (level == 0) _joinRoot(tournament, msg.sender, commitment);
        else _joinInner(tournament, level, commitment);
    }

    /// @inheritdoc ITournament
    function move(
        MatchId id,
        uint8 digit,
        Node opp,
        bytes32[] calldata siblings,
        bytes32[FAN_OUT] calldata next
    ) external {
        MatchState memory state = _matches[id];
        Match.descend(state, id, digit, Commitment.top(next), opp, siblings, present());
        _matches[id] = state;
        emit Moved(id, state.pos, state.since, next);
    }

    /// @inheritdoc ITournament
    function last(TournamentId tournament, Node one, Node two, LastMove calldata shown) external {
        MatchId id = Match.id(tournament, one, two);
        MatchState memory state = _matches[id];
        Node own = Commitment.atLeaf(shown.own);
        Match.touchDown(state, id, shown.digit, own, Commitment.atLeaf(shown.opp), shown.siblings, present());
        TournamentState storage row = _tournaments[tournament];
        uint256 level = row.level;
        _requireAgreed(row.initial, _heights.ofLevel(level), state.pos, one, two, shown);
        StateRoot agreed = shown.agreed;
        bool first = state.turn == Side.One;
        StateRoot leafOne = first ? shown.own : shown.opp;
        StateRoot leafTwo = first ? shown.opp : shown.own;
        if (_heights.hasLevelBelow(level)) {
            _seal(id, state, uint8(level + 1), agreed, leafOne, leafTwo);
        } else {
            StateRoot result = verifier.step(agreed, shown.witness);
            emit Stepped(id, state.pos, agreed, leafOne, leafTwo, result, present());
            _end(tournament, id, one, two, state, _matching(result, leafOne, leafTwo), 0);
        }
    }

    /// @inheritdoc ITournament
    function resolve(TournamentId tournament, Node one, Node two) external {
        MatchId id = Match.id(tournament, one, two);
        MatchState memory state = _matches[id];
        Side winner;
        if (state.phase == Phase.Playing) {
            if (Clock.runs(state, present())) revert ClockRunning(id);
            winner = Match.other(state.turn);
        } else if (state.phase == Phase.Inner) {
            TournamentId inner = TournamentId.wrap(MatchId.unwrap(id));
            TournamentState storage row = _tournaments[inner];
            if (!_finished(row)) revert TournamentUnfinished(inner);
            Node champion = row.waiting;
            if (champion != NOBODY) {
                winner = _matching(_commitments[inner][champion].finalState, row.leafOne, row.leafTwo);
            }
        } else {
            revert MatchNotLive(id);
        }
        _end(tournament, id, one, two, state, winner, _bounty);
        _pay(msg.sender, _bounty);
    }

    /// @inheritdoc ITournament
    function collect(TournamentId tournament) external {
        TournamentState storage row = _tournaments[tournament];
        if (!_finished(row)) revert TournamentUnfinished(tournament);
        Node champion = row.waiting;
        if (champion == NOBODY) revert TournamentWithoutWinner(tournament);
        if (row.collected) revert BondCollected(tournament);
        row.collected = true;
        emit Collected(tournament, champion);
        _pay(_commitments[tournament][champion].owner, _bondOf(row.level));
    }

    /// @inheritdoc ITournament
    function withdraw(address payable to) external {
        uint256 amount = credit[msg.sender];
        if (amount == 0) revert NothingToWithdraw(msg.sender);
        credit[msg.sender] = 0;
        emit Withdrawn(msg.sender, to, amount);
        (bool taken, ) = to.call{value: amount}("");
        if (!taken) revert WithdrawalFailed(to);
    }

    /// @inheritdoc ITournament
    function verdict(
        TournamentId tournament
    ) external view returns (bool finished, bool decided, StateRoot finalState, address owner) {
        TournamentState storage row = _tournaments[tournament];
        finished = _finished(row);
        Node champion = row.waiting;
        decided = finished && champion != NOBODY;
        if (decided) {
            CommitmentState storage winner = _commitments[tournament][champion];
            (finalState, owner) = (winner.finalState, winner.owner);
        }
    }

    /// @inheritdoc ITournament
    function announcementState(bytes32 announcement) external view returns (Announcement memory) {
        return _announcements[announcement];
    }

    /// @inheritdoc ITournament
    function tournamentState(TournamentId tournament) external view returns (TournamentState memory) {
        return _tournaments[tournament];
    }

    /// @inheritdoc ITournament
    function commitmentState(TournamentId tournament, Node root) external view returns (CommitmentState memory) {
        return _commitments[tournament][root];
    }

    /// @inheritdoc ITournament
    function matchState(MatchId id) external view returns (MatchState memory) {
        return _matches[id];
    }

    /// @inheritdoc ITournament
    function params() external view returns (Params memory result) {
        result.period = Duration.unwrap(_period);
        result.grace = Duration.unwrap(_grace);
        result.bounty = _bounty;
        uint256 levels = _heights.count();
        result.heights = new uint8[](levels);
        result.bonds = new uint256[](levels);
        for (uint256 level; level < levels; ++level) {
            result.heights[level] = _heights.ofLevel(level);
            result.bonds[level] = _bondOf(level);
        }
    }

    /// @dev Joins a root tournament with what `owner` has announced, whose bond is here.
    function _joinRoot(TournamentId tournament, address owner, Join calldata shown) private {
        Instant closes = _closesOf(tournament);
        Node root = Commitment.top(shown.children);
        _requireFinal(0, shown);
        bytes32 name = keccak256(abi.encode(owner, tournament, root, shown.salt));
        Announcement memory announced = _announcements[name];
        if (announced.number == 0) revert NotAnnounced(name);
        delete _announcements[name];
        emit Shown(name);
        CommitmentState storage entry = _commitments[tournament][root];
        if (entry.status == Status.None) {
            _enter(tournament, closes, root, owner, announced.number, shown);
            return;
        }
        // Whoever comes here pays with nothing but the bond, and one of the two bonds is needed.
        if (_comesFirst(announced, entry, closes)) {
            (owner, entry.owner) = (entry.owner, owner);
            entry.number = announced.number;
            emit Displaced(tournament, root, entry.owner, announced.number);
        }
        _pay(owner, _bond0);
    }

    /// @dev Joins an inner tournament, whose bond came with the call.
    function _joinInner(TournamentId tournament, uint256 level, Join calldata shown) private {
        TournamentState storage row = _tournaments[tournament];
        Node root = Commitment.top(shown.children);
        StateRoot finalState = shown.finalState;
        _requireFinal(level, shown);
        if (finalState != row.leafOne && finalState != row.leafTwo) revert FinalOutsideMatch(finalState);
        if (_commitments[tournament][root].status != Status.None) revert CommitmentKnown(tournament, root);
        _enter(tournament, row.closes, root, msg.sender, 0, shown);
    }

    /// @dev A new commitment of a tournament that is not closed, with the time that is left to
    /// join.
    function _enter(
        TournamentId tournament,
        Instant closes,
        Node root,
        address owner,
        uint40 number,
        Join calldata shown
    ) private {
        if (!present().isBefore(closes)) revert TournamentClosed(tournament, closes);
        Duration clock = Clock.joining(present(), closes);
        _commitments[tournament][root] = CommitmentState({
            owner: owner,
            clock: clock,
            status: Status.Alive,
            number: number,
            finalState: shown.finalState
        });
        emit Joined(tournament, root, owner, shown.finalState, clock, number, shown.children);
        _pair(tournament, root, clock);
    }

    /// @dev Whoever has an opponent plays at once: the one that waited is `one` and moves.
    function _pair(TournamentId tournament, Node root, Duration clock) private {
        TournamentState storage row = _tournaments[tournament];
        Node one = row.waiting;
        if (one == NOBODY) {
            row.waiting = root;
            return;
        }
        row.waiting = NOBODY;
        ++row.live;
        MatchId id = Match.id(tournament, one, root);
        Duration clockOne = Clock.paired(_commitments[tournament][one].clock, _grace, _period);
        Duration clockTwo = Clock.paired(clock, _grace, _period);
        _matches[id] = Match.begin(one, root, _heights.ofLevel(row.level), clockOne, clockTwo, present());
        emit Paired(tournament, id, one, root, clockOne, clockTwo, present());
    }

    /// @dev Begins the inner tournament of a match; the match's clocks stand still until it is
    /// finished.
    function _seal(
        MatchId id,
        MatchState memory state,
        uint8 level,
        StateRoot agreed,
        StateRoot leafOne,
        StateRoot leafTwo
    ) private {
        state.phase = Phase.Inner;
        _matches[id] = state;
        Duration longer = state.clockOne < state.clockTwo ? state.clockTwo : state.clockOne;
        TournamentState storage row = _tournaments[TournamentId.wrap(MatchId.unwrap(id))];
        row.initial = agreed;
        row.leafOne = leafOne;
        row.leafTwo = leafTwo;
        row.level = level;
        row.closes = state.since.plus(longer);
        emit Sealed(id, state.pos, agreed, leafOne, leafTwo, state.since, row.closes);
    }

    /// @dev Ends a match. Half a loser's bond goes to the winner's owner, `bounty` to whoever
    /// resolved, and the rest to nobody.
    function _end(
        TournamentId tournament,
        MatchId id,
        Node one,
        Node two,
        MatchState memory state,
        Side winner,
        uint256 bounty
    ) private {
        state.phase = Phase.Done;
        _matches[id] = state;
        TournamentState storage row = _tournaments[tournament];
        --row.live;
        uint256 bond = _bondOf(row.level);
        if (winner != Side.One) _commitments[tournament][one].status = Status.Out;
        if (winner != Side.Two) _commitments[tournament][two].status = Status.Out;
        if (winner == Side.None) {
            uint256 both = 2 * bond - bounty;
            burned += both;
            emit Ended(tournament, id, winner, Duration.wrap(0), both);
            return;
        }
        (Node champion, Duration clock) = winner == Side.One ? (one, state.clockOne) : (two, state.clockTwo);
        uint256 prize = bond / 2;
        uint256 rest = bond - prize - bounty;
        burned += rest;
        emit Ended(tournament, id, winner, clock, rest);
        CommitmentState storage entry = _commitments[tournament][champion];
        entry.clock = clock;
        _pay(entry.owner, prize);
        _pair(tournament, champion, clock);
    }

    /// @dev Money moves only in `withdraw`.
    function _pay(address owner, uint256 amount) private {
        credit[owner] += amount;
        emit Credited(owner, amount);
    }

    function _bondOf(uint256 level) private view returns (uint256) {
        if (level == 0) return _bond0;
        if (level == 1) return _bond1;
        return level == 2 ? _bond2 : _bond3;
    }

    function _finished(TournamentState storage row) private view returns (bool) {
        Instant closes = row.closes;
        return Instant.unwrap(closes) != 0 && !present().isBefore(closes) && row.live == 0;
    }

    /// @dev Whether what is shown now was announced before the same commitment that is there. Its
    /// place is kept for a grace, so that nobody waits with it until others have done the work.
    function _comesFirst(
        Announcement memory announced,
        CommitmentState storage entry,
        Instant closes
    ) private view returns (bool) {
        return
            announced.number < entry.number &&
            entry.status == Status.Alive &&
            present().isBefore(closes) &&
            present().since(announced.time) < _grace;
    }

    function _closesOf(TournamentId tournament) private view returns (Instant closes) {
        closes = _tournaments[tournament].closes;
        if (Instant.unwrap(closes) == 0) revert TournamentUnknown(tournament);
    }

    /// @dev The last leaf is the last one under the last child.
    function _requireFinal(uint256 level, Join calldata shown) private view {
        uint256 height = _heights.ofLevel(level) - MOVE_LEVELS;
        Node child = Commitment.root(shown.finalState, (1 << height) - 1, height, shown.proof);
        if (child != Node.wrap(shown.children[FAN_OUT - 1])) revert FinalNotInTree(shown.finalState);
    }

    /// @dev Both sides agree on every leaf left of `pos`, so a proof in either tree will do.
    function _requireAgreed(
        StateRoot initial,
        uint256 height,
        uint256 pos,
        Node one,
        Node two,
        LastMove calldata shown
    ) private pure {
        StateRoot agreed = shown.agreed;
        if (pos == 0) {
            if (shown.proof.length != 0) revert ProofLengthWrong(0, shown.proof.length);
            if (agreed != initial) revert AgreedWrong(agreed);
        } else {
            Node root = Commitment.root(agreed, pos - 1, height, shown.proof);
            if (root != one && root != two) revert AgreedWrong(agreed);
        }
    }

    /// @dev Whose leaf a state is. The two leaves differ.
    function _matching(StateRoot state, StateRoot leafOne, StateRoot leafTwo) private pure returns (Side) {
        if (state == leafOne) return Side.One;
        return state == leafTwo ? Side.Two : Side.None;
    }
}
