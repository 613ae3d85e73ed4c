import { z } from 'zod';
import { accessory, actionElement, imageElement, inputElement } from './block-kit-elements.ts';
import {
  anyText,
  blockBase,
  contextTexts,
  hasOneSource,
  imageSource,
  plainText,
} from './block-kit-objects.ts';
import { problemAt, slackProblems } from './block-kit-problems.ts';
import { richText } from './block-kit-rich-text.ts';
import type { JsonObject } from './types.ts';

/** Where blocks are shown. */
export type Surface = 'message' | 'modal' | 'home';

const section = z
  .strictObject({
    type: z.literal('section'),
    ...blockBase,
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: accessory.optional(),
    expand: z.boolean().optional(),
  })
  .refine((one) => one.text !== undefined || one.fields !== undefined, 'must provide text or fields');

const cell = z.discriminatedUnion('type', [
  richText,
  z.strictObject({ type: z.literal('raw_text'), text: z.string().min(1) }),
  z.strictObject({ type: z.literal('raw_number'), value: z.number(), text: z.string().min(1) }),
]);

const block = z.discriminatedUnion('type', [
  section,
  richText,
  z.strictObject({ type: z.literal('divider'), ...blockBase }),
  z.strictObject({ type: z.literal('header'), ...blockBase, text: plainText(150) }),
  z.strictObject({ type: z.literal('markdown'), ...blockBase, text: z.string().min(1).max(12_000) }),
  z.strictObject({
    type: z.literal('context'),
    ...blockBase,
    elements: z
      .array(z.discriminatedUnion('type', [imageElement, ...contextTexts]))
      .min(1)
      .max(10),
  }),
  z.strictObject({
    type: z.literal('actions'),
    ...blockBase,
    elements: z.array(actionElement).min(1).max(25),
  }),
  z.strictObject({
    type: z.literal('input'),
    ...blockBase,
    label: plainText(2000),
    hint: plainText(2000).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
    element: inputElement,
  }),
  z
    .strictObject({
      type: z.literal('image'),
      ...blockBase,
      ...imageSource,
      title: plainText(2000).optional(),
    })
    .refine(hasOneSource, 'exactly one of image_url and slack_file must be given'),
  z.strictObject({
    type: z.literal('alert'),
    ...blockBase,
    text: anyText(200),
    level: z.enum(['default', 'info', 'warning', 'error', 'success']).optional(),
  }),
  z.strictObject({
    type: z.literal('table'),
    ...blockBase,
    rows: z.array(z.array(cell).min(1).max(20)).min(1).max(100),
    column_settings: z
      .array(
        z.strictObject({
          align: z.enum(['left', 'center', 'right']).optional(),
          is_wrapped: z.boolean().optional(),
        }),
      )
      .max(20)
      .optional(),
  }),
]);

const messageBlocks = z.array(block).max(50);
const viewBase = {
  blocks: z.array(block).max(100),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
};
const modal = z.strictObject({
  type: z.literal('modal'),
  title: plainText(24),
  submit: plainText(24).optional(),
  close: plainText(24).optional(),
  clear_on_close: z.boolean().optional(),
  notify_on_close: z.boolean().optional(),
  ...viewBase,
});
const home = z.strictObject({ type: z.literal('home'), ...viewBase });

type Block = z.infer<typeof block>;

/** Checks a message's blocks as strictly as Slack; the answer is empty or `response_metadata.messages`. */
export function checkMessageBlocks(blocks: unknown, root = '/blocks'): string[] {
  const parsed = messageBlocks.safeParse(blocks);
  if (!parsed.success) return slackProblems(parsed.error.issues, blocks, root);
  return checkTogether(parsed.data, 'message', root);
}

/** Checks a modal or a Home tab as strictly as Slack. */
export function checkView(view: unknown, surface: 'modal' | 'home'): string[] {
  const parsed = (surface === 'modal' ? modal : home).safeParse(view);
  if (!parsed.success) return slackProblems(parsed.error.issues, view, '/view');
  const problems = checkTogether(parsed.data.blocks, surface, '/view/blocks');
  const hasInputs = parsed.data.blocks.some((one) => one.type === 'input');
  if (parsed.data.type === 'modal' && hasInputs && !parsed.data.submit) {
    problems.push(problemAt('missing required field: submit', '/view'));
  }
  return problems;
}

const ALLOWED: Partial<Record<Block['type'], readonly Surface[]>> = {
  alert: ['modal'],
  markdown: ['message'],
  table: ['message'],
};

// What no single block can know: doubled ids, counts over the whole, kinds that belong elsewhere.
function checkTogether(blocks: readonly Block[], surface: Surface, root: string): string[] {
  const problems: string[] = [];
  const blockIds = new Set<string>();
  for (const [index, one] of blocks.entries()) {
    const pointer = `${root}/${index}`;
    if (ALLOWED[one.type]?.includes(surface) === false) {
      problems.push(problemAt(`unsupported type: ${one.type}`, `${pointer}/type`));
    }
    if (one.block_id !== undefined) {
      if (blockIds.has(one.block_id)) {
        problems.push(problemAt(`block_id "${one.block_id}" already exists`, `${pointer}/block_id`));
      }
      blockIds.add(one.block_id);
    }
    problems.push(...checkElements(one, surface, pointer));
  }
  if (blocks.filter((one) => one.type === 'table').length > 1)
    problems.push('[ERROR] only_one_table_allowed');
  const markdown = blocks.reduce((sum, one) => sum + (one.type === 'markdown' ? one.text.length : 0), 0);
  if (markdown > 12_000) problems.push(problemAt('markdown text must be less than 12001 characters', root));
  const focused = blocks.flatMap(elementsOf).filter((one) => one.focus_on_load === true).length;
  if (focused > 1) problems.push(problemAt('only one element may set focus_on_load', root));
  return problems;
}

function checkElements(one: Block, surface: Surface, pointer: string): string[] {
  const problems: string[] = [];
  const actionIds = new Set<unknown>();
  for (const element of elementsOf(one)) {
    const id = element.action_id;
    if (id !== undefined && actionIds.has(id)) {
      problems.push(problemAt(`action_id "${String(id)}" already exists`, pointer));
    }
    actionIds.add(id);
    const isRespondable = surface === 'modal' && one.type === 'input';
    if (element.response_url_enabled !== undefined && !isRespondable) {
      problems.push(problemAt('invalid additional property: response_url_enabled', pointer));
    }
    if (element.focus_on_load !== undefined && surface === 'message') {
      problems.push(problemAt('invalid additional property: focus_on_load', pointer));
    }
  }
  return problems;
}

/** The elements a person can use in a block (none for most kinds). */
export function elementsOf(one: JsonObject): JsonObject[] {
  if (one.type === 'actions') return one.elements as JsonObject[];
  if (one.type === 'input') return [one.element as JsonObject];
  if (one.type === 'section' && one.accessory) {
    const beside = one.accessory as JsonObject;
    return beside.type === 'image' ? [] : [beside];
  }
  return [];
}
