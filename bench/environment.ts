/** Where figures come from. */
import { cpus, totalmem } from "node:os";

/** The computer and the programs that figures were taken with. */
export interface Environment {
  readonly processor: string;
  readonly cores: number;
  /** GiB. */
  readonly memory: number;
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  readonly date: string;
  /** Whether the figures say anything. */
  readonly quick: boolean;
}

/** This computer's. */
export function environment(quick: boolean): Environment {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memory: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    v8: process.versions.v8,
    platform: `${process.platform}-${process.arch}`,
    date: new Date().toISOString().slice(0, 10),
    quick,
  };
}
