import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cut, plainText, renderTopic, safeStart, split } from '../../src/adapters/slack/limits.ts';
import { LONG_LINE } from '../fixtures/incident-views.ts';
import { DATE, told, torn } from '../fixtures/mrkdwn.ts';

describe('cutting', () => {
  test('never goes over, never tears, and keeps what fits as it is', () => {
    fc.assert(
      fc.property(told, fc.integer({ min: 1, max: 3000 }), (text, max) => {
        const short = cut(text, max);

        expect(short.length).toBeLessThanOrEqual(max);
        expect(torn(short)).toEqual([]);
        expect(short.isWellFormed() || !text.isWellFormed()).toBe(true);
        if (text.length <= max) expect(short).toBe(text);
        else expect(short.endsWith('…')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('into pieces loses nothing but white space', () => {
    fc.assert(
      fc.property(told, fc.integer({ min: 100, max: 3000 }), (text, max) => {
        const pieces = split(text, max);
        const bare = (words: string) => words.replaceAll(/[\s>]/g, '');

        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(max);
          expect(torn(piece)).toEqual([]);
        }
        expect(bare(pieces.join(''))).toBe(bare(text));
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['in a mention', 'hello <@U0ANA> there', 9, 'hello…'],
    ['in a date', `at ${DATE}.`, 40, 'at…'],
    ['in an entity', 'black &amp; white', 9, 'black…'],
    ['in an emoji family', 'ab👨‍👩‍👧‍👦', 6, 'ab…'],
    ['in a letter with an accent', 'ae\u0301x', 3, 'a…'],
    ['between two letters', 'abcdef', 4, 'abc…'],
  ])('%s', (_where, text, max, expected) => {
    expect(cut(text, max)).toBe(expected);
  });

  test('begins again after a token, not inside it', () => {
    expect('x<@U0ANA>y'.slice(safeStart('x<@U0ANA>y', 4))).toBe('y');
  });

  test.each([
    ['a token behind short words', `hi ${DATE}${DATE}`],
    ['a token behind a quotation mark', `> <https://example.com/${'x'.repeat(200)}|a>`],
    ['a token at the start', `<https://example.com/${'x'.repeat(200)}|a>`],
    ['no place to cut at all', 'x'.repeat(500)],
    ['a character of many code points', `> e${'\u0301'.repeat(500)}`],
  ])('%s does not keep it from coming to an end', (_what, text) => {
    const pieces = split(text, 40);

    expect(pieces.length).toBeLessThan(50);
    expect(pieces.every((piece) => piece.length <= 40)).toBe(true);
  });

  test('a quoted line that is too long goes on as a quotation', () => {
    expect(split(`> ${'word '.repeat(50)}`, 100)[1]).toMatch(/^> word/);
  });
});

describe('a topic', () => {
  test('is one plain line of at most 250 characters', () => {
    const topic = renderTopic({ text: `R&amp;D ${DATE}\nnext ${LONG_LINE}`, blocks: [] });

    expect(topic.length).toBeLessThanOrEqual(250);
    expect(topic).toMatch(/^R&D 14:20 UTC next .*…$/);
  });

  test('resolves each entity once', () => {
    expect(plainText('&amp;lt; <https://example.com|there> <https://example.com>')).toBe(
      '&lt; there https://example.com',
    );
  });
});
