import { shorten } from '../../lib/clean-text.ts';
import { escapeText, keepOwnTokens, keepOwnWords } from './escape.ts';
import { ago, dateToken, duration, durationUp, exactDuration, utcClock, utcMoment } from './times.ts';

/**
 * Where words stand. `rich`: mrkdwn with mentions and dates in the reader's zone; `plain`: notifications,
 * titles, labels (names and UTC instead); `data`: ids inside buttons, which nobody reads.
 */
export type Place = 'rich' | 'plain' | 'data';

/** What a value is to a filter. */
export type Kind = 'text' | 'number' | 'list' | 'map' | 'yes or no';

// biome-ignore lint/suspicious/noExplicitAny: what a filter is given was checked against `takes` at load.
type Handler = (value: any, ...args: any[]) => unknown;

export interface FilterDefinition {
  takes: readonly Kind[];
  /** What comes out is already safe mrkdwn; everything else is escaped after the last filter. */
  raw?: true;
  rich: Handler;
  /** Where it differs from `rich`. */
  plain?: Handler;
}

interface Named {
  kind?: string;
  name?: string;
  slack?: string;
}

/** A link must fit whole wherever it stands; it cannot be shortened. */
const LONGEST_URL = 1200;
const LONGEST_LINK_TITLE = 120;
const LONGEST_NAME = 80;

const SEVERITY_MARKS: Record<string, string> = { '1': '🔴', '2': '🟠', '3': '🟡', '4': '🔵' };

/** The filters of Liquid's own that templates may use. */
export const OWN_FILTERS = ['default', 'join', 'append', 'minus', 'abs', 'downcase'] as const;

/** Lifeboat's filters, by the name that templates use. `docs/messages.md` explains each. */
export const FILTERS: Record<string, FilterDefinition> = {
  // People and places.
  mention: { takes: ['map'], raw: true, rich: mention, plain: (who: Named) => escapeText(nameOf(who)) },
  who: { takes: ['map'], rich: nameOf },
  channel: { takes: ['text'], raw: true, rich: channel, plain: plainChannel },
  link: { takes: ['text'], raw: true, rich: link, plain: (url: string, title = url) => escapeText(title) },

  // Times. Durations are milliseconds.
  clock: { takes: ['text'], raw: true, rich: clock, plain: utcClock },
  moment: { takes: ['text'], raw: true, rich: moment, plain: utcMoment },
  time: { takes: ['text'], raw: true, rich: time, plain: utcClock },
  ago: { takes: ['text'], rich: ago },
  later: { takes: ['text'], rich: (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString() },
  duration: { takes: ['number'], rich: duration },
  duration_up: { takes: ['number'], rich: durationUp },
  exact: { takes: ['number'], rich: exactDuration },

  // Words.
  plural: { takes: ['number'], rich: plural },
  words: { takes: ['text'], rich: words },
  severity_mark: { takes: ['text'], rich: severityMark },
  kind_mark: { takes: ['text'], rich: kindMark },
  beyond: { takes: ['text'], rich: beyond },
  cut: { takes: ['text'], rich: (text: string, max: number) => shorten(text.trim(), max) },
  one_line: { takes: ['text'], rich: oneLine },
  code: { takes: ['text'], raw: true, rich: code, plain: (text: string) => escapeText(oneLine(text)) },
  quote: { takes: ['text'], raw: true, rich: quote, plain: escapeText },
  told: { takes: ['text'], raw: true, rich: keepOwnTokens, plain: keepOwnWords },
};

/** `[DRILL] ` for everything that is not real; nothing for the real thing. */
export function kindMark(kind: string): string {
  return kind === 'real' ? '' : `[${kind.toUpperCase()}] `;
}

function nameOf(who: Named): string {
  if (who.kind === 'lifeboat') return 'Lifeboat';
  if (who.kind === 'pagerduty') return who.name ? `${who.name} in PagerDuty` : 'PagerDuty';
  return shorten(oneLine(who.name ?? 'somebody'), LONGEST_NAME);
}

function mention(who: Named): string {
  return who.slack && /^[UW][A-Z0-9]+$/.test(who.slack) ? `<@${who.slack}>` : escapeText(nameOf(who));
}

function channel(id: string, name?: string): string {
  if (/^[CGD][A-Z0-9]+$/.test(id)) return `<#${id}>`;
  return escapeText(name ? `#${name}` : id);
}

function plainChannel(_id: string, name?: string): string {
  return name ? escapeText(`#${name}`) : 'its channel';
}

function link(url: string, title = url): string {
  const words = escapeText(shorten(oneLine(title) || url, LONGEST_LINK_TITLE));
  if (!/^https?:\/\/\S+$/.test(url) || url.length > LONGEST_URL) return words;
  const target = url.replace(/[<>|]/g, encodeURIComponent).replaceAll('&', '&amp;');
  return `<${target}|${words}>`;
}

function clock(instant: string): string {
  const utc = utcClock(instant);
  return dateToken(instant, `${utc} ({time} for you)`, utc);
}

function moment(instant: string): string {
  return dateToken(instant, `{date_short_pretty} {time} (${utcClock(instant)})`, utcMoment(instant));
}

function time(instant: string): string {
  return dateToken(instant, '{date_short_pretty} {time}', utcClock(instant));
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** `regional_outage` -> `Regional outage`. */
function words(id: string): string {
  const text = id.replaceAll(/[_-]+/g, ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A coloured dot beside the word, by the number in the label; the word always stays. */
function severityMark(label: string): string {
  const mark = SEVERITY_MARKS[/(\d)\D*$/.exec(label)?.[1] ?? ''];
  return mark ? `${mark} ${label}` : label;
}

/** What a text says besides its first line, when that is the title. */
function beyond(text: string, title: string): string {
  return text.startsWith(title) ? text.slice(title.length).trim() : text.trim();
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** What to type; a typed backtick cannot end it early. */
function code(text: string): string {
  return `\`${escapeText(oneLine(text).replaceAll('`', "'"))}\``;
}

function quote(text: string): string {
  return escapeText(text.trim())
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}
