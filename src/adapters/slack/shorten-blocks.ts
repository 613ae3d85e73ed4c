import type { Block } from '../../core/message/message.ts';
import { cut, safeEnd, safeStart } from './limits.ts';

/** How much text each block may keep, tried one after the other until the whole fits. */
export const CAPS = [9000, 6000, 3000, 1500, 800, 400, 200] as const;

/** Says that something is not shown. */
export function shortened(what: string): string {
  return `_… shortened: ${what} did not fit here. The record keeps everything:_ \`/dr timeline\``;
}

/** Keeps at most `cap` of each text; what is cut is counted and said. */
export function capTexts(blocks: readonly Block[], cap: number): Block[] {
  return blocks.flatMap((block): Block[] => {
    switch (block.kind) {
      case 'text':
        return block.text.length <= cap ? [block] : cutText(block.text, cap, block.keep ?? 'start');
      case 'note':
        return [{ ...block, text: cut(block.text, cap) }];
      case 'facts':
        return [
          { ...block, facts: block.facts.map(({ label, value }) => ({ label, value: cut(value, cap) })) },
        ];
      default:
        return [block];
    }
  });
}

/**
 * Keeps the first blocks, and the buttons that end the message: what can be done is never lost.
 * @param max how many stay, the line that says what is missing included
 */
export function dropBlocks(blocks: readonly Block[], max: number): Block[] {
  if (blocks.length <= max) return [...blocks];
  const buttons = blocks.findLastIndex((block) => block.kind === 'buttons');
  const tail = buttons >= 0 && blocks.length - buttons <= 3 ? blocks.slice(buttons) : [];
  const head = blocks.slice(0, Math.max(0, max - tail.length - 1));
  const missing = blocks.length - head.length - tail.length;
  return [...head, { kind: 'text', text: shortened(`${missing} more parts`) }, ...tail];
}

function cutText(text: string, cap: number, keep: 'start' | 'end'): Block[] {
  if (keep === 'end') {
    const from = startAt(text, text.length - cap);
    const said: Block = { kind: 'text', text: shortened(leftOut(text.slice(0, from))) };
    return [said, { kind: 'text', text: text.slice(from) }];
  }
  const to = endAt(text, cap);
  return [
    { kind: 'text', text: `${text.slice(0, to).trimEnd()} …` },
    { kind: 'text', text: shortened(leftOut(text.slice(to))) },
  ];
}

/** At a line end, unless that would lose more than half. */
function endAt(text: string, at: number): number {
  const line = text.lastIndexOf('\n', at);
  return line > at / 2 ? line : safeEnd(text, at);
}

function startAt(text: string, at: number): number {
  const line = text.indexOf('\n', at);
  const half = at + (text.length - at) / 2;
  return line >= 0 && line < half ? line + 1 : safeStart(text, at);
}

function leftOut(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '').length;
  if (lines > 1) return `${lines.toLocaleString('en')} more lines`;
  return `${text.length.toLocaleString('en')} more characters`;
}
