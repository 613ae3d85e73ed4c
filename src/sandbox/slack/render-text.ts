import { renderMrkdwn, type TextContext } from './render-mrkdwn.ts';
import { renderRichText } from './render-rich-text.ts';
import type { JsonObject } from './types.ts';

/** What is needed of a message to show it. */
export interface ShownMessage {
  text?: string;
  blocks?: JsonObject[];
  attachments?: JsonObject[];
}

/**
 * A message as lines of plain text: blocks if it has any, else its text.
 * Buttons stand in square brackets, menus with a `▾`, pictures as their description.
 */
export function renderMessageText(message: ShownMessage, context: TextContext): string {
  const blocks = message.blocks ?? [];
  const lines = blocks.length > 0 ? blocks.flatMap((block) => renderBlock(block, context)) : [];
  if (blocks.length === 0 && message.text) lines.push(renderMrkdwn(message.text, context));
  for (const attachment of message.attachments ?? []) lines.push(...renderAttachment(attachment, context));
  return lines.join('\n');
}

/** One block as lines of plain text; unknown kinds give none. */
export function renderBlock(block: JsonObject, context: TextContext): string[] {
  switch (block.type) {
    case 'header':
      return [textOf(block.text, context)];
    case 'divider':
      return ['────────'];
    case 'section':
      return renderSection(block, context);
    case 'context':
      return [(block.elements as JsonObject[]).map((one) => renderElement(one, context)).join('  ')];
    case 'actions':
      return [(block.elements as JsonObject[]).map((one) => renderElement(one, context)).join(' ')];
    case 'rich_text':
      return renderRichText(block, context);
    case 'markdown':
      return [String(block.text)];
    case 'image':
      return [`(picture: ${String(block.alt_text)})`];
    case 'alert':
      return [`! ${textOf(block.text, context)}`];
    case 'input':
      return renderInput(block, context);
    case 'table':
      return (block.rows as JsonObject[][]).map((row) =>
        row.map((cell) => renderCell(cell, context)).join(' | '),
      );
    default:
      return [];
  }
}

function renderSection(block: JsonObject, context: TextContext): string[] {
  const lines = block.text ? [textOf(block.text, context)] : [];
  for (const field of (block.fields ?? []) as JsonObject[]) lines.push(textOf(field, context));
  if (block.accessory) {
    const beside = renderElement(block.accessory as JsonObject, context);
    lines[lines.length - 1] = `${lines.at(-1) ?? ''} ${beside}`;
  }
  return lines;
}

function renderInput(block: JsonObject, context: TextContext): string[] {
  const optional = block.optional === true ? ' (optional)' : '';
  const lines = [
    `${textOf(block.label, context)}${optional}: ${renderElement(block.element as JsonObject, context)}`,
  ];
  if (block.hint) lines.push(`  ${textOf(block.hint, context)}`);
  return lines;
}

function renderCell(cell: JsonObject, context: TextContext): string {
  return cell.type === 'rich_text' ? renderRichText(cell, context).join(' ') : String(cell.text);
}

function renderAttachment(attachment: JsonObject, context: TextContext): string[] {
  const blocks = (attachment.blocks ?? []) as JsonObject[];
  const inside = blocks.flatMap((block) => renderBlock(block, context));
  const words = [attachment.pretext, attachment.title, attachment.text].filter(
    (one) => typeof one === 'string',
  );
  return [...words.map((one) => renderMrkdwn(String(one), context)), ...inside].map((line) => `| ${line}`);
}

function renderElement(element: JsonObject, context: TextContext): string {
  switch (element.type) {
    case 'plain_text':
    case 'mrkdwn':
      return textOf(element, context);
    case 'image':
      return `(picture: ${String(element.alt_text)})`;
    case 'button':
      return `[${textOf(element.text, context)}]`;
    case 'overflow':
      return `[⋯ ${optionTexts(element, context)}]`;
    case 'plain_text_input':
      return `[${String(element.initial_value ?? '')}___]`;
    case 'radio_buttons':
    case 'checkboxes':
      return `[${optionTexts(element, context)}]`;
    default:
      return `[${placeholderOf(element, context)} ▾]`;
  }
}

function optionTexts(element: JsonObject, context: TextContext): string {
  return ((element.options ?? []) as { text: JsonObject }[])
    .map((one) => textOf(one.text, context))
    .join(' / ');
}

function placeholderOf(element: JsonObject, context: TextContext): string {
  const initial = element.initial_option as { text?: JsonObject } | undefined;
  if (initial?.text) return textOf(initial.text, context);
  return element.placeholder ? textOf(element.placeholder, context) : 'choose';
}

function textOf(value: unknown, context: TextContext): string {
  const object = value as { type?: string; text?: string } | undefined;
  const text = object?.text ?? '';
  return object?.type === 'mrkdwn' ? renderMrkdwn(text, context) : text;
}
