import { shown } from './stats.ts';

/** One measured value beside the bar it is held to. */
export interface Figure {
  /** What was measured, such as `p99`. */
  name: string;
  value: number;
  unit: 'ms' | 's' | 'MiB' | '%' | '×' | '/s' | '';
  /** The most it may be. Absent: for information. */
  bar?: number;
  /** Better than this is the aim; nothing fails by it. */
  goal?: number;
}

/** What a benchmark found. */
export interface Finding {
  bench: string;
  /** What was measured, in one line. */
  what: string;
  /** Under which conditions. */
  how: string;
  figures: Figure[];
}

function isMet({ value, bar }: Figure): boolean {
  // Nothing measured is nothing met.
  return bar === undefined || value <= bar;
}

/** For people at a terminal, as each benchmark ends. */
export function asText({ bench, what, how, figures }: Finding): string {
  const lines = figures.map((figure) => {
    const { name, bar, goal } = figure;
    const verdict = bar === undefined ? '' : isMet(figure) ? 'ok    ' : 'MISSED';
    const limits = [
      ...(bar === undefined ? [] : [`bar ${withUnit(bar, figure)}`]),
      ...(goal === undefined ? [] : [`goal ${withUnit(goal, figure)}`]),
    ].join(', ');
    return `  ${verdict.padEnd(6)} ${name.padEnd(34)} ${withUnit(figure.value, figure).padStart(10)}  ${limits}`;
  });
  return [`${bench}: ${what}`, `  ${how}`, ...lines.map((line) => line.trimEnd()), ''].join('\n');
}

/** A table for the README. */
export function asMarkdown(findings: readonly Finding[]): string {
  const rows = findings.map(({ what, figures }) => {
    const measured = figures.map((figure) => `${figure.name} ${withUnit(figure.value, figure)}`).join(', ');
    const held = figures.filter(({ bar }) => bar !== undefined);
    const bars = held
      .map((figure) => `${figure.name} ≤ ${withUnit(figure.bar as number, figure)}`)
      .join(', ');
    const verdict = held.length === 0 ? '' : held.every(isMet) ? 'met' : 'missed';
    return `| ${what} | ${measured} | ${bars} | ${verdict} |`;
  });
  return ['| what | measured | bar | |', '|---|---|---|---|', ...rows].join('\n');
}

function withUnit(value: number, { unit }: Figure): string {
  const number = Number.isInteger(value) ? String(value) : shown(value);
  return unit === '' || unit === '×' ? `${number}${unit}` : `${number} ${unit}`;
}
