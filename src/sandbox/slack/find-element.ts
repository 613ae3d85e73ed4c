import { elementsOf } from './block-kit.ts';
import type { JsonObject } from './types.ts';

/** Which element a person means. */
export interface ElementQuery {
  /** One of this, `label` and `blockId` is needed. */
  actionId?: string;
  /** Words on a button, or the label of an input. */
  label?: string;
  blockId?: string;
  /** Tells buttons with the same action apart. */
  value?: string;
}

/** An element in its block. */
export interface FoundElement {
  block: JsonObject;
  element: JsonObject;
}

/** The first element that fits. @throws if the query would fit any. */
export function findElement(blocks: readonly JsonObject[], query: ElementQuery): FoundElement | undefined {
  if (!(query.actionId ?? query.label ?? query.blockId))
    throw new Error('Say what to press: actionId, label or blockId');
  return allElements(blocks).find((found) => fits(found, query));
}

/** Words for an error: what there would have been to use. */
export function describeElements(blocks: readonly JsonObject[]): string {
  const all = allElements(blocks).map(
    ({ block, element }) => `${String(element.action_id)} ("${nameOf(block, element)}")`,
  );
  return all.join(', ') || 'nothing to use';
}

function allElements(blocks: readonly JsonObject[]): FoundElement[] {
  return blocks.flatMap((block) => elementsOf(block).map((element) => ({ block, element })));
}

function fits({ block, element }: FoundElement, query: ElementQuery): boolean {
  if (query.actionId !== undefined && element.action_id !== query.actionId) return false;
  if (query.blockId !== undefined && block.block_id !== query.blockId) return false;
  if (query.label !== undefined && nameOf(block, element) !== query.label) return false;
  return query.value === undefined || element.type !== 'button' || element.value === query.value;
}

/** What a person calls the element. */
export function nameOf(block: JsonObject, element: JsonObject): string {
  const words = block.type === 'input' ? block.label : (element.text ?? element.placeholder);
  return String((words as { text?: string } | undefined)?.text ?? '');
}

/** The blocks of a message, those in its attachments included. */
export function blocksOf(message: JsonObject): JsonObject[] {
  const attachments = (message.attachments ?? []) as { blocks?: JsonObject[] }[];
  return [
    ...((message.blocks as JsonObject[] | undefined) ?? []),
    ...attachments.flatMap((one) => one.blocks ?? []),
  ];
}
