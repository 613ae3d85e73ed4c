import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Ways to set words apart. Without colour they return the text as it is. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  italic(text: string): string;
  /** Names of people and the bot. */
  name(text: string): string;
  /** What can be pressed. */
  button(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

/** Colours only where `isColourful`. */
export function createStyle(isColourful: boolean): Style {
  const as = (format: Format) => (text: string) =>
    isColourful ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: as('bold'),
    dim: as('dim'),
    italic: as('italic'),
    name: as(['bold', 'cyan']),
    button: as(['bold', 'yellow']),
    good: as('green'),
    bad: as(['bold', 'red']),
  };
}

// A mark counts only at the edge of a word, as in Slack: 2*3*4 is no bold 3.
const EDGE_BEFORE = '(?<=^|[\\s(\\[{>"\'·•:—–-])';
const EDGE_AFTER = '(?=$|[\\s.,;:!?)\\]}"\'·…—–-])';
const emphasis = (mark: string) =>
  new RegExp(`${EDGE_BEFORE}${mark}(\\S(?:[^\\n${mark}]*\\S)?)${mark}${EDGE_AFTER}`, 'gm');
const BOLD = emphasis('\\*');
const ITALIC = emphasis('_');
const CODE = /(`[^`\n]+`)/;

/** Slack's *bold* and _italic_ shown by style instead of marks. Inside backquotes nothing changes. */
export function showEmphasis(text: string, style: Style): string {
  return text
    .split(CODE)
    .map((part) =>
      CODE.test(part)
        ? part
        : part
            .replace(BOLD, (_, inside: string) => style.bold(inside))
            .replace(ITALIC, (_, inside: string) => style.italic(inside)),
    )
    .join('');
}
