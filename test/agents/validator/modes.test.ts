import { expect } from "chai";
import fc from "fast-check";
import { type Hex, keccak256, stringToHex } from "viem";
import type { Duty } from "../../../agents/chain/duty.ts";
import { openQuestions, validatorActions } from "../../../agents/validator/actions.ts";
import { disagreements } from "../../../agents/validator/disagreements.ts";
import { moneyNeeded } from "../../../agents/validator/money.ts";
import type { Mode } from "../../../agents/validator/modes.ts";
import type { Own } from "../../../agents/validator/own.ts";
import { SEED } from "../../verifier/seed.ts";
import { paramsOf, stranger, ToyDeal } from "../../support/toy-deal.ts";
import { TRUTH } from "../../support/toy.ts";

/** What can have happened to a claim. */
interface Fate {
  readonly isTrue: boolean;
  /** `open`: nobody has challenged it. */
  readonly stage: "open" | "disputed" | "truth joined" | "we joined";
  readonly isOver: boolean;
}

const fate: fc.Arbitrary<Fate> = fc.record({
  isTrue: fc.boolean(),
  stage: fc.constantFrom<Fate["stage"]>("open", "disputed", "truth joined", "we joined"),
  isOver: fc.boolean(),
});

/** A stranger who lies says that the last of all fragments ends somewhere else: no claim says that. */
const ELSEWHERE = keccak256(stringToHex("elsewhere"));

/** Makes a claim say something else than what is true. */
function falsify(deal: ToyDeal, index: number): void {
  const claims = new Map([...deal.view.claims].map(([id, claim], i) => [id, i === index ? lying(claim) : claim]));
  deal.view = { ...deal.view, claims };
}

const lying = <C extends { readonly finalState: Hex }>(claim: C): C => ({ ...claim, finalState: ELSEWHERE });

/** Makes what was computed of a fragment the end of the true history, which commitments end in. */
function truthful(deal: ToyDeal): Own["runs"] {
  const runs = deal.runs();
  const end = deal.book(TRUTH).commitment([])?.finalState;
  if (end === undefined) throw new RangeError("no commitment");
  return {
    ...runs,
    replayed: (id) => {
      const replayed = runs.replayed(id);
      if (replayed.phase !== "done") return replayed;
      return { phase: "done", run: { ...replayed.run, final: { ...replayed.run.final, root: end } } };
    },
  };
}

/** A Deal whose claims have had these fates, and the validator of it. */
function dealOf(fates: readonly Fate[]): { deal: ToyDeal; own: (mode: Mode) => Own } {
  const deal = new ToyDeal(paramsOf([6]), fates.length);
  const runs = truthful(deal);
  const own = (mode: Mode): Own => deal.own({ runs, mode });
  const end = deal.book(TRUTH).commitment([])?.finalState ?? "0x";
  const claims = new Map([...deal.view.claims].map(([id, claim]) => [id, { ...claim, finalState: end }]));
  deal.view = { ...deal.view, claims };
  fates.forEach(({ isTrue, stage }, index) => {
    if (!isTrue) falsify(deal, index);
    if (stage === "open") return;
    deal.challenge(index, deal.liar(index, index, 2n));
    if (stage === "truth joined") {
      deal.join({ ...deal.liar(index, 100 + index), owner: stranger(100 + index), book: deal.book(TRUTH) });
    }
    if (stage === "we joined") joinOurselves(deal, own("full"), index);
  });
  return { deal, own };
}

function joinOurselves(deal: ToyDeal, own: Own, index: number): void {
  const only = (): readonly Duty[] => actionsOf(deal, own, [index]).filter(({ deed }) => deed.kind !== "settle");
  for (const kind of ["announce", "join"]) {
    const duty = only().find(({ deed }) => deed.kind === kind);
    if (duty === undefined || !deal.carryOut(duty)) throw new RangeError(`can't ${kind}`);
  }
}

/** What the validator does about some of the claims. */
function actionsOf(deal: ToyDeal, own: Own, indices: readonly number[]): readonly Duty[] {
  const claims = new Map([...deal.view.claims].filter((_, index) => indices.includes(index)));
  const { duties, problems } = validatorActions({ ...deal.view, claims }, deal.chain.game, own, deal.chain.time);
  expect(problems).deep.equal([]);
  return duties;
}

const keysOf = (duties: readonly Duty[]): string[] =>
  duties
    .filter(({ deed }) => deed.kind !== "settle")
    .map(({ key }) => key)
    .sort();

/** Whether one who only defends takes part. */
const defends = ({ isTrue, stage }: Fate): boolean =>
  stage === "truth joined" || stage === "we joined" || (stage === "disputed" && isTrue);

describe("a validator's mode", () => {
  const some = fc.array(fate, { minLength: 1, maxLength: 5 });

  it("lets a defender do exactly what a full one does in the disputes that are its own, and begin none", () => {
    let played = 0;
    fc.assert(
      fc.property(some, (fates) => {
        const { deal, own } = dealOf(fates);
        if (fates.every(({ isOver }) => isOver)) deal.chain.time += 2 * deal.params.period;
        const all = fates.map((_, index) => index);
        const duties = actionsOf(deal, own("defend"), all);
        const mine = all.filter((index) => defends(fates[index] as Fate));
        expect(keysOf(duties)).deep.equal(keysOf(actionsOf(deal, own("full"), mine)));
        expect(duties.map(({ deed }) => deed.kind)).not.include("challenge");
        const full = new Set(actionsOf(deal, own("full"), all).map(({ key }) => key));
        for (const { key } of duties) expect(full.has(key), key).equal(true);
        played += duties.length;
        const [all_, defending] = (["full", "defend"] as const).map((mode) =>
          moneyNeeded(deal.view, deal.chain.game, own(mode), deal.chain.time),
        );
        expect(defending).lessThanOrEqual(all_ as never);
      }),
      { numRuns: 100, seed: SEED },
    );
    expect(played).greaterThan(20);
  });

  it("lets one who watches do nothing, and ask for nothing to be computed", () => {
    fc.assert(
      fc.property(some, (fates) => {
        const { deal, own } = dealOf(fates);
        const looked: Hex[] = [];
        const watching = own("watch");
        const book: Own["runs"]["book"] = (id) => {
          looked.push(id);
          return watching.runs.book(id);
        };
        const spied = { ...watching, runs: { ...watching.runs, book } };
        const sight = [deal.view, deal.chain.game, spied, deal.chain.time] as const;
        expect(validatorActions(...sight)).deep.equal({ duties: [], problems: [] });
        expect(openQuestions(...sight)).deep.equal({ hashes: [], refunds: [], problems: [] });
        expect(moneyNeeded(...sight)).equal(0n);
        expect(looked).deep.equal([]);
      }),
      { numRuns: 50, seed: SEED },
    );
  });
});

describe("disagreements", () => {
  const stages = (fates: readonly Omit<Fate, "isOver">[], change?: (deal: ToyDeal) => void): unknown[] => {
    const { deal, own } = dealOf(fates.map((one) => ({ ...one, isOver: false })));
    change?.(deal);
    return disagreements(deal.view, deal.chain.game, own("watch"), deal.chain.time).map(
      ({ fragment, stage, claimed }) => [fragment, stage, claimed === ELSEWHERE],
    );
  };

  it("are told of a false claim until somebody stands for the truth", () => {
    expect(stages([{ isTrue: false, stage: "open" }])).deep.equal([[0, "unanswered", true]]);
    expect(stages([{ isTrue: false, stage: "disputed" }])).deep.equal([[0, "unanswered", true]]);
    expect(stages([{ isTrue: false, stage: "truth joined" }])).deep.equal([[0, "answered", true]]);
  });

  it("are told of a true claim that is disputed, and of no other true one", () => {
    const fates = (["open", "disputed", "we joined"] as const).map((stage) => ({ isTrue: true, stage }));
    expect(stages(fates)).deep.equal([
      [1, "unanswered", false],
      [2, "answered", false],
    ]);
  });

  it("are told of what the chain has taken instead of the truth, and of nothing that is dead", () => {
    const fates = Array.from({ length: 3 }, () => ({ isTrue: false, stage: "open" }) as const);
    const marked = stages(fates, (deal) => {
      (["confirmed", "upheld", "dead"] as const).forEach((phase, index) => {
        deal.mark(index, phase);
      });
    });
    expect(marked).deep.equal([
      [0, "lost", true],
      [1, "lost", true],
    ]);
    const struck = (stage: Fate["stage"]): unknown[] =>
      stages([{ isTrue: true, stage }], (deal) => {
        deal.chain.time += 20 * deal.params.period;
        const resolvable = deal.own({ runs: truthful(deal), mode: "full" });
        for (const duty of actionsOf(deal, resolvable, [0])) if (duty.deed.kind === "resolve") deal.carryOut(duty);
        deal.mark(0, "struck");
      });
    expect(struck("disputed")).deep.equal([[0, "lost", false]]);
  });
});
