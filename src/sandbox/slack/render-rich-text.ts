import { formatSlackDate } from './format-slack-date.ts';
import type { TextContext } from './render-mrkdwn.ts';
import type { JsonObject } from './types.ts';

/** A `rich_text` block as lines of plain text. */
export function renderRichText(block: JsonObject, context: TextContext): string[] {
  return (block.elements as JsonObject[]).flatMap((one) => renderPart(one, context));
}

function renderPart(part: JsonObject, context: TextContext): string[] {
  const elements = part.elements as JsonObject[];
  if (part.type === 'rich_text_list') return renderList(part, elements, context);
  const text = elements.map((one) => renderInline(one, context)).join('');
  const lines = text.replace(/\n$/, '').split('\n');
  if (part.type === 'rich_text_quote') return lines.map((line) => `> ${line}`);
  return part.type === 'rich_text_preformatted' ? lines.map((line) => `    ${line}`) : lines;
}

function renderList(list: JsonObject, items: readonly JsonObject[], context: TextContext): string[] {
  const indent = '  '.repeat(Number(list.indent ?? 0));
  const first = Number(list.offset ?? 0) + 1;
  return items.map((item, index) => {
    const sign = list.style === 'ordered' ? `${first + index}.` : '•';
    const text = (item.elements as JsonObject[]).map((one) => renderInline(one, context)).join('');
    return `${indent}${sign} ${text}`;
  });
}

function renderInline(one: JsonObject, context: TextContext): string {
  const { names } = context;
  switch (one.type) {
    case 'text':
      return String(one.text);
    case 'link':
      return one.text ? `${String(one.text)} (${String(one.url)})` : String(one.url);
    case 'user':
      return `@${names.user(String(one.user_id)) ?? String(one.user_id)}`;
    case 'usergroup':
      return `@${names.group(String(one.usergroup_id)) ?? String(one.usergroup_id)}`;
    case 'channel':
      return `#${names.channel(String(one.channel_id)) ?? String(one.channel_id)}`;
    case 'broadcast':
      return `@${String(one.range)}`;
    case 'emoji':
      return `:${String(one.name)}:`;
    case 'date':
      return (
        formatSlackDate(Number(one.timestamp), String(one.format), context) ?? String(one.fallback ?? '')
      );
    default:
      return String(one.value ?? '');
  }
}
