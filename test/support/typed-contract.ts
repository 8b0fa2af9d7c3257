/**
 * ethers' contracts with the types of their ABIs, which are committed: checking the types of tests
 * needs no build.
 */
import type {
  Addressable,
  AddressLike,
  BaseContract,
  BaseContractMethod,
  BigNumberish,
  BytesLike,
  ContractRunner,
  ContractTransactionResponse,
} from "ethers";
import type { Abi, AbiParameter } from "viem";
import type { ContractAbis } from "./contract-abis.ts";

type Parameters = readonly AbiParameter[];
type Components<P> = P extends { readonly components: infer C extends Parameters } ? C : readonly [];
/** The same parameter with another type: of an element, where P is an array. */
type Retyped<P extends AbiParameter, T extends string> = Omit<P, "type"> & { readonly type: T };
type Named<C extends Parameters> = C[number] & { readonly name: string };

/** What ethers takes for a parameter. */
type Input<P extends AbiParameter> = P["type"] extends `${infer Element}[${string}]`
  ? readonly Input<Retyped<P, Element>>[]
  : P["type"] extends "tuple"
    ? { readonly [Field in Named<Components<P>> as Field["name"]]: Input<Field> }
    : P["type"] extends "address"
      ? AddressLike
      : P["type"] extends "bool"
        ? boolean
        : P["type"] extends "string"
          ? string
          : P["type"] extends `bytes${string}`
            ? BytesLike
            : BigNumberish;

/** What ethers gives for a parameter. */
type Output<P extends AbiParameter> = P["type"] extends `${infer Element}[${string}]`
  ? Output<Retyped<P, Element>>[]
  : P["type"] extends "tuple"
    ? Result<Components<P>>
    : P["type"] extends "bool"
      ? boolean
      : P["type"] extends "address" | "string" | `bytes${string}`
        ? string
        : bigint;

type Inputs<C extends Parameters> = { -readonly [I in keyof C]: Input<C[I]> };
type Result<C extends Parameters> = { -readonly [I in keyof C]: Output<C[I]> } & {
  readonly [Field in Named<C> as Field["name"]]: Output<Field>;
};
type Returned<C extends Parameters> = C extends readonly [infer Only extends AbiParameter] ? Output<Only> : Result<C>;

type Functions<A extends Abi> = Extract<A[number], { readonly type: "function" }>;
type Constructor<A extends Abi> = Extract<A[number], { readonly type: "constructor" }>;
type Arguments<A extends Abi> = [Constructor<A>] extends [never] ? [] : Inputs<Constructor<A>["inputs"]>;

type Method<F extends Functions<Abi>> = F["stateMutability"] extends "view" | "pure"
  ? BaseContractMethod<Inputs<F["inputs"]>, Returned<F["outputs"]>, Returned<F["outputs"]>>
  : BaseContractMethod<Inputs<F["inputs"]>, Returned<F["outputs"]>, ContractTransactionResponse>;

/** A contract with the functions of its ABI. */
export type TypedContract<A extends Abi> = Omit<BaseContract, "connect"> & {
  connect(runner: ContractRunner | null): TypedContract<A>;
} & { readonly [F in Functions<A> as F["name"]]: Method<F> };

/** The name of a contract of contracts/ or test/harness. */
export type ContractName = keyof ContractAbis;

/** A contract by its name. */
export type ContractOf<N extends ContractName> = TypedContract<ContractAbis[N]>;

/** What a Deal is deployed with. */
export type DealTerms = Arguments<ContractAbis["Deal"]>[0];

/** The terms that a cluster's Deal is deployed with. */
export type ClusterTerms = Arguments<ContractAbis["ClusterDeal"]>[0];

declare module "@nomicfoundation/hardhat-ethers/types" {
  interface HardhatEthersHelpers {
    deployContract<N extends ContractName>(
      name: N,
      ...args: Arguments<ContractAbis[N]> extends [] ? [] : [args: Arguments<ContractAbis[N]>]
    ): Promise<ContractOf<N>>;
    getContractAt<N extends ContractName>(name: N, address: string | Addressable): Promise<ContractOf<N>>;
  }
}
