import { expect } from "chai";
import fc from "fast-check";
import { type Hash, numberToHex, pad, parseEther, parseGwei } from "viem";
import type { Intent } from "../../../../agents/chain/intent.ts";
import { type Plan, planLook, type Situation, type Wish } from "../../../../agents/chain/sender/plan.ts";
import { POLICY } from "../../../../agents/chain/sender/policy.ts";
import type { Attempt, Cargo, Flight } from "../../../../agents/store/intents.ts";
import { ACCOUNT, wish } from "./sender-world.ts";
import { SEED } from "../../../verifier/seed.ts";

const NOW = 1_000_000;

const cargoOf = ({ key, call, deadline, stake, concealed = false }: Intent): Cargo => ({
  ...{ key, label: call.label, to: call.to, data: "0x", value: call.value ?? 0n, gas: 100_000n },
  ...{ deadline, stake, concealed },
});

const wishOf = (intent: Intent): Wish => ({ intent, data: "0x", gas: 100_000n });

const hashOf = (nonce: number, attempt: number): Hash => pad(numberToHex(nonce * 1000 + attempt + 1));

function situation(given: Partial<Situation>): Situation {
  const market = { baseFee: parseGwei("10"), tip: parseGwei("1") };
  const none = new Set<Hash>();
  return {
    ...{ self: ACCOUNT.address, now: NOW, market, nonce: 5, taken: 5, stalled: false, balance: parseEther("100") },
    ...{ flights: [], absent: none, underpriced: none, wanted: new Map(), wishes: [], canConceal: false },
    ...given,
  };
}

function flightOf(nonce: number, intent: Intent, last: Partial<Attempt> = {}): Flight {
  const attempt: Attempt = {
    ...{ hash: hashOf(nonce, 0), raw: "0x", maxFee: parseGwei("21"), tip: parseGwei("1"), at: NOW },
    ...{ shown: true, cancels: false, ...last },
  };
  return { nonce, cargo: cargoOf(intent), attempts: [attempt], mined: undefined, over: false };
}

const byKey = (...intents: readonly Intent[]): Map<string, Intent> =>
  new Map(intents.map((intent) => [intent.key, intent]));

/** What is done at each nonce, in a word. */
const words = ({ steps }: Plan): string[] =>
  steps.map(
    (step) => `${step.nonce} ${step.kind === "again" ? "again" : step.cancels ? "nothing" : String(step.cargo.key)}`,
  );

describe("plan of a look", () => {
  it("leaves alone what was signed a moment ago", () => {
    const flight = flightOf(5, wish(1));
    expect(planLook(situation({ flights: [flight], taken: 6, wanted: byKey(wish(1)) }), POLICY).steps).to.deep.equal(
      [],
    );
  });

  it("has foreign transactions go first, unless they are stuck", () => {
    const given = { taken: 7, wanted: byKey(wish(1)), wishes: [wishOf(wish(1))] };
    expect(words(planLook(situation(given), POLICY))).to.deep.equal(["7 wish 1"]);
    expect(words(planLook(situation({ ...given, stalled: true }), POLICY))).to.deep.equal(["5 wish 1"]);
  });

  it("fills what nothing is signed for before what is", () => {
    const given = { flights: [flightOf(8, wish(1))], wanted: byKey(wish(1), wish(2)), wishes: [wishOf(wish(2))] };
    expect(words(planLook(situation(given), POLICY))).to.deep.equal(["5 wish 2", "6 nothing", "7 nothing"]);
  });

  it("prices a nonce by the most urgent of what waits for it", () => {
    const idle = wish(1, { stake: 0n });
    const urgent = wish(2, { stake: parseEther("1000"), deadline: NOW + 30 });
    const stuck = flightOf(5, idle, { at: NOW - 15, maxFee: parseGwei("95"), tip: parseGwei("1") });
    const alone = situation({ flights: [stuck], wanted: byKey(idle) });
    expect(words(planLook(alone, POLICY))).to.deep.equal([]);
    const [step] = planLook({ ...alone, wanted: byKey(idle, urgent), wishes: [wishOf(urgent)] }, POLICY).steps;
    expect(step).to.include({ kind: "sign", nonce: 5 });
    expect(step?.kind === "sign" && step.fees.maxFee > POLICY.ordinaryPrice).to.be.true;
  });

  it("raises at every block, and faster, when time is short", () => {
    const tips = [1000, 36, 20].map((left) => {
      const intent = wish(1, { deadline: NOW + left });
      const flight = flightOf(5, intent, { at: NOW - 40 });
      const [step] = planLook(situation({ flights: [flight], wanted: byKey(intent) }), POLICY).steps;
      return step?.kind === "sign" ? step.fees.tip : 0n;
    });
    expect(tips).to.deep.equal([parseGwei("1.125"), parseGwei("1.5"), parseGwei("1.5")]);
  });

  it("keeps every promise in any situation", () => {
    const intent = fc.record({
      stake: fc.bigInt({ min: 0n, max: parseEther("50") }),
      left: fc.integer({ min: 1, max: 5_000 }),
      value: fc.bigInt({ min: 0n, max: parseEther("3") }),
      concealed: fc.boolean(),
      wanted: fc.boolean(),
      flying: fc.option(
        fc.record({
          age: fc.integer({ min: 0, max: 500 }),
          fee: fc.bigInt({ min: 1n, max: parseGwei("500") }),
          absent: fc.boolean(),
          cancels: fc.boolean(),
          shown: fc.boolean(),
          gap: fc.nat(2),
        }),
      ),
    });
    const any = fc.record({
      intents: fc.array(intent, { maxLength: 20 }),
      taken: fc.integer({ min: 0, max: 4 }),
      stalled: fc.boolean(),
      canConceal: fc.boolean(),
      balance: fc.bigInt({ min: 0n, max: parseEther("20") }),
      baseFee: fc.bigInt({ min: 1n, max: parseGwei("300") }),
    });
    fc.assert(
      fc.property(any, (one) => {
        let nonce = 5;
        const flights: Flight[] = [];
        const absent = new Set<Hash>();
        const wanted: Intent[] = [];
        const wishes: Wish[] = [];
        one.intents.forEach(({ stake, left, value, concealed, wanted: still, flying }, i) => {
          const made = wish(i, { stake, value, concealed, deadline: NOW + left });
          if (still) wanted.push(made);
          if (flying === null) {
            if (still) wishes.push(wishOf(made));
            return;
          }
          nonce += flying.gap;
          const { age, fee, cancels, shown } = flying;
          flights.push(flightOf(nonce, made, { at: NOW - age, maxFee: fee, tip: 1n + fee / 10n, cancels, shown }));
          if (flying.absent) absent.add(hashOf(nonce, 0));
          nonce += 1;
        });
        const now = situation({
          ...{ flights, absent, wanted: byKey(...wanted), wishes, taken: 5 + one.taken, stalled: one.stalled },
          ...{
            balance: one.balance,
            canConceal: one.canConceal,
            market: { baseFee: one.baseFee, tip: parseGwei("1") },
          },
        });
        const plan = planLook(now, POLICY);
        expect(planLook(now, POLICY)).to.deep.equal(plan);
        check(now, plan);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

/** What holds of every plan. */
function check(now: Situation, { steps, failures }: Plan): void {
  const own = new Map(now.flights.map((flight) => [flight.nonce, flight]));
  const nonces = steps.map(({ nonce }) => nonce);
  expect(new Set(nonces).size, "a nonce twice").to.equal(nonces.length);
  const keys = steps.flatMap(({ cargo }) => cargo.key ?? []);
  expect(new Set(keys).size, "a key twice").to.equal(keys.length);
  let cost = 0n;
  let before = 0n;
  for (const [nonce, flight] of own) {
    const last = flight.attempts.at(-1)!;
    before += priceOf(flight.cargo, last.cancels, last.maxFee);
    if (!nonces.includes(nonce)) cost += priceOf(flight.cargo, last.cancels, last.maxFee);
  }
  for (const step of steps) {
    const flight = own.get(step.nonce);
    if (step.kind === "again") {
      expect(step.attempt).to.equal(flight?.attempts.at(-1));
      cost += priceOf(step.cargo, step.attempt.cancels, step.attempt.maxFee);
      continue;
    }
    cost += priceOf(step.cargo, step.cancels, step.fees.maxFee);
    expect(step.fees.tip <= step.fees.maxFee).to.be.true;
    const isWanted = step.cargo.key !== undefined && now.wanted.has(step.cargo.key);
    expect(step.cancels, "signs what is not wanted").to.equal(!isWanted);
    if (flight === undefined) {
      expect(step.nonce >= now.nonce).to.be.true;
      expect(step.nonce < now.taken && !now.stalled, "a foreign nonce").to.be.false;
      continue;
    }
    const last = flight.attempts.at(-1)!;
    expect(step.cargo.key).to.equal(flight.cargo.key);
    expect(step.fees.maxFee * 8n >= last.maxFee * 9n && step.fees.tip * 8n >= last.tip * 9n, "too small a raise").to.be
      .true;
    if (last.shown) expect(step.shown).to.be.true;
  }
  if (before <= now.balance) expect(cost <= now.balance, "more than there is").to.be.true;
  const done = new Set([...keys, ...failures.map(({ intent }) => intent.key)]);
  const room = POLICY.flights - own.size;
  if (now.wishes.length <= room)
    for (const { intent } of now.wishes) expect(done.has(intent.key), intent.key).to.be.true;
}

function priceOf({ value, gas }: Cargo, cancels: boolean, maxFee: bigint): bigint {
  return cancels ? 21_000n * maxFee : value + gas * maxFee;
}
