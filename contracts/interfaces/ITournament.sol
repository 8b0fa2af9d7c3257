// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {FAN_OUT} from "../tournament/Levels.sol";
import {MatchId, Node, TournamentId} from "../tournament/Names.sol";
import {Announcement, CommitmentState, MatchState, Side, TournamentState} from "../tournament/States.sol";
import {Duration, Instant} from "../tournament/Time.sol";
import {StateRoot} from "../types/StateRoot.sol";
import {IStepVerifier} from "./IStepVerifier.sol";

/// @notice What never changes about a Tournament contract.
/// @param period P: how long a root tournament may be joined, and the most that a clock can hold,
/// in seconds.
/// @param grace G: what every clock gains when its commitment is paired, in seconds.
/// @param heights Height of the commitments' trees at each level, from level 0: one to MAX_LEVELS
/// multiples of MOVE_LEVELS, at most MAX_HEIGHT together.
/// @param bonds Bond of a commitment at each level, in wei.
/// @param bounty What `resolve` pays its sender, in wei: less than a quarter of every bond.
struct Params {
    uint64 period;
    uint64 grace;
    uint8[] heights;
    uint256[] bonds;
    uint256 bounty;
}

/// @notice What a commitment shows when it joins.
/// @param children The eight nodes three levels below the root, from the left.
/// @param finalState The last leaf.
/// @param proof Siblings from the last leaf up to the last child: height − MOVE_LEVELS of them.
/// @param salt What the announcement was blinded with (level 0).
struct Join {
    bytes32[FAN_OUT] children;
    StateRoot finalState;
    bytes32[] proof;
    bytes32 salt;
}

/// @notice What the last move of a match shows.
/// @param digit Number of the first leaf, among the eight, on which the sides differ.
/// @param own The mover's leaf there.
/// @param opp The other side's leaf there.
/// @param siblings As in `move`.
/// @param agreed The state before: the leaf to the left in either tree, or the tournament's initial
/// state.
/// @param proof Siblings of that leaf from the bottom up, as many as the tree is high; none for the
/// initial state.
/// @param witness Bottom level: what the step verifier needs to execute `agreed`.
struct LastMove {
    uint8 digit;
    StateRoot own;
    StateRoot opp;
    bytes32[] siblings;
    StateRoot agreed;
    bytes32[] proof;
    bytes witness;
}

/// @title Tournaments between commitments to a computation
/// @notice The game is described in docs/game.md. Nobody is called while the game goes on: money
/// becomes a credit, which its owner withdraws. Moves are open to everybody: only an opening of
/// what was committed is a move.
interface ITournament {
    /// @notice Somebody bound itself to a commitment without showing it, and paid its bond.
    event Announced(bytes32 indexed announcement, uint40 number, Instant time);

    /// @notice An announcement's commitment was shown.
    event Shown(bytes32 indexed announcement);

    /// @notice A root tournament began.
    event Opened(TournamentId indexed tournament, StateRoot initial, Instant closes);

    /// @notice A commitment joined.
    /// @param children The eight nodes three levels below the root.
    event Joined(
        TournamentId indexed tournament,
        Node indexed root,
        address indexed owner,
        StateRoot finalState,
        Duration clock,
        uint40 number,
        bytes32[FAN_OUT] children
    );

    /// @notice An earlier announcement of a commitment was shown: the commitment is `owner`'s now.
    event Displaced(TournamentId indexed tournament, Node indexed root, address indexed owner, uint40 number);

    /// @notice A match began; `one` moves.
    event Paired(
        TournamentId indexed tournament,
        MatchId indexed id,
        Node one,
        Node two,
        Duration clockOne,
        Duration clockTwo,
        Instant time
    );

    /// @notice The mover descended three levels.
    /// @param pos Number of the node from the left; its lowest octal digit is the move.
    /// @param children The eight nodes three levels below the mover's node.
    event Moved(MatchId indexed id, uint64 pos, Instant time, bytes32[FAN_OUT] children);

    /// @notice The sides were brought to one leaf above the bottom level, and an inner tournament
    /// of the match's name began.
    /// @param pos Number of the first leaf that differs.
    event Sealed(
        MatchId indexed id,
        uint64 pos,
        StateRoot agreed,
        StateRoot leafOne,
        StateRoot leafTwo,
        Instant time,
        Instant closes
    );

    /// @notice The sides were brought to one step, and it was executed.
    /// @param pos Number of the first leaf that differs.
    /// @param result The state that the step verifier reached from `agreed`.
    event Stepped(
        MatchId indexed id,
        uint64 pos,
        StateRoot agreed,
        StateRoot leafOne,
        StateRoot leafTwo,
        StateRoot result,
        Instant time
    );

    /// @notice A match ended. Who did not win is out.
    /// @param clock What the winner's clock holds.
    /// @param burned What was taken from the losers and given to nobody, in wei.
    event Ended(TournamentId indexed tournament, MatchId indexed id, Side winner, Duration clock, uint256 burned);

    /// @notice The winner's bond was credited to its owner.
    event Collected(TournamentId indexed tournament, Node indexed root);

    /// @notice Somebody may withdraw more.
    event Credited(address indexed owner, uint256 amount);

    /// @notice A credit was paid out.
    event Withdrawn(address indexed owner, address to, uint256 amount);

    /// @notice Thrown when there is no level, or more than `most`.
    error LevelsWrong(uint256 actual, uint256 most);
    /// @notice Thrown when a level's height is not a positive multiple of what a move descends.
    error HeightWrong(uint256 level, uint256 actual, uint256 multipleOf);
    /// @notice Thrown when the heights together exceed `most`.
    error HeightsTooTall(uint256 actual, uint256 most);
    /// @notice Thrown when there is not one bond for each level.
    error BondsWrong(uint256 expected, uint256 actual);
    /// @notice Thrown when a level's bond is not greater than four bounties.
    error BondTooLow(uint256 level, uint256 bond, uint256 bounty);
    /// @notice Thrown when the period or the grace is zero or exceeds 2^40 seconds.
    error PeriodWrong(uint256 period, uint256 grace);
    /// @notice Thrown when anybody but the Arbiter opens a root tournament.
    error NotArbiter(address sender);
    /// @notice Thrown when there is a tournament of that name.
    error TournamentExists(TournamentId tournament);
    /// @notice Thrown when there is no tournament of that name.
    error TournamentUnknown(TournamentId tournament);
    /// @notice Thrown when a commitment comes when the tournament may no longer be joined.
    error TournamentClosed(TournamentId tournament, Instant closes);
    /// @notice Thrown when a result is asked for that there is not yet.
    error TournamentUnfinished(TournamentId tournament);
    /// @notice Thrown when a tournament's bond is collected that nobody won.
    error TournamentWithoutWinner(TournamentId tournament);
    /// @notice Thrown when the winner's bond is collected twice.
    error BondCollected(TournamentId tournament);
    /// @notice Thrown when the value sent is not the level's bond.
    error BondWrong(uint256 expected, uint256 actual);
    /// @notice Thrown when an announcement is made that was made and not shown yet.
    error AnnouncementKnown(bytes32 announcement);
    /// @notice Thrown when a commitment was not announced by its owner, or shown already.
    error NotAnnounced(bytes32 announcement);
    /// @notice Thrown when a commitment joins an inner tournament in which it is or was.
    error CommitmentKnown(TournamentId tournament, Node root);
    /// @notice Thrown when a commitment to an inner tournament ends in neither of the two states
    /// that are in question.
    error FinalOutsideMatch(StateRoot finalState);
    /// @notice Thrown when a leaf's proof has another length than the tree's height.
    error ProofLengthWrong(uint256 expected, uint256 actual);
    /// @notice Thrown when an index does not fit the tree's height.
    error IndexOutOfRange(uint256 index, uint256 height);
    /// @notice Thrown when the last leaf shown is not under the commitment's last child.
    error FinalNotInTree(StateRoot finalState);
    /// @notice Thrown when the agreed state is neither side's leaf before the first difference, nor
    /// the initial state before leaf 0.
    error AgreedWrong(StateRoot agreed);
    /// @notice Thrown when a match is not being played: there is none, it is in its inner
    /// tournament, or it is done.
    error MatchNotPlaying(MatchId id);
    /// @notice Thrown when a match cannot be resolved because there is none or it is done.
    error MatchNotLive(MatchId id);
    /// @notice Thrown when `move` is called where only the last move is left, or `last` before.
    error HeightUnfit(uint256 height);
    /// @notice Thrown when the mover's clock has run out.
    error ClockSpent(MatchId id);
    /// @notice Thrown when a match is resolved while the mover has time.
    error ClockRunning(MatchId id);
    /// @notice Thrown when a digit is not below eight.
    error DigitOutOfRange(uint256 digit);
    /// @notice Thrown when the two sides' nodes are the same.
    error NoDifference();
    /// @notice Thrown when a move has not exactly two siblings where the digit's bit is 0 and one
    /// where it is 1.
    error SiblingsWrong(uint256 expected, uint256 actual);
    /// @notice Thrown when an opening does not lead to the two sides' nodes.
    error OpeningWrong(MatchId id);
    /// @notice Thrown when there is nothing to withdraw.
    error NothingToWithdraw(address owner);
    /// @notice Thrown when the recipient of a withdrawal does not take it.
    error WithdrawalFailed(address to);

    /// @notice Binds the owner in the hash to a commitment without showing it, with the bond of
    /// level 0 as value. Who shows it within a grace from then owns it, whoever showed the same one
    /// earlier and announced it later. The bond of a commitment that nobody shows stays here.
    /// @param announcement keccak256(abi.encode(owner, tournament, root, salt)).
    function announce(bytes32 announcement) external payable;

    /// @notice Opens a root tournament, and joins for `owner`. Only the Arbiter may.
    /// @param tournament Its name, chosen by the Arbiter.
    /// @param initial The state before the first step.
    /// @param owner Whose commitment joins, as `owner` has announced it.
    function open(TournamentId tournament, StateRoot initial, address owner, Join calldata commitment) external;

    /// @notice Joins a tournament that is not closed: a root tournament with what the sender has
    /// announced and paid for, an inner one with the level's bond as value. If the same commitment
    /// is in a root tournament already, it is the sender's from now on if its announcement came
    /// first, and whose it is not gets its bond back, whenever it comes.
    function join(TournamentId tournament, Join calldata commitment) external payable;

    /// @notice Descends three levels to the first of the eight nodes on which the sides differ.
    /// @param digit Number of that node from the left.
    /// @param opp The other side's node there.
    /// @param siblings From the bottom up: the mover's and the other side's right sibling where the
    /// digit's bit is 0, the one left sibling that both share where it is 1.
    /// @param next The eight nodes three levels below the mover's node there.
    function move(
        MatchId id,
        uint8 digit,
        Node opp,
        bytes32[] calldata siblings,
        bytes32[FAN_OUT] calldata next
    ) external;

    /// @notice Descends to the first leaf that differs: above the bottom level an inner tournament
    /// begins, at the bottom the step between `agreed` and the leaf is executed and ends the match.
    function last(TournamentId tournament, Node one, Node two, LastMove calldata shown) external;

    /// @notice Ends a match whose mover has no time left, or whose inner tournament is finished,
    /// whenever it is called.
    function resolve(TournamentId tournament, Node one, Node two) external;

    /// @notice Credits the winner of a finished tournament its bond, once.
    function collect(TournamentId tournament) external;

    /// @notice Pays the sender's credit out.
    function withdraw(address payable to) external;

    /// @notice The result of a tournament.
    /// @return finished It is closed and no match is left.
    /// @return decided It is finished and has a winner.
    /// @return finalState The winner's last leaf.
    /// @return owner The winner's owner.
    function verdict(
        TournamentId tournament
    ) external view returns (bool finished, bool decided, StateRoot finalState, address owner);

    /// @notice A tournament; all zero if there is none.
    function tournamentState(TournamentId tournament) external view returns (TournamentState memory);

    /// @notice A commitment in a tournament; all zero if it never joined.
    function commitmentState(TournamentId tournament, Node root) external view returns (CommitmentState memory);

    /// @notice A match; all zero if there is none.
    function matchState(MatchId id) external view returns (MatchState memory);

    /// @notice An announcement that was not shown yet; all zero if there is none.
    function announcementState(bytes32 announcement) external view returns (Announcement memory);

    /// @notice What somebody may withdraw, in wei.
    function credit(address owner) external view returns (uint256);

    /// @notice What was taken from losers and given to nobody, in wei. It stays here.
    function burned() external view returns (uint256);

    /// @notice The step verifier of the bottom level.
    function verifier() external view returns (IStepVerifier);

    /// @notice Who opens root tournaments.
    function arbiter() external view returns (address);

    /// @notice The parameters that the contract was made with.
    function params() external view returns (Params memory);
}
