import type {
  ActionsBlock,
  ConfirmationDialog,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  Button as SlackButton,
} from '@slack/types';
import type { Block, Button, Message } from '../../core/message/message.ts';
import { assertNever } from '../../core/shared/assert-never.ts';
import { shorten } from '../../lib/clean-text.ts';
import { cut, LIMITS, plainText, split } from './limits.ts';
import { CAPS, capTexts, dropBlocks } from './shorten-blocks.ts';

/** A message as Slack takes it. Whatever its length, no limit of Slack is broken; what is cut says so. */
export function renderMessage(message: Message): { text: string; blocks: KnownBlock[] } {
  return {
    text: cut(message.text, LIMITS.message.text) || ' ',
    blocks: renderBlocks(message, LIMITS.message),
  };
}

/** The blocks of a message, within the limits of the surface they are for. */
export function renderBlocks(message: Message, limits: { blocks: number; bytes: number }): KnownBlock[] {
  const fits = (rendered: KnownBlock[]) =>
    rendered.length <= limits.blocks && Buffer.byteLength(JSON.stringify(rendered)) <= limits.bytes;
  const whole = blocksOf(message.blocks, message.text);
  if (fits(whole)) return whole;
  for (const cap of CAPS) {
    const rendered = blocksOf(capTexts(message.blocks, cap), message.text);
    if (fits(rendered)) return rendered;
  }
  const least = capTexts(message.blocks, CAPS.at(-1)!);
  // Even short blocks can be too many: fewer and fewer stay, until it fits.
  for (let max = Math.min(limits.blocks, least.length); max > 1; max -= 1) {
    const rendered = blocksOf(dropBlocks(least, max), message.text);
    if (fits(rendered)) return rendered;
  }
  return blocksOf([], cut(message.text, LIMITS.section.text));
}

function blocksOf(blocks: readonly Block[], text: string): KnownBlock[] {
  const numbers = { action: 0, block: 0 };
  const rendered = blocks.flatMap((block) => blockOf(block, numbers));
  if (rendered.length > 0 || text.trim() === '') return rendered;
  return blockOf({ kind: 'text', text }, numbers);
}

interface Numbers {
  action: number;
  block: number;
}

function blockOf(block: Block, numbers: Numbers): KnownBlock[] {
  const id = () => ({ block_id: `${block.kind}:${numbers.block++}` });
  switch (block.kind) {
    case 'title': {
      const words = plainText(block.text).trim();
      return words === '' ? [] : [{ type: 'header', ...id(), text: plain(words, LIMITS.header) }];
    }
    case 'text':
      return split(block.text, LIMITS.section.text).map((piece) => ({
        type: 'section',
        ...id(),
        text: mrkdwn(piece),
      }));
    case 'facts':
      return chunks(block.facts, LIMITS.section.fields).map((facts) => ({
        type: 'section',
        ...id(),
        fields: facts.map(({ label, value }) => mrkdwn(cut(`*${label}*\n${value}`, LIMITS.section.field))),
      }));
    case 'note': {
      const pieces = split(block.text, LIMITS.context.text).slice(0, LIMITS.context.elements);
      return pieces.length === 0 ? [] : [{ type: 'context', ...id(), elements: pieces.map(mrkdwn) }];
    }
    case 'divider':
      return [{ type: 'divider', ...id() }];
    case 'buttons':
      return chunks(block.buttons, LIMITS.actions).map(
        (buttons): ActionsBlock => ({
          type: 'actions',
          ...id(),
          elements: buttons.map((button) => buttonOf(button, numbers.action++)),
        }),
      );
    default:
      return assertNever(block);
  }
}

function buttonOf(button: Button, number: number): SlackButton {
  const value = JSON.stringify({ ...button.value, intent: button.intent });
  if (value.length > LIMITS.button.value) {
    // Never shortened: a cut id would mean something else.
    throw new Error(`the button ${button.intent} carries more than ${LIMITS.button.value} characters`);
  }
  const { style, url, describe, confirm } = button;
  return {
    type: 'button',
    action_id: `${button.intent}:${number}`,
    text: plain(plainText(button.label) || button.intent, LIMITS.button.text),
    value,
    ...(style ? { style } : {}),
    ...(url && url.length <= LIMITS.button.url ? { url } : {}),
    ...(describe ? { accessibility_label: shorten(plainText(describe), LIMITS.button.describe) } : {}),
    ...(confirm ? { confirm: confirmOf(confirm, style) } : {}),
  };
}

function confirmOf(confirm: NonNullable<Button['confirm']>, style: Button['style']): ConfirmationDialog {
  return {
    title: plain(plainText(confirm.title), LIMITS.confirm.title),
    text: plain(plainText(confirm.text), LIMITS.confirm.text),
    confirm: plain(plainText(confirm.confirm), LIMITS.confirm.confirm),
    deny: plain(plainText(confirm.deny), LIMITS.confirm.deny),
    ...(style ? { style } : {}),
  };
}

/** Slack takes no empty words. */
export function plain(text: string, max: number): PlainTextElement {
  return { type: 'plain_text', text: shorten(text.trim(), max) || '…', emoji: true };
}

/** `verbatim`: only what the catalogue wrote as a mention or link is one, never what people typed. */
function mrkdwn(text: string): MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true };
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const groups: T[][] = [];
  for (let start = 0; start < items.length; start += size) groups.push(items.slice(start, start + size));
  return groups;
}
