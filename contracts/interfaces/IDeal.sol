// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {TournamentId} from "../tournament/Names.sol";
import {StateRoot} from "../types/StateRoot.sol";
import {IArbiter} from "./IArbiter.sol";
import {IDeposits} from "./IDeposits.sol";
import {ILockHolder} from "./ILockHolder.sol";
import {IStepVerifier} from "./IStepVerifier.sol";
import {Join} from "./ITournament.sol";

/// @title A Deal: a customer has a program run by workers with deposits
/// @notice The sequencer submits the input, fragment by fragment. Workers claim the state after
/// each fragment, in order, one after another. A claim is confirmed and paid when its window
/// is over undisputed, or when its dispute ended with its own final state. docs/money.md says who
/// can take what and when.
interface IDeal is ILockHolder {
    /// @notice What a Deal is about. Fixed forever; workers agree to
    /// `keccak256(abi.encode(terms))`.
    /// @param customer Pays, takes back what is not reserved, closes the Deal.
    /// @param sequencer Submits the fragments' input.
    /// @param arbiter Decides disputes; its verifier and its period are those of this Deal.
    /// @param deposits Keeps the workers' deposits.
    /// @param program The program; its initial record is where the sequence of claims begins.
    /// @param budget The most steps a fragment may take; budget + 1 at most the arbiter's capacity.
    /// @param collateralToken What the workers deposit; zero means ETH.
    /// @param collateral How much each worker locks, in the token's smallest unit.
    /// @param paymentToken What the customer pays with; zero means ETH.
    /// @param price What a confirmed fragment costs, in the token's smallest unit.
    /// @param reporterShare The reporter's part of a slashed deposit in ten-thousandths, at most
    /// 2,500.
    /// @param maxWorkers How many workers may take part at once, 1 to 16.
    /// @param maxPending How many claims may be unconfirmed at once, 1 to 64.
    /// @param maxPendingSteps How many steps the fragments of all unconfirmed claims may have taken
    /// together, by what the claims say; at least the budget.
    /// @param maxInput The most bytes a fragment may have, 1 to 65,536.
    /// @param notice Seconds between the customer's `close`, or a later strike, and the last moment
    /// for claims.
    struct Terms {
        address customer;
        address sequencer;
        IArbiter arbiter;
        IDeposits deposits;
        IStepVerifier.Program program;
        uint64 budget;
        address collateralToken;
        uint256 collateral;
        address paymentToken;
        uint256 price;
        uint16 reporterShare;
        uint8 maxWorkers;
        uint8 maxPending;
        uint64 maxPendingSteps;
        uint32 maxInput;
        uint32 notice;
    }

    /// @notice A fragment's input.
    /// @param root Merkle root over 2^11 leaves of 32 bytes, zero padded; see {Input}.
    /// @param length Bytes.
    struct FragmentInput {
        bytes32 root;
        uint64 length;
    }

    /// @notice Where a pending claim stands. `Open`: nobody disputes it. `Disputed`: its tournament
    /// is open. `Upheld`: its tournament ended with its final state.
    enum Stage {
        Open,
        Disputed,
        Upheld
    }

    /// @notice What is known of the state on which the next claim builds when no claim is pending.
    /// `Yielded`: the next fragment may be claimed. `Hidden`: a verdict gave its root only, see
    /// `reveal`. `Halted`: the program has ended, and with it the Deal.
    enum Head {
        Yielded,
        Hidden,
        Halted
    }

    /// @notice A claim that is neither confirmed nor dead.
    /// @param id Binds the Deal, the fragment with its input, the state before, the attempt and the
    /// final state.
    /// @param finalState The state root that is claimed: keccak256 of the packed record.
    /// @param fragment Index of the fragment, from zero.
    /// @param since When the claim was made; its window ends one period later.
    /// @param backers Bitmap of the seats of the workers who back it.
    /// @param stage See {Stage}.
    /// @param yields Whether the claimed state is yielded, so that a claim about the next fragment
    /// may follow.
    /// @param steps How many steps the fragment took, by what the claimed record has left of the
    /// budget.
    /// @param total The steps of this claim and of those before it, back to one before which none
    /// was pending; modulo 2^64.
    struct Claim {
        bytes32 id;
        StateRoot finalState;
        uint48 fragment;
        uint48 since;
        uint16 backers;
        Stage stage;
        bool yields;
        uint64 steps;
        uint64 total;
    }

    /// @notice The Deal began: all of its terms and the packed record of the initial state.
    event Opened(bytes32 indexed termsHash, Terms terms, bytes initialRecord);
    /// @notice `worker` locked its deposit and took a seat.
    event Joined(address indexed worker, uint256 seat);
    /// @notice `worker` gave its seat back, freely or because it was slashed.
    event Left(address indexed worker, uint256 seat);
    /// @notice `amount` of the payment token arrived from `from`.
    event Funded(address indexed from, uint256 amount);
    /// @notice The sequencer submitted a fragment; its price is reserved. `data` is the whole
    /// input.
    event Submitted(uint256 indexed fragment, bytes32 indexed id, bytes32 inputRoot, bytes data);
    /// @notice `worker` claims that the fragment leads from the state `previous` to the packed
    /// record `record`.
    event Claimed(
        bytes32 indexed claim,
        uint256 indexed fragment,
        address indexed worker,
        StateRoot previous,
        bytes record
    );
    /// @notice `worker` backs the claim too.
    event Backed(bytes32 indexed claim, address indexed worker);
    /// @notice `challenger` opened the claim's tournament; `initial` is the root of the loaded
    /// state it starts from.
    event Challenged(bytes32 indexed claim, address indexed challenger, TournamentId tournament, StateRoot initial);
    /// @notice The claim's tournament ended with the claim's own final state.
    event Upheld(bytes32 indexed claim);
    /// @notice The claim is final; each backer in `backers` is credited with `share` of the payment
    /// token.
    event Confirmed(
        bytes32 indexed claim,
        uint256 indexed fragment,
        StateRoot finalState,
        uint16 backers,
        uint256 share
    );
    /// @notice The claim is struck, and the claims after it are dead. If `decided`, the verdict
    /// `finalState` is the state after the fragment and the backers are slashed; if not, the
    /// fragment may be claimed again.
    event Struck(
        bytes32 indexed claim,
        uint256 indexed fragment,
        bool decided,
        StateRoot finalState,
        address reporter,
        uint16 backers
    );
    /// @notice The packed record of the state that a verdict installed.
    event Revealed(bytes record);
    /// @notice The customer closed the Deal, or a claim of a closing Deal was struck: no more
    /// input, and no more claims from `closesAt` on, nor about fragments from `fragments` on.
    event Closing(uint256 closesAt, uint256 fragments);
    /// @notice The program ended in `finalState` (finished or trapped), and so did the Deal.
    event Ended(StateRoot finalState);
    /// @notice The customer took `amount` of what is not reserved.
    event FundsWithdrawn(address to, uint256 amount);
    /// @notice `worker` took its earnings.
    event EarningsWithdrawn(address indexed worker, address to, uint256 amount);

    /// @notice Thrown when a term is outside its range; `name` says which.
    error BadTerm(string name, uint256 actual, uint256 least, uint256 greatest);
    /// @notice Thrown when the caller is not the one who may do this.
    error NotAllowed(address caller, address allowed);
    /// @notice Thrown when the sender is not a worker of this Deal.
    error NotWorker(address sender);
    /// @notice Thrown when a worker joins with another deposit than the terms ask for.
    error WrongCollateral(address token, uint256 amount, address expectedToken, uint256 expectedAmount);
    /// @notice Thrown when all seats are taken.
    error NoSeat(uint256 maxWorkers);
    /// @notice Thrown when the worker has a seat already.
    error AlreadyWorker(address worker);
    /// @notice Thrown when a worker would leave while a claim that it backs is pending.
    error StillBacking(bytes32 claim);
    /// @notice Thrown when the Deal has ended or is closing, and does not take this any more.
    error Closed();
    /// @notice Thrown when the customer closes a second time.
    error AlreadyClosing(uint256 closesAt);
    /// @notice Thrown when a fragment has more bytes than allowed.
    error InputTooLong(uint256 length, uint256 greatest);
    /// @notice Thrown when the unreserved funds are smaller than what is needed.
    error InsufficientFunds(uint256 available, uint256 needed);
    /// @notice Thrown when the sender has no earnings to withdraw.
    error NothingEarned(address sender);
    /// @notice Thrown when a packed record has not 288 bytes.
    error WrongRecordLength(uint256 actual);
    /// @notice Thrown when a claimed record has another code root or header than the program.
    error WrongProgram(bytes32 codeRoot, bytes32 header);
    /// @notice Thrown when a claimed record has more steps left than the fragment began with.
    error StepsLeftWrong(uint256 budget, uint256 left);
    /// @notice Thrown when a claimed record is in the middle of a computation.
    error StillRunning();
    /// @notice Thrown when every submitted fragment is claimed.
    error NothingToClaim(uint256 fragment);
    /// @notice Thrown when the fragment to claim next is not the named one.
    error WrongFragment(bytes32 expected, bytes32 actual);
    /// @notice Thrown when a record or root that was given is not that of the state before the
    /// fragment.
    error WrongPrevious(StateRoot expected, StateRoot actual);
    /// @notice Thrown when the state before the fragment is not yielded (any more), so no fragment
    /// can follow.
    error NotYielded();
    /// @notice Thrown when the head is known only by its root: somebody has to `reveal` its record
    /// first.
    error HeadHidden(StateRoot head);
    /// @notice Thrown when there is nothing to reveal.
    error NotHidden();
    /// @notice Thrown when as many claims are pending as the terms allow.
    error TooManyPending(uint256 maxPending);
    /// @notice Thrown when the fragments of the pending claims and of this one took more steps
    /// together than the terms allow.
    error TooManyPendingSteps(uint256 steps, uint256 maxPendingSteps);
    /// @notice Thrown when there is no pending claim of this id: unknown, confirmed, struck or
    /// dead.
    error NotPending(bytes32 claim);
    /// @notice Thrown when an earlier claim has to be confirmed or struck first.
    error NotOldest(bytes32 claim, bytes32 oldest);
    /// @notice Thrown when the claim's window is over.
    error WindowOver(bytes32 claim, uint256 end);
    /// @notice Thrown when the claim's window is not over yet.
    error WindowOpen(bytes32 claim, uint256 end);
    /// @notice Thrown when the worker backs the claim already.
    error AlreadyBacked(bytes32 claim, address worker);
    /// @notice Thrown when the claim is at another stage than this needs.
    error WrongStage(bytes32 claim, Stage actual);
    /// @notice Thrown when the claim's tournament is not finished.
    error Undecided(bytes32 claim);

    /// @notice Gives the sender's seat back and releases its deposit. Not while a claim that it
    /// backs is pending.
    function quit() external;

    /// @notice Brings in funds for the customer to spend on fragments. Anyone may.
    /// @return received What arrived.
    function fund(uint256 amount) external payable returns (uint256 received);

    /// @notice The customer takes `amount` of what is not reserved.
    function withdrawFunds(uint256 amount, address to) external;

    /// @notice A worker takes what it has earned.
    /// @return amount How much.
    function withdrawEarnings(address to) external returns (uint256 amount);

    /// @notice The sequencer submits the next fragment's input; the price is reserved.
    /// @return id The fragment's id, to be named in a claim.
    function submit(bytes calldata data) external returns (bytes32 id);

    /// @notice A worker claims the packed final record of the next unclaimed fragment.
    /// @param fragmentId The id of that fragment: binds the input, whatever happens to the order of
    /// blocks.
    /// @param previous The state root that the worker started from: the last pending claim's, or
    /// else the head.
    /// @param record 288 bytes: halted, and of the Deal's program.
    /// @return id The claim's id.
    function claim(bytes32 fragmentId, StateRoot previous, bytes calldata record) external returns (bytes32 id);

    /// @notice A worker backs somebody's pending claim, in its window.
    function back(bytes32 claimId) external;

    /// @notice Opens the claim's tournament with the sender's commitment, in the claim's window.
    /// Its bond came with the announcement.
    /// @param input The fragment's input root and length.
    /// @param previous The packed record of the state before the fragment.
    /// @param opening Opens the input and output regions in that record's memory tree, see
    /// {IStepVerifier.load}.
    /// @param join The sender's commitment, as announced; see {ITournament}.
    /// @return tournament The id of the tournament.
    function challenge(
        bytes32 claimId,
        FragmentInput calldata input,
        bytes calldata previous,
        bytes calldata opening,
        Join calldata join
    ) external returns (TournamentId tournament);

    /// @notice Confirms and pays the oldest pending claim when its window is over and no dispute is
    /// left.
    function confirm(bytes32 claimId) external;

    /// @notice Applies the verdict about the oldest pending claim, once its tournament is finished.
    /// If it strikes the claim and the Deal is closing, the notice begins again, see {close}.
    function settle(bytes32 claimId) external;

    /// @notice Shows the record of a state that a verdict installed, so that claims can go on or
    /// end. Anyone may.
    function reveal(bytes calldata record) external;

    /// @notice The customer takes no more fragments; claims are taken for `notice` seconds more.
    /// Whenever a claim is struck from then on, they are taken for `notice` seconds again: about
    /// every fragment if the notice was not over, else about those that had been claimed.
    function close() external;

    /// @notice The customer's tokens in this Deal, reserved or not.
    function funds() external view returns (uint256);

    /// @notice The part of the funds that is reserved for fragments which may still be confirmed.
    function reserved() external view returns (uint256);

    /// @notice What `worker` has earned and not withdrawn.
    function earningsOf(address worker) external view returns (uint256);

    /// @notice One more than the worker's seat, or zero.
    function seatOf(address worker) external view returns (uint256);

    /// @notice The worker on a seat, or zero.
    function workerAt(uint256 seat) external view returns (address);

    /// @notice All terms, as workers agree to them.
    function terms() external view returns (Terms memory);

    /// @notice How many steps the fragments of the pending claims took together, by what the claims
    /// say.
    function pendingSteps() external view returns (uint256);

    /// @notice How many fragments are submitted, claimed and resolved (confirmed, or decided by a
    /// verdict); how many claims were ever made; when claims end (zero: open), and the state that
    /// the oldest pending claim builds on.
    function progress()
        external
        view
        returns (
            uint48 submitted,
            uint48 claimed,
            uint48 resolved,
            uint48 attempts,
            uint40 closesAt,
            Head headKind,
            StateRoot head
        );

    /// @notice The id of a submitted fragment, or zero.
    function fragmentId(uint256 fragment) external view returns (bytes32);

    /// @notice The pending claim of that id; reverts with {NotPending} if there is none.
    function claimOf(bytes32 claimId) external view returns (Claim memory);

    /// @notice The pending claim about that fragment; reverts with {NothingToClaim} if there is
    /// none.
    function claimAbout(uint256 fragment) external view returns (Claim memory);
}
