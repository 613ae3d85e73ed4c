import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cleanText, shorten } from '../../../src/lib/clean-text.ts';

const anyText = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom('👨‍👩‍👧‍👦', '🇩🇪', 'é', 'a\u0301\u0302', '👍🏽', ' ', 'x', '\r\n', '\ud83d'),
  }),
);

function graphemesOf(text: string): string[] {
  return [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map((part) => part.segment);
}

describe('cleanText', () => {
  test('keeps what people write, line breaks and tabs', () => {
    const text = 'Zürich is down 🔥\n\t– «all» 三つ אבג';

    expect(cleanText(text)).toBe(text);
  });

  test.each([
    ['a\r\nb\rc', 'a\nb\nc'],
    ['nul\u0000 bell\u0007 escape\u001b[31m delete\u007f csi\u009b', 'nul bell escape[31m delete csi'],
    ['half \ud83d of a pair', 'half \ufffd of a pair'],
  ])('cleans %j', (text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });

  test('whatever comes in, what goes out can be stored and printed, and cleaning again changes nothing', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const clean = cleanText(text);

        expect(clean.isWellFormed()).toBe(true);
        const controls = [...clean].filter(
          (letter) => /\p{Cc}/u.test(letter) && letter !== '\n' && letter !== '\t',
        );
        expect(controls).toEqual([]);
        expect(cleanText(clean)).toBe(clean);
      }),
      { numRuns: 500 },
    );
  });
});

describe('shorten', () => {
  test.each([
    ['short', 5, 'short'],
    ['longer', 5, 'long…'],
    ['word word', 6, 'word…'],
    ['family 👨‍👩‍👧‍👦 here', 15, 'family…'],
    ['🇩🇪🇩🇪🇩🇪', 8, '🇩🇪…'],
    ['👨‍👩‍👧‍👦 alone', 5, '…'],
    ['text', 1, '…'],
    ['text', 0, ''],
  ])('%j at %i', (text, max, expected) => {
    expect(shorten(text, max)).toBe(expected);
  });

  test('fits, is a beginning of the text, and cuts between characters only', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, max) => {
        const result = shorten(text, max);

        expect(result.length).toBeLessThanOrEqual(max);
        if (text.length <= max) {
          expect(result).toBe(text);
          return;
        }
        const kept = graphemesOf(text);
        while (kept.join('').length > max - 1) kept.pop();
        expect(result).toBe(`${kept.join('').trimEnd()}…`);
      }),
      { numRuns: 1000 },
    );
  });

  test('stays exact on 40,000 characters, wherever it cuts', () => {
    const family = '👨‍👩‍👧‍👦';
    const text = family.repeat(Math.ceil(40_000 / family.length));

    for (let max = 1; max < 40_000; max += 97) {
      expect(shorten(text, max)).toHaveLength(Math.floor((max - 1) / family.length) * family.length + 1);
    }
  });
});
