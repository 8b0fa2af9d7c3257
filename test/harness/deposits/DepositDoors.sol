// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {Penalty} from "../../../contracts/deposits/Penalty.sol";
import {Queue} from "../../../contracts/deposits/Queue.sol";
import {IDeposits} from "../../../contracts/interfaces/IDeposits.sol";

/// @title A door to {Penalty}
contract PenaltyDoor {
    function divide(uint256 amount, uint256 share) external pure returns (uint256 reward, uint256 rest) {
        return Penalty.divide(amount, share);
    }
}

/// @title A door to {Queue}
contract QueueDoor {
    using Queue for Queue.Entries;

    Queue.Entries private _queue;

    function push(uint256 amount, uint256 availableAt) external {
        _queue.push(amount, availableAt);
    }

    function pop(uint256 time, uint256 limit) external returns (uint256) {
        return _queue.pop(time, limit);
    }

    function list() external view returns (IDeposits.Cooling[] memory) {
        return _queue.list();
    }
}
