import { describe, expect, test } from '@jest/globals';
import { createStyle, showEmphasis } from '../../../src/sandbox/console/style.ts';
import { indent, widthOf, wrap } from '../../../src/sandbox/console/text-layout.ts';

describe('widthOf', () => {
  test.each([
    ['plain', 5],
    ['é', 1],
    ['e\u0301', 1],
    ['🔴', 2],
    ['⚠️', 2],
    ['東京', 4],
    ['\u001b[1mbold\u001b[22m', 4],
    ['a\u200bb', 2],
  ])('%j takes %d columns', (text, columns) => {
    expect(widthOf(text)).toBe(columns);
  });
});

describe('wrap', () => {
  test('leaves what fits as it is, inner blanks included', () => {
    expect(wrap('08:10  one  two', 20)).toBe('08:10  one  two');
  });

  test('breaks at blanks and goes on under the text of an indented bullet', () => {
    expect(wrap('  • one two three four', 14)).toBe('  • one two\n    three four');
  });

  test('counts wide characters twice', () => {
    expect(wrap('東京 大阪 札幌', 9)).toBe('東京 大阪\n札幌');
  });

  test('keeps a word that is too wide whole', () => {
    expect(wrap('see https://example.com/a/very/long/address now', 12)).toBe(
      'see\nhttps://example.com/a/very/long/address\nnow',
    );
  });

  test('treats every line by itself', () => {
    expect(wrap('aa bb\n\ncc dd', 3)).toBe('aa\nbb\n\ncc\ndd');
  });
});

test('indent leaves empty lines empty', () => {
  expect(indent('a\n\nb', 2)).toBe('  a\n\n  b');
});

describe('showEmphasis', () => {
  const plain = createStyle(false);
  const marked = {
    ...plain,
    bold: (text: string) => `<b>${text}</b>`,
    italic: (text: string) => `<i>${text}</i>`,
  };

  test('shows bold and italic by style', () => {
    expect(showEmphasis('*Commander:* _nobody_ yet', marked)).toBe('<b>Commander:</b> <i>nobody</i> yet');
  });

  test('takes marks away where there is no style', () => {
    expect(showEmphasis('*Commander:* nobody', plain)).toBe('Commander: nobody');
  });

  test.each(['2*3*4', 'snake_case_name', '* a * b', '`*code*`'])('leaves %j alone', (text) => {
    expect(showEmphasis(text, marked)).toBe(text);
  });
});
