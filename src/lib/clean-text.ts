/** Control characters of ASCII and Latin-1, except line break and tab. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

const ELLIPSIS = '…';
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Makes text that a person typed safe to store as JSONB and to print: well-formed Unicode, line breaks as
 * `\n`, no control characters but line break and tab.
 */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, '\n').replace(CONTROLS, '');
}

/**
 * Shortens text to at most `max` UTF-16 units, as `string.length` and Slack's limits count. Shortened text
 * ends in `…` and is never cut inside a character as people see it (an emoji family, a letter with accents).
 */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  if (max < 1) return '';
  // The character that covers the place of the ellipsis goes, with all after it. Asking for that one is far
  // cheaper than walking over all characters.
  const start = graphemes.segment(text).containing(max - 1)?.index ?? 0;
  return text.slice(0, start).trimEnd() + ELLIPSIS;
}
