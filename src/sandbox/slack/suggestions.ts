import type { FoundElement } from './find-element.ts';
import { interactionBase } from './payloads.ts';
import type { PeopleDeps } from './people-deps.ts';
import type { JsonObject, SlackUser } from './types.ts';
import { type HeldView, viewObject } from './view-store.ts';

const MAX_OPTIONS = 100;

/** Asks the app for the options of one of its own menus, as Slack does while a person types. */
export async function suggest(
  deps: PeopleDeps,
  user: SlackUser,
  { block, element }: FoundElement,
  typed: string,
  held?: HeldView,
): Promise<JsonObject[]> {
  const { trigger_id: _, ...base } = interactionBase(deps, user, '');
  const result = await deps.deliveries.send('interactive', {
    ...base,
    type: 'block_suggestion',
    action_id: element.action_id,
    block_id: block.block_id,
    value: typed,
    container: held ? { type: 'view', view_id: held.view.id } : { type: 'message' },
    ...(held ? { view: viewObject(held) } : {}),
  });
  const body = (result.response ?? {}) as {
    options?: JsonObject[];
    option_groups?: { options: JsonObject[] }[];
  };
  const options = body.options ?? body.option_groups?.flatMap((group) => group.options) ?? [];
  if (result.failure || options.length > MAX_OPTIONS) {
    const error = result.failure ?? 'too_many_options';
    deps.log.refuse('block_suggestion', error, [], { action_id: element.action_id, value: typed });
    return [];
  }
  return options;
}
