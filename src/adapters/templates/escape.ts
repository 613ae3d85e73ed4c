/** Makes text that people typed safe in mrkdwn: it can neither ping, link nor break a token. */
export function escapeText(value: unknown): string {
  return String(value ?? '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

const SAFE_TOKEN = new RegExp(
  [
    '<@[UW][A-Z0-9]+>',
    '<#[CGD][A-Z0-9]+>',
    String.raw`<!date\^\d+\^[^<>|]*\|[^<>|]*>`,
    String.raw`<https?://[^<>|\s]+(?:\|[^<>]*)?>`,
    '&(?:amp|lt|gt);',
  ].join('|'),
  'g',
);

/**
 * Lets through what the catalogue itself wrote earlier (a line of the record, the words of a refusal) and
 * escapes everything else. Mass mentions never pass.
 */
export function keepOwnTokens(text: string): string {
  let safe = '';
  let end = 0;
  for (const match of text.matchAll(SAFE_TOKEN)) {
    safe += escapeText(text.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return safe + escapeText(text.slice(end));
}

/** The same as words only: dates in UTC, links as their titles. Mentions stay, only the chat can name them. */
export function keepOwnWords(text: string): string {
  return keepOwnTokens(text)
    .replace(/<!date\^[^|]*\|([^>]*)>/g, '$1')
    .replace(/<https?:[^|>]+\|([^>]*)>/g, '$1')
    .replace(/<(https?:[^|>]+)>/g, '$1');
}
