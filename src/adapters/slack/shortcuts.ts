import type { IntentValues } from '../../chatops/define-command.ts';
import type { SlackIdentity } from './identity.ts';
import { messageText } from './incoming-text.ts';
import type { ShortcutPayload } from './payloads.ts';

/** Callback ids of the shortcuts in the manifest, and the intents they lead to. */
export const SHORTCUTS: Record<string, string> = {
  declare: 'declare.open',
  declare_from_message: 'declare.open',
};

/** What a shortcut brings along: nothing, or the message it was used on. */
export function shortcutValues({ message, channel }: ShortcutPayload, us: SlackIdentity): IntentValues {
  if (!message) return {};
  const permalink = channel && permalinkTo(us, channel.id, message);
  return { text: textOf(message), ...(permalink ? { permalink } : {}) };
}

type ShortcutMessage = NonNullable<ShortcutPayload['message']>;

/** Alerts of other apps often stand in attachments only. */
function textOf({ text, attachments }: ShortcutMessage): string {
  const parts = (attachments ?? []).map(
    (part) => part.fallback || [part.title, part.text].filter(Boolean).join(': '),
  );
  return messageText(text || parts.filter(Boolean).join('\n'));
}

/** Built, not asked for: the form has to be opened within three seconds of the click. */
function permalinkTo(us: SlackIdentity, channel: string, message: ShortcutMessage): string | undefined {
  if (!us.url) return undefined;
  const link = new URL(`archives/${channel}/p${message.ts.replace('.', '')}`, us.url);
  if (message.thread_ts && message.thread_ts !== message.ts) {
    link.searchParams.set('thread_ts', message.thread_ts);
    link.searchParams.set('cid', channel);
  }
  return link.href;
}
