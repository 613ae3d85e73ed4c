import { stripVTControlCharacters } from 'node:util';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\uFF01-\uFF60])/u;
const ZERO = /^[\p{Mark}\p{Format}\p{Control}]+$/u;

/** Columns a text takes in a terminal; colours and the like take none. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) {
    if (ZERO.test(segment)) continue;
    width += WIDE.test(segment) ? 2 : 1;
  }
  return width;
}

const HANGING = /^\s*(?:(?:[•◦>|│]|\d+[.)])\s+)*/;

/**
 * Breaks lines at blanks so that none is wider than `columns`. What is broken goes on under the beginning
 * of its text: indentation, bullets and quotation marks hang. A word that is too wide stays whole.
 */
export function wrap(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line.trimEnd(), columns))
    .join('\n');
}

function wrapLine(line: string, columns: number): string[] {
  if (widthOf(line) <= columns) return [line];
  const lead = HANGING.exec(line)?.[0] ?? '';
  const hang = ' '.repeat(Math.min(widthOf(lead), Math.floor(columns / 2)));
  const lines: string[] = [];
  let current = lead;
  let isEmpty = true;
  for (const word of line.slice(lead.length).split(' ')) {
    const longer = isEmpty ? current + word : `${current} ${word}`;
    if (!isEmpty && widthOf(longer) > columns) {
      lines.push(current.trimEnd());
      current = hang + word;
    } else {
      current = longer;
    }
    isEmpty = false;
  }
  return [...lines, current];
}

/** Puts every line that is not empty `by` columns to the right. */
export function indent(text: string, by: number): string {
  const space = ' '.repeat(by);
  return text.replace(/^(?=.)/gm, space);
}
