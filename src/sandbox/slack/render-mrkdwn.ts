import { formatSlackDate } from './format-slack-date.ts';

/** How ids become names, and whose clock is shown. */
export interface TextContext {
  names: {
    user(id: string): string | undefined;
    channel(id: string): string | undefined;
    group(id: string): string | undefined;
  };
  /** IANA zone of the reader. */
  timeZone: string;
  /** For "today" and "yesterday"; by default the present. */
  now?: Date;
}

/** Slack's `<…>` tokens and entities as a reader sees them; `*bold*` and the like stay as they are. */
export function renderMrkdwn(text: string, context: TextContext): string {
  const shown = text.replace(/<([^<>]*)>/g, (_, inside: string) => renderToken(inside, context));
  return shown.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function renderToken(inside: string, context: TextContext): string {
  const bar = inside.indexOf('|');
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? undefined : inside.slice(bar + 1);
  const { names } = context;
  if (target.startsWith('@')) return `@${names.user(target.slice(1)) ?? label ?? target.slice(1)}`;
  if (target.startsWith('#')) return `#${names.channel(target.slice(1)) ?? label ?? target.slice(1)}`;
  if (target.startsWith('!')) return renderSpecial(target.slice(1), label, context);
  return label === undefined || label === target ? target : `${label} (${target})`;
}

function renderSpecial(command: string, label: string | undefined, context: TextContext): string {
  const [name = '', id = '', format = ''] = command.split('^');
  if (name === 'subteam') return `@${context.names.group(id) ?? label?.replace(/^@/, '') ?? id}`;
  if (name === 'date') return formatSlackDate(Number(id), format, context) ?? label ?? '';
  return `@${name}`;
}
