/** Ends the transaction: the machine traps, and nothing that the transaction did stays. One function a reason. */

export function rejectMalformed(): void {
  unreachable();
}

export function rejectUnknownAccount(): void {
  unreachable();
}

export function rejectExistingAccount(): void {
  unreachable();
}

export function rejectInsufficientFunds(): void {
  unreachable();
}

export function rejectFull(): void {
  unreachable();
}

/** What the compiler calls where a check of its own fails. */
export function onAbort(_message: usize, _file: usize, _line: u32, _column: u32): void {
  unreachable();
}
