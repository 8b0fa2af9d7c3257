/**
 * What books were asked for and do not have: what the present look asked for first comes first, then
 * what only the look before asked for. What neither has asked for is wanted no more.
 */
import type { Order } from "./messages.ts";

/** Orders by their keys, with the reason why one failed. */
export class Asked {
  #now = new Map<string, Order>();
  #before = new Map<string, Order>();
  readonly #failed = new Map<string, string>();

  /** Begins the next look. */
  turn(): void {
    const dropped = [...this.#before.keys()].filter((key) => !this.#now.has(key));
    for (const key of dropped) this.#failed.delete(key);
    this.#before = this.#now;
    this.#now = new Map();
  }

  /** Adds an order. Gives whether the list has changed by that. */
  add(order: Order): boolean {
    if (this.#now.has(order.key)) return false;
    this.#now.set(order.key, order);
    return true;
  }

  /** The order of a key. */
  get(key: string): Order | undefined {
    return this.#now.get(key) ?? this.#before.get(key);
  }

  /** Takes an order out: it is answered. */
  done(key: string): void {
    this.#now.delete(key);
    this.#before.delete(key);
    this.#failed.delete(key);
  }

  /** Notes that an order could not be carried out, for now. Gives whether that is new. */
  failed(key: string, reason: string): boolean {
    const isNew = this.#failed.get(key) !== reason;
    this.#failed.set(key, reason);
    return isNew;
  }

  /** Takes out the orders about fragments from a position on. */
  cut(index: number): void {
    for (const order of this.orders) if (order.index >= index) this.done(order.key);
  }

  /** All orders, most urgent first. */
  get orders(): readonly Order[] {
    return [...this.#now.values(), ...[...this.#before.values()].filter(({ key }) => !this.#now.has(key))];
  }

  /** Whether an order about a fragment before a position is neither answered nor failed. */
  openBefore(index: number): boolean {
    return this.orders.some((order) => order.index < index && !this.#failed.has(order.key));
  }
}
