// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Ballot} from "../cluster/SignBytes.sol";
import {Vote} from "../cluster/Votes.sol";
import {TournamentId} from "../tournament/Names.sol";
import {HistoryRoot} from "../types/HistoryRoot.sol";
import {StateRoot} from "../types/StateRoot.sol";
import {IArbiter} from "./IArbiter.sol";
import {Certificate, ClaimedBlock, Evidence, IClusterProofs, Standing} from "./IClusterProofs.sol";
import {IDeposits} from "./IDeposits.sol";
import {ILockHolder} from "./ILockHolder.sol";
import {IStepVerifier} from "./IStepVerifier.sol";
import {Join} from "./ITournament.sol";

/// @title A Deal of a cluster: its workers agree block by block, and their votes are their claims
/// @notice Whoever votes for a block has compared its app hash, which binds the state and the whole
/// history before it, with its own. So votes for a block by more than two thirds, shown by anybody,
/// are a claim that its signers answer for with their deposits. docs/cluster.md says who can do
/// what and when.
interface IClusterDeal is ILockHolder {
    /// @notice What a Deal is about. Fixed forever; workers agree to
    /// `keccak256(abi.encode(terms))`.
    /// @param customer Pays, takes back what is not reserved, replaces workers, closes the Deal.
    /// @param arbiter Decides disputes; its verifier and its period are those of this Deal.
    /// @param deposits Keeps the workers' deposits.
    /// @param proofs Checks the cluster's votes and histories.
    /// @param program The program; its initial record is the state before the first block.
    /// @param budget The most steps a block may take; budget + 1 at most the arbiter's capacity.
    /// @param collateralToken What the workers deposit; zero means ETH.
    /// @param collateral How much each worker locks, in the token's smallest unit.
    /// @param paymentToken What the customer pays with; zero means ETH.
    /// @param rate What a worker is paid for a second, in the token's smallest unit.
    /// @param reporterShare The reporter's part of a slashed deposit in ten-thousandths, at most
    /// 2,500.
    /// @param size How many workers the cluster has: 1, or 4 to 16.
    /// @param maxPending How many claims may be unconfirmed at once, 1 to 64.
    /// @param maxPendingSteps How many steps the blocks of all unconfirmed claims may have taken
    /// together, by what the claims say; at least the budget.
    /// @param interval The fewest seconds between the headers of two claims of an era that goes on;
    /// so many that claims of two periods fill all places for pending ones.
    /// @param grace Seconds from an era's end to the last moment for claims of it.
    /// @param silence Seconds without a claim after which anybody may end the era.
    /// @param notice Seconds between the customer's `close` and the end of the last era.
    struct Terms {
        address customer;
        IArbiter arbiter;
        IDeposits deposits;
        IClusterProofs proofs;
        IStepVerifier.Program program;
        uint64 budget;
        address collateralToken;
        uint256 collateral;
        address paymentToken;
        uint256 rate;
        uint16 reporterShare;
        uint8 size;
        uint8 maxPending;
        uint64 maxPendingSteps;
        uint32 interval;
        uint32 grace;
        uint32 silence;
        uint32 notice;
    }

    /// @notice What is known of the state on which the next claim builds when no claim is pending.
    /// `Known`: its record was claimed or revealed. `Hidden`: a verdict gave its root only, see
    /// `reveal`. `Halted`: the program has ended, and with it the Deal.
    enum Head {
        Known,
        Hidden,
        Halted
    }

    /// @notice A claim that is neither confirmed nor dead.
    /// @param appHash Binds the state, the history, the count and the steps that are claimed.
    /// @param since When the claim was made; its window ends one period later.
    /// @param time Of the header that the signers voted for, in seconds.
    /// @param count Blocks in the history.
    /// @param steps Steps of all of them.
    /// @param signers Bitmap of the seats whose votes were shown.
    /// @param disputes How many disputes about its blocks are open.
    /// @param era Whose seats they are.
    /// @param covered Seconds that it is paid for.
    struct Claim {
        bytes32 appHash;
        uint40 since;
        uint40 time;
        uint40 count;
        uint64 steps;
        uint16 signers;
        uint16 disputes;
        uint16 era;
        uint24 covered;
    }

    /// @notice What stays of a disputed block until its verdict is revealed.
    /// @param claim Id of the pending claim; zero once the dispute is settled.
    /// @param number Of the block.
    /// @param inputLength Bytes of the block's input.
    /// @param stepsBefore Steps of all blocks before it.
    /// @param inputRoot Root of the block's input.
    /// @param finalState The state after it, by the claim.
    /// @param history Root of the history of the blocks before it.
    struct Dispute {
        bytes32 claim;
        uint40 number;
        uint64 inputLength;
        uint64 stepsBefore;
        bytes32 inputRoot;
        StateRoot finalState;
        HistoryRoot history;
    }

    /// @notice The Deal began: all of its terms and the packed record of the initial state.
    event Opened(bytes32 indexed termsHash, Terms terms, bytes initialRecord);
    /// @notice `worker` votes with the key of the address `key`; `publicKey` is 64 bytes.
    event Enlisted(address indexed worker, address indexed key, bytes publicKey);
    /// @notice `worker` locked its deposit and took a seat.
    event Joined(address indexed worker, uint256 seat);
    /// @notice The seat of `worker` is free: it left, was replaced, or was slashed.
    event Left(address indexed worker, uint256 seat);
    /// @notice `amount` of the payment token arrived from `from`.
    event Funded(address indexed from, uint256 amount);
    /// @notice An era began where `appHash` says, with `count` blocks behind it.
    event EraBegan(uint16 indexed era, bytes32 appHash, uint256 count);
    /// @notice The era ends at `end`, in seconds of `block.timestamp`.
    event EraEnded(uint16 indexed era, uint256 end);
    /// @notice Votes of the seats in `signers` claim that the cluster stands at `standing`, whose
    /// state has the packed record `record`. `covered` seconds are paid for when it is confirmed.
    event Claimed(
        bytes32 indexed claim,
        uint16 indexed era,
        uint64 indexed height,
        Standing standing,
        uint256 time,
        uint16 signers,
        uint256 covered,
        bytes record
    );
    /// @notice Votes of the seats in `signers` for a pending claim were shown too.
    event Backed(bytes32 indexed claim, uint16 signers);
    /// @notice `challenger` disputes a block of the claim; `initial` is the root of the loaded
    /// state that the tournament starts from.
    event Disputed(
        bytes32 indexed claim,
        bytes32 indexed dispute,
        address indexed challenger,
        uint256 number,
        TournamentId tournament,
        StateRoot initial
    );
    /// @notice The dispute ended with the claim's own state.
    event Upheld(bytes32 indexed claim, bytes32 indexed dispute);
    /// @notice The claim's block `number` is not as claimed. `finalState` is what a verdict says it
    /// leads to, or zero; `reporter` showed that the signers lied, or is zero if nobody showed it.
    event Fell(bytes32 indexed claim, bytes32 indexed dispute, uint256 number, StateRoot finalState, address reporter);
    /// @notice The claim is final; each signer is credited with `share` of the payment token.
    event Confirmed(bytes32 indexed claim, bytes32 appHash, uint256 count, uint16 signers, uint256 share);
    /// @notice The claim is struck from block `number` on, and the claims after it are dead. If
    /// `reporter` is not zero, the signers are slashed.
    event Struck(bytes32 indexed claim, uint256 number, bytes32 dispute, address reporter, uint16 signers);
    /// @notice The packed record of the state that a verdict installed, and where the cluster
    /// stands with it.
    event Revealed(Standing standing, bytes record);
    /// @notice The key of `worker` voted for two blocks at one height and round of the era.
    event Equivocated(address indexed worker, uint16 indexed era, address reporter);
    /// @notice The customer closed the Deal: its last era ends at `end` at the latest.
    event Closing(uint256 end);
    /// @notice The program has ended, and so has the Deal.
    event Ended(bytes32 appHash);
    /// @notice The customer took `amount` of what is not reserved.
    event FundsWithdrawn(address to, uint256 amount);
    /// @notice `worker` took its earnings.
    event EarningsWithdrawn(address indexed worker, address to, uint256 amount);

    /// @notice Thrown when a consensus key is another worker's.
    error KeyTaken(address key);
    /// @notice Thrown when two votes are not of the key of that seat.
    error NotOfSeat(address expected, address actual);
    /// @notice Thrown when a worker joins before it has named its key, or names one while it has a
    /// deposit locked.
    error KeyFixed(address worker);
    /// @notice Thrown when the worker has no deposit locked here, or still has its seat.
    error NotLeaving(address worker);
    /// @notice Thrown when no era has begun.
    error NoEra();
    /// @notice Thrown when the last era is not over.
    error EraUnderWay(uint256 era);
    /// @notice Thrown when the era is over.
    error EraOver(uint256 era);
    /// @notice Thrown when the era can't be ended by just anybody yet.
    error NotSilent(uint256 until);
    /// @notice Thrown when an era can't begin because a seat is free.
    error SeatFree(uint256 seat);
    /// @notice Thrown when the next claim's state is not known, or there is none.
    error NoHead(Head actual);
    /// @notice Thrown when a pending claim is known to be false, so nothing can build on it.
    error OnFalseClaim();
    /// @notice Thrown when a claim does not stand at or beyond where the one before it does.
    error NotAfter(bytes32 appHash, uint256 count, uint256 steps);
    /// @notice Thrown when a claim's header is not later than that of the claim before.
    error TooOld(uint256 before, uint256 time);
    /// @notice Thrown when a claim's header is too soon after that of the claim before.
    error TooEarly(uint256 from, uint256 time);
    /// @notice Thrown when a claim's header has a time that has not come.
    error NotYet(uint256 time);
    /// @notice Thrown when the named standing is not the one of that app hash.
    error WrongStanding(bytes32 expected, bytes32 actual);
    /// @notice Thrown when there is no such open dispute.
    error NoDispute(bytes32 dispute);
    /// @notice Thrown when this block of the claim is disputed already.
    error DisputedAlready(bytes32 dispute);
    /// @notice Thrown when the claim can't be confirmed or struck while disputes are open.
    error StillDisputed(bytes32 claim, uint256 disputes);
    /// @notice Thrown when nothing is known against the claim.
    error NotFallen(bytes32 claim);
    /// @notice Thrown when the claim is known to be false.
    error Fallen(bytes32 claim);
    /// @notice Thrown when votes add no signer to a claim.
    error NothingAdded(bytes32 claim);
    /// @notice Thrown when the seat had no worker in that era, or its deposit is gone.
    error NoDeposit(uint256 era, uint256 seat);

    /// @notice Names the sender's consensus key. Not while the sender has a deposit locked here.
    /// @param publicKey 64 bytes of secp256k1, without the prefix 0x04.
    /// @param signature 65 bytes R ‖ S ‖ V by that key, over {IClusterProofs.enlistment}.
    function enlist(bytes calldata publicKey, bytes calldata signature) external;

    /// @notice Gives the sender's seat back; an era that it takes part in ends.
    function quit() external;

    /// @notice The customer takes a worker's seat; an era that it takes part in ends.
    function replace(uint256 seat) external;

    /// @notice Releases the deposit of a worker without a seat, once the last era that it took part
    /// in is over and no claim that it signed is pending. Anyone may.
    function release(address worker) external;

    /// @notice Begins the next era where the sequence of claims stands. Anyone may.
    function begin() external returns (uint16 era);

    /// @notice Ends an era in which no claim was made for `silence` seconds. Anyone may.
    function end() external;

    /// @notice Brings in funds for the customer to spend. Anyone may.
    /// @return received What arrived.
    function fund(uint256 amount) external payable returns (uint256 received);

    /// @notice The customer takes `amount` of what is not reserved.
    function withdrawFunds(uint256 amount, address to) external;

    /// @notice A worker takes what it has earned.
    /// @return amount How much.
    function withdrawEarnings(address to) external returns (uint256 amount);

    /// @notice Claims what the votes say. Anyone may.
    /// @param certificate Votes of more than two thirds of the era's seats for one block.
    /// @param record The packed record of the state that the block's app hash binds.
    /// @param history Root of the history, `count` its blocks, `steps` the steps of all of them.
    /// @return id The claim's id.
    function claim(
        Certificate calldata certificate,
        bytes calldata record,
        HistoryRoot history,
        uint64 count,
        uint64 steps
    ) external returns (bytes32 id);

    /// @notice Shows further votes for a pending claim, or votes of the same era for another block
    /// with the same app hash. Anyone may.
    function back(bytes32 claimId, Certificate calldata certificate) external;

    /// @notice Disputes a block of a pending claim, in its window, with the sender's commitment.
    /// Its bond came with the announcement.
    /// @param standing Where the claim stands.
    /// @param base Where the claim before it stands, or the head.
    /// @param claimed The block, and what the claim's history says of it.
    /// @param previous The packed record of the state before the block.
    /// @param opening Opens the input and output regions in that record's memory tree, see
    /// {IStepVerifier.load}.
    /// @param join The sender's commitment, as announced; see {ITournament}.
    /// @return dispute The dispute's id, by which the arbiter knows it.
    function challenge(
        bytes32 claimId,
        Standing calldata standing,
        Standing calldata base,
        ClaimedBlock calldata claimed,
        bytes calldata previous,
        bytes calldata opening,
        Join calldata join
    ) external returns (bytes32 dispute);

    /// @notice Applies the verdict about a block of a pending claim, once its tournament is
    /// finished.
    function settle(bytes32 dispute) external;

    /// @notice Shows that a pending claim contradicts itself or what it builds on: nothing of it is
    /// kept, and its signers are slashed. Anyone may.
    /// @param standing Where the claim stands.
    /// @param base Where the claim before it stands, or the head.
    function contradict(
        bytes32 claimId,
        Standing calldata standing,
        Standing calldata base,
        Evidence calldata evidence
    ) external;

    /// @notice Slashes a worker whose key voted for two blocks, or for one and for none, at one
    /// height and round of an era. Anyone may, as long as its deposit is locked.
    /// @param one What the first vote is for; its kind, height and round are those of the second.
    /// @param other What the second vote is for.
    function equivocation(
        uint16 era,
        uint8 seat,
        Ballot calldata one,
        Vote calldata vote,
        Ballot calldata other,
        Vote calldata otherVote
    ) external;

    /// @notice Confirms and pays the oldest pending claim when its window is over and all its
    /// disputes ended with what it says.
    function confirm(bytes32 claimId) external;

    /// @notice Strikes the oldest pending claim when its window is over and its disputes are, and
    /// slashes its signers if one of them showed that they lied.
    function strike(bytes32 claimId) external;

    /// @notice Shows the record of a state that a verdict installed, so that an era can begin with
    /// it. Anyone may.
    /// @param proof Siblings of the first leaf that is not set in the history before the block.
    function reveal(bytes calldata record, bytes32[] calldata proof) external;

    /// @notice The customer ends the Deal: no new workers and no new era, and the last era ends
    /// `notice` seconds later.
    function close() external;

    /// @notice The customer's tokens in this Deal, reserved or not.
    function funds() external view returns (uint256);

    /// @notice The part of the funds that is reserved for pending claims.
    function reserved() external view returns (uint256);

    /// @notice What `worker` has earned and not withdrawn.
    function earningsOf(address worker) external view returns (uint256);

    /// @notice One more than the worker's seat, or zero.
    function seatOf(address worker) external view returns (uint256);

    /// @notice The worker on a seat, or zero.
    function workerAt(uint256 seat) external view returns (address);

    /// @notice Address of the worker's consensus key, or zero.
    function keyOf(address worker) external view returns (address);

    /// @notice An era's times, workers and keys, by seat. `end_` is zero where nobody has ended it.
    function eraOf(
        uint16 era
    ) external view returns (uint256 start, uint256 end_, address[] memory workers, address[] memory consensusKeys);

    /// @notice The name of an era's chain, which its votes are signed with.
    function chainId(uint16 era) external view returns (string memory);

    /// @notice All terms, as workers agree to them.
    function terms() external view returns (Terms memory);

    /// @notice How many claims are made and resolved, how often one was struck, how many eras have
    /// begun; when the last era ends at the latest (zero: open); and where the oldest pending claim
    /// begins.
    function progress()
        external
        view
        returns (
            uint48 claimed,
            uint48 resolved,
            uint32 strikes,
            uint16 eras,
            uint40 closesAt,
            Head headKind,
            bytes32 head,
            uint40 count,
            uint64 steps
        );

    /// @notice The pending claim of that id; reverts with {IDeal.NotPending} if there is none.
    function claimOf(bytes32 claimId) external view returns (Claim memory);

    /// @notice The id of the pending claim of that number.
    function claimIdAt(uint256 number) external view returns (bytes32);

    /// @notice A dispute that was opened.
    function disputeOf(bytes32 dispute) external view returns (Dispute memory);
}
