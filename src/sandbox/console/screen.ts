import { stripVTControlCharacters } from 'node:util';
import type { Style } from './style.ts';
import { wrap } from './text-layout.ts';

/** Where the console writes. */
export interface Screen {
  readonly style: Style;
  /** Prints text, wrapped to the width; one or more lines. */
  print(text: string): void;
  /** Begins a new answer: `said` tells what comes after. */
  begin(): void;
  /** What was printed since `begin`, unwrapped and without colour. */
  said(): string;
}

/** A surface that takes whole lines. */
export interface Surface {
  write(lines: string): void;
  columns(): number;
}

const MOST_COLUMNS = 110;

/** Builds the screen over a surface. */
export function createScreen(surface: Surface, style: Style): Screen {
  let said: string[] = [];
  return {
    style,
    print(text) {
      said.push(stripVTControlCharacters(text));
      surface.write(`${wrap(text, Math.min(surface.columns(), MOST_COLUMNS))}\n`);
    },
    begin() {
      said = [];
    },
    said: () => said.join('\n'),
  };
}
