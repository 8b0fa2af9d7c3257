/**
 * Drawings in SVG: bars of ratios, and lines on logarithmic axes. They are readable on light and on
 * dark pages.
 */

const WIDTH = 760;
const LEFT = 90;
const RIGHT = 24;
const TOP = 40;

/**
 * Colours of series on light pages and on dark ones; with contrasts of at least 3 to 1 to either.
 */
const COLOURS = [
  ["#0969da", "#58a6ff"],
  ["#bc4c00", "#f0883e"],
  ["#1a7f37", "#3fb950"],
  ["#8250df", "#bc8cff"],
  ["#bf3989", "#f778ba"],
  ["#6e7781", "#8b949e"],
] as const;

/** Values with the same names in every group. */
export interface Bars {
  readonly title: string;
  readonly bars: readonly string[];
  readonly groups: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** Points from left to right; none of their numbers is negative. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Series, and the units of their axes. */
export interface Lines {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

const BAR = 9;
const GAP = 12;

/** Ratios beyond this one are cut off; their figures stand beside them. */
const LARGEST_RATIO = 4;

/** Groups of horizontal bars, with lines at 1, 2, and so on. */
export function barsPlot({ title, bars, groups }: Bars): string {
  const largest = Math.max(1, ...groups.flatMap(({ values }) => values));
  const end = Math.min(LARGEST_RATIO, Math.ceil(largest));
  const room = WIDTH - LEFT - RIGHT - 40;
  const x = (ratio: number): number => LEFT + (room * Math.min(ratio, end)) / end;
  const top = TOP + 22;
  const height = BAR * bars.length + GAP;
  const bottom = top + height * groups.length;
  const ticks = Array.from({ length: 2 * end + 1 }, (_, i) => i / 2);
  return drawing(title, bottom + 26, [
    legend(bars),
    ...ticks.map((tick) => line("grid", [x(tick), top - 4], [x(tick), bottom])),
    ...ticks.map((tick) => text(`${tick}`, [x(tick), bottom + 16], "middle")),
    line("axis", [x(1), top - 4], [x(1), bottom]),
    ...groups.flatMap(({ name, values }, group) => {
      const at = top + height * group;
      return [
        text(name, [LEFT - 8, at + (BAR * values.length) / 2 + 4], "end"),
        ...values.flatMap((value, i) => [
          `<rect class="fill${i}" x="${LEFT}" y="${at + BAR * i}" width="${round(x(value) - LEFT)}" height="${BAR - 1}"/>`,
          text(
            `${value.toFixed(2)}${value > end ? " →" : ""}`,
            [x(value) + 4, at + BAR * i + BAR - 1],
            "start",
            "small",
          ),
        ]),
      ];
    }),
  ]);
}

/** Lines through points; both axes are logarithmic. Points at zero are left out. */
export function linesPlot({ title, x: xUnit, y: yUnit, series }: Lines): string {
  const seen = series.map(({ name, points }) => ({ name, points: points.filter(([x, y]) => x > 0 && y > 0) }));
  const points = seen.flatMap((one) => one.points);
  const top = TOP + 22;
  const bottom = top + 260;
  const x = axis(
    points.map(([value]) => value),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = axis(
    points.map(([, value]) => value),
    bottom,
    top,
  );
  return drawing(title, bottom + 40, [
    legend(series.map(({ name }) => name)),
    ...y.ticks.flatMap((tick) => [
      line("grid", [LEFT, y.at(tick)], [WIDTH - RIGHT, y.at(tick)]),
      text(`${short(tick)} ${yUnit}`, [LEFT - 8, y.at(tick) + 4], "end"),
    ]),
    ...x.ticks.flatMap((tick) => [
      line("grid", [x.at(tick), top], [x.at(tick), bottom]),
      text(short(tick), [x.at(tick), bottom + 16], "middle"),
    ]),
    text(xUnit, [(LEFT + WIDTH - RIGHT) / 2, bottom + 32], "middle"),
    ...seen.flatMap((one, i) => {
      const places = one.points.map(([a, b]) => [round(x.at(a)), round(y.at(b))] as const);
      return [
        `<polyline class="line${i}" points="${places.map((place) => place.join(",")).join(" ")}"/>`,
        ...places.map(([cx, cy]) => `<circle class="fill${i}" cx="${cx}" cy="${cy}" r="3"/>`),
      ];
    }),
  ]);
}

/** A logarithmic axis over whole powers of ten from one place to another. */
function axis(values: readonly number[], from: number, to: number): { at: (value: number) => number; ticks: number[] } {
  const first = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9));
  const at = (value: number): number => from + ((to - from) * (Math.log10(value) - first)) / (last - first);
  return { at, ticks: Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i)) };
}

/** 0.01, 10, 1 k, 10 M. */
function short(value: number): string {
  const units = ["", " k", " M", " G", " T"];
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(value) / 3 + 1e-9)));
  return `${Number((value / 1000 ** unit).toPrecision(3))}${units[unit] ?? ""}`;
}

const round = (place: number): number => Math.round(place * 10) / 10;

function escaped(content: string): string {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

type Place = readonly [x: number, y: number];

function line(name: string, [x1, y1]: Place, [x2, y2]: Place): string {
  return `<line class="${name}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

function text(content: string, [x, y]: Place, anchor: "start" | "middle" | "end", name = "text"): string {
  return `<text class="${name}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

/** Width of a letter in the legend, or a little more. */
const LETTER = 5.5;

/** Names of series with their colours, in a row below the title. */
function legend(names: readonly string[]): string {
  let next = LEFT;
  return names
    .map((name, i) => {
      const at = next;
      next += LETTER * name.length + 40;
      return `<rect class="fill${i}" x="${round(at)}" y="${TOP - 9}" width="10" height="10"/>${text(name, [at + 15, TOP], "start", "small")}`;
    })
    .join("");
}

function drawing(title: string, height: number, parts: readonly string[]): string {
  const colours = (mode: 0 | 1): string =>
    COLOURS.map((pair, i) => `.fill${i}{fill:${pair[mode]}}.line${i}{stroke:${pair[mode]}}`).join("");
  const style = [
    "text{font:12px system-ui,sans-serif;fill:#1f2328}.small{font-size:10px}.title{font-size:14px;font-weight:600}",
    "polyline{fill:none;stroke-width:2}.grid{stroke:#d0d7de}.axis{stroke:#1f2328}",
    colours(0),
    `@media(prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#30363d}.axis{stroke:#e6edf3}${colours(1)}}`,
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style.join("")}</style>`,
    text(title, [12, 20], "start", "title"),
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}
