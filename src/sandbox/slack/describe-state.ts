import type { Directory } from './directory.ts';
import type { Mirror } from './mirror.ts';
import type { TextContext } from './render-mrkdwn.ts';
import { renderMessageText } from './render-text.ts';
import type { RequestLog } from './request-log.ts';
import type { SlackChannel } from './types.ts';
import type { ViewStore } from './view-store.ts';

const LAST_CHANNELS = 8;
const LAST_MESSAGES = 5;
const LAST_REQUESTS = 15;

interface StateDeps {
  mirror: Mirror;
  directory: Directory;
  views: ViewStore;
  log: RequestLog;
  context: TextContext;
}

/** What is on people's screens and what the app asked for last, as text for an error. */
export function describeState({ mirror, directory, views, log, context }: StateDeps): string {
  const lines: string[] = [];
  for (const channel of liveliest(mirror)) {
    const messages = mirror.messages(channel.id).slice(-LAST_MESSAGES);
    lines.push(`#${channel.name}${channel.isArchived ? ' (archived)' : ''}`);
    for (const message of messages) lines.push(indent(renderMessageText(message, context)));
  }
  for (const user of directory.users()) {
    const own = mirror.ephemerals(user.id).slice(-LAST_MESSAGES);
    if (own.length > 0) lines.push(`Only for ${user.handle}`);
    for (const message of own) lines.push(indent(renderMessageText(message, context)));
    const modals = views.stack(user.id).map((held) => held.view.title?.text ?? '');
    if (modals.length > 0) lines.push(`Modals of ${user.handle}: ${modals.join(' > ')}`);
  }
  lines.push('Last requests');
  for (const { method, outcome, status, reply } of log.records.slice(-LAST_REQUESTS)) {
    lines.push(`  ${method} ${outcome} ${status ?? ''} ${reply?.ok ? 'ok' : (reply?.error ?? '')}`);
  }
  for (const { method, error, messages } of log.refusals) {
    lines.push(`Refused: ${method} ${error} ${messages.join('; ')}`);
  }
  return lines.join('\n');
}

/** The channels written to last, the very last one at the end. */
function liveliest(mirror: Mirror): SlackChannel[] {
  const lastTs = (channel: SlackChannel) => Number(mirror.messages(channel.id).at(-1)?.ts ?? 0);
  const written = mirror.channels().filter((channel) => lastTs(channel) > 0);
  return written.sort((a, b) => lastTs(a) - lastTs(b)).slice(-LAST_CHANNELS);
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
