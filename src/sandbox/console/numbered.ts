import type { JsonObject } from '../slack/types.ts';

/** Gives an element the number it is shown by. */
export type NumberOf = (element: JsonObject, label: string) => number;

// Characters no message can hold (Slack strips controls): they carry a number through the rendering.
const [OPEN, MIDDLE, CLOSE] = ['\u0001', '\u0002', '\u0003'];
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above.
const NUMBERED = /\[\u0001(\d+)\u0002([^\u0003]*)\u0003\]/g;

/**
 * Blocks in which every button and menu is a button that carries its number; after they were rendered as
 * text, `showNumbers` makes `[3] Take command` of them.
 */
export function withNumbers(blocks: readonly JsonObject[], numberOf: NumberOf): JsonObject[] {
  return blocks.map((block) => {
    if (block.type === 'actions') {
      return { ...block, elements: (block.elements as JsonObject[]).map((one) => marked(one, numberOf)) };
    }
    if (block.type === 'context')
      return { ...block, elements: (block.elements as JsonObject[]).map(shortLinks) };
    const beside = block.accessory as JsonObject | undefined;
    const isUsable = block.type === 'section' && beside !== undefined && beside.type !== 'image';
    return compactSection(isUsable ? { ...block, accessory: marked(beside, numberOf) } : block);
  });
}

/** Writes the numbers where `withNumbers` put them; `style` sets what can be pressed apart. */
export function showNumbers(text: string, style: (text: string) => string): string {
  return text
    .replace(NUMBERED, (_, number: string, label: string) => `${style(`[${number}]`)} ${label} `)
    .replace(/ +$/gm, '');
}

/** What a button or menu is called. */
export function labelOf(element: JsonObject): string {
  const initial = element.initial_option as JsonObject | undefined;
  const words = (element.text ?? initial?.text ?? element.placeholder) as { text?: string } | undefined;
  return words?.text ?? (element.type === 'overflow' ? 'More' : 'Choose');
}

function marked(element: JsonObject, numberOf: NumberOf): JsonObject {
  const label = labelOf(element);
  const number = numberOf(element, label);
  const sign = element.type === 'button' ? '' : ' ▾';
  return {
    type: 'button',
    text: { type: 'plain_text', text: `${OPEN}${number}${MIDDLE}${label}${sign}${CLOSE}` },
  };
}

const LABELLED_LINK = /<(?:https?|mailto):[^<>|]*\|([^<>]+)>/g;

/** Links as Slack's client shows them: what they are called, not where they lead. */
export function withoutAddresses(text: string): string {
  return text.replace(LABELLED_LINK, '$1');
}

const FACT = /^\*([^*\n]+)\*\n/;

/** Slack sets the name of a fact above it; in a terminal it stands before it. */
function compactSection(block: JsonObject): JsonObject {
  if (block.type !== 'section') return block;
  const fields = (block.fields as { text: string }[] | undefined)?.map((field) => ({
    ...field,
    text: withoutAddresses(field.text.replace(FACT, '*$1:* ').replaceAll('\n', ' · ')),
  }));
  return {
    ...block,
    ...(block.text ? { text: shortLinks(block.text as JsonObject) } : {}),
    ...(fields ? { fields } : {}),
  };
}

function shortLinks(words: JsonObject): JsonObject {
  return typeof words.text === 'string' ? { ...words, text: withoutAddresses(words.text) } : words;
}
