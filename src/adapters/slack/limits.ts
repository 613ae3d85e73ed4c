import type { Message } from '../../core/message/message.ts';
import { shorten } from '../../lib/clean-text.ts';

/**
 * Every limit of Slack that words meet, in UTF-16 units (Slack counts no finer). Sources: the comments of
 * `@slack/types` 3.2 (block-kit/*.d.ts, views.d.ts) and docs.slack.dev/reference/block-kit, unless named.
 */
export const LIMITS = {
  message: {
    /** docs.slack.dev/reference/methods/chat.postMessage: longer text is cut by Slack past 40,000; 4,000 is advised. */
    text: 4000,
    blocks: 50,
    /**
     * All blocks together, as JSON in bytes. Not documented: `msg_blocks_too_long` was met from about
     * 13,200 characters (github.com/slackapi/bolt-js issues 2509 and 2867).
     */
    bytes: 12_000,
  },
  view: {
    blocks: 100,
    /** docs.slack.dev/reference/methods/views.open: 250 kB, then `view_too_large`. */
    bytes: 200_000,
    title: 24,
    submit: 24,
    close: 24,
    callbackId: 255,
    privateMetadata: 3000,
  },
  header: 150,
  section: { text: 3000, fields: 10, field: 2000 },
  context: { elements: 10, text: 3000 },
  actions: 25,
  button: { text: 75, value: 2000, url: 3000, describe: 75 },
  confirm: { title: 100, text: 300, confirm: 30, deny: 30 },
  id: 255,
  input: { label: 2000, hint: 2000, placeholder: 150, text: 3000 },
  option: { count: 100, text: 75, value: 75, description: 75 },
  /** Radio buttons and checkboxes. */
  listedOptions: 10,
  /** docs.slack.dev/reference/methods/conversations.setTopic */
  topic: 250,
} as const;

const ELLIPSIS = '…';
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Longer than any token or entity that messages contain, save links. */
const LONGEST_TOKEN = 3000;
/** A word is kept whole unless it is longer. */
const LONGEST_WORD = 60;
const QUOTE = '> ';
const ENTITY = /&(?:a(?:m(?:p)?)?|l(?:t)?|g(?:t)?)?$/;

/** Shortens mrkdwn to at most `max`, ending in `…`: never inside a mention, a date, a link, an entity or a character. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  if (max < 1) return '';
  return text.slice(0, safeEnd(text, max - ELLIPSIS.length)).trimEnd() + ELLIPSIS;
}

/** The last place at or before `at` where mrkdwn may be cut. */
export function safeEnd(text: string, at: number): number {
  if (at >= text.length) return text.length;
  if (at <= 0) return 0;
  const character = graphemes.segment(text).containing(at)?.index ?? 0;
  let end = character === 0 ? wholeCodePoint(text, at) : character;
  const open = text.lastIndexOf('<', end - 1);
  if (open >= 0 && end - open < LONGEST_TOKEN) {
    const close = text.indexOf('>', open);
    if (close >= end && close - open < LONGEST_TOKEN) end = open;
  }
  const entity = ENTITY.exec(text.slice(Math.max(0, end - 4), end));
  return entity ? end - entity[0].length : end;
}

/** The first place at or after `at` where mrkdwn may begin again. */
export function safeStart(text: string, at: number): number {
  for (let start = at; start < text.length; start++) {
    const end = safeEnd(text, start);
    if (end === start) return start;
  }
  return text.length;
}

/**
 * Takes mrkdwn apart into pieces of at most `max`, at line ends where there are any. Nothing is lost but
 * the white space at the seams.
 */
export function split(text: string, max: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > max) {
    const end = seam(rest, max);
    const piece = rest.slice(0, end);
    pieces.push(piece.trimEnd());
    const isQuoted = rest[end] !== '\n' && piece.slice(piece.lastIndexOf('\n') + 1).startsWith(QUOTE);
    rest = (isQuoted ? QUOTE : '') + rest.slice(end).replace(/^\n/, '');
  }
  pieces.push(rest);
  return pieces.filter((piece) => piece.trim() !== '');
}

function seam(text: string, max: number): number {
  const line = text.lastIndexOf('\n', max);
  if (line > 0) return line;
  // The mark of a quotation is put before the rest again: a seam just behind it would never come further.
  const least = text.startsWith(QUOTE) ? QUOTE.length : 0;
  const end = safeEnd(text, max);
  const space = text.lastIndexOf(' ', end) + 1;
  if (space > Math.max(least, end - LONGEST_WORD) && safeEnd(text, space) === space) return space;
  // A token longer than a whole piece cannot be kept; a character is never torn.
  return end > least ? end : wholeCodePoint(text, max);
}

function wholeCodePoint(text: string, at: number): number {
  const isTorn = /[\uD800-\uDBFF]/.test(text[at - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[at] ?? '');
  return isTorn ? at - 1 : at;
}

/** mrkdwn as plain text, for headers, labels and topics: entities are resolved, dates and links told in words. */
export function plainText(mrkdwn: string): string {
  return mrkdwn
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<https?:[^|>]+\|([^>]*)>/g, '$1')
    .replace(/<(https?:[^|>]+)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/**
 * Text for where Slack documents neither formatting nor escaping (topics, bookmarks): as plain text, with
 * brackets that can open no mention and no link, whatever Slack makes of it.
 */
export function inertText(text: string): string {
  return text.replaceAll('<', '‹').replaceAll('>', '›');
}

/** A channel's topic: plain text, one line. */
export function renderTopic(message: Message): string {
  return shorten(inertText(plainText(message.text)).replaceAll(/\s+/g, ' '), LIMITS.topic);
}
