import { randomBytes } from 'node:crypto';
import { elementsOf } from './block-kit.ts';
import type { JsonObject } from './types.ts';

/** A copy of blocks in which every block and element has the id Slack would have made up for it. */
export function withIds(blocks: readonly JsonObject[]): JsonObject[] {
  return blocks.map((block) => {
    const copy: JsonObject = { ...structuredClone(block), block_id: block.block_id ?? madeUpId() };
    for (const element of elementsOf(copy)) element.action_id ??= madeUpId();
    return copy;
  });
}

function madeUpId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5);
}
