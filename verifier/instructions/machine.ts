/**
 * Instructions of the machine itself, which no module has: lowering puts them beside those of
 * WebAssembly. Operands and results are those in slots; the cursor of a move, which is none of a
 * type, is left out.
 */
import { operation, run } from "./operation.ts";

const HOST = { family: "host" } as const;

export const MACHINE_OPERATIONS = [
  operation(0xf000, "move", { family: "variable" }),
  // The restartable moves, each after the check of a bulk instruction.
  ...run(0xf001, "", "copy_bytes fill_bytes", { family: "bulk" }),
  ...run(0xf003, "", "copy_cells fill_cells", { family: "table" }),
  // Transactions: driver modules only.
  operation(0xf100, "checkpoint", { signature: "i64 i32>", ...HOST }),
  operation(0xf101, "commit", { signature: ">", ...HOST }),
  operation(0xf102, "leave", HOST),
  operation(0xf103, "yield", HOST),
  operation(0xf104, "finish", HOST),
  operation(0xf105, "receipt", { signature: "i64>", ...HOST }),
  operation(0xf106, "outcome", { signature: ">i64", ...HOST }),
  // Every module.
  operation(0xf107, "fuel", { signature: ">i64", ...HOST }),
  operation(0xf108, "input_length", { signature: ">i64", ...HOST }),
  operation(0xf109, "input_load", { signature: "i64>i64", ...HOST }),
  operation(0xf10a, "input_read", { signature: "i32 i64 i32>", ...HOST }),
  operation(0xf10b, "output_write", { signature: "i32 i32>", ...HOST }),
  operation(0xf10c, "output_append", { signature: "i64>", ...HOST }),
];
