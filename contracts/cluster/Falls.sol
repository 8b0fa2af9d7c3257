// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @title How pending claims fall
/// @notice A claim may be found false in several of its blocks, in any order. The lowest of them
/// decides where the sequence goes on, and the lowest with a reporter who is rewarded.
library Falls {
    /// @notice What is known against a claim.
    /// @param fallen Whether anything is.
    /// @param number The lowest block that is not as claimed.
    /// @param reported The block that the reporter showed.
    /// @param reporter Who is rewarded; zero if nobody lied.
    /// @param dispute Whose verdict says what block `number` leads to; zero where nothing says it.
    struct Fall {
        bool fallen;
        uint40 number;
        uint40 reported;
        address reporter;
        bytes32 dispute;
    }

    /// @notice Enters what was found out about a block.
    /// @param dispute Whose verdict says what the block leads to; zero if there is none.
    /// @param reporter Who found out; zero if nobody lied.
    /// @return first Whether nothing was known against the claim before.
    function enter(Fall storage self, uint40 number, bytes32 dispute, address reporter) internal returns (bool first) {
        first = !self.fallen;
        if (first || number < self.number) {
            self.fallen = true;
            self.number = number;
            self.dispute = dispute;
        }
        if (reporter != address(0) && (self.reporter == address(0) || number < self.reported)) {
            self.reporter = reporter;
            self.reported = number;
        }
    }
}
