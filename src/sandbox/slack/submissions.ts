import { withOffers } from './clicks.ts';
import type { DeliveryResult } from './deliveries.ts';
import { nameOf } from './find-element.ts';
import { respondWithView } from './methods/views.ts';
import { interactionBase } from './payloads.ts';
import { lookups, type PeopleDeps } from './people-deps.ts';
import type { ApiReply, JsonObject, SlackUser, SlackView } from './types.ts';
import { type Given, inputProblem, stateValue, stateValues } from './view-state.ts';
import { type HeldView, viewObject } from './view-store.ts';

/** What became of a submission. */
export interface SubmitResult extends Partial<Omit<DeliveryResult, 'response'>> {
  /**
   * `blocked`: Slack's own check of the fields stopped it, the app heard nothing; `errors`: the app found faults;
   * `closed`, `cleared`, `updated`, `pushed`: as the app answered; `failed`: the app did not answer, or wrongly,
   * and the modal stays open.
   */
  outcome: 'blocked' | 'errors' | 'closed' | 'cleared' | 'updated' | 'pushed' | 'failed';
  /** Words by block id, for `blocked` and `errors`. */
  errors?: Record<string, string>;
  /** What is on top now, if a modal is left. */
  view?: SlackView;
}

/** Values by block id, action id or label. */
export type FormValues = Record<string, Given>;

/** Fills the top-most modal and presses its submit button. @throws if there is none, or no such field or option. */
export async function submit(deps: PeopleDeps, user: SlackUser, values: FormValues): Promise<SubmitResult> {
  const held = topModal(deps, user);
  await fill(deps, user, held, values);
  if (!held.view.submit) throw new Error(`"${held.view.title?.text ?? ''}" has nothing to submit`);
  const errors = problems(held);
  if (Object.keys(errors).length > 0) return { outcome: 'blocked', errors, view: viewObject(held) };
  const result = await deps.deliveries.send('interactive', submission(deps, user, held));
  const { response, ...rest } = result;
  const ended = result.failure ? failed(deps, held, result.failure) : react(deps, user, held, response);
  return { ...rest, ...ended, view: topView(deps, user) };
}

/** Closes the top-most modal by its cross or close button; the app is told if it asked for that. */
export async function closeTop(deps: PeopleDeps, user: SlackUser): Promise<DeliveryResult | undefined> {
  const held = topModal(deps, user);
  const clears = held.view.clear_on_close;
  const view = viewObject(held);
  deps.views.closeDownTo(user.id, clears ? 0 : deps.views.stack(user.id).length - 1);
  if (!held.view.notify_on_close) return undefined;
  const { trigger_id: _, ...base } = interactionBase(deps, user, '');
  return deps.deliveries.send('interactive', { ...base, type: 'view_closed', view, is_cleared: clears });
}

function topModal(deps: PeopleDeps, user: SlackUser): HeldView {
  const held = deps.views.stack(user.id).at(-1);
  if (!held) throw new Error(`${user.handle} has no modal open`);
  return held;
}

function topView(deps: PeopleDeps, user: SlackUser): SlackView | undefined {
  const held = deps.views.stack(user.id).at(-1);
  return held && viewObject(held);
}

async function fill(deps: PeopleDeps, user: SlackUser, held: HeldView, values: FormValues): Promise<void> {
  const inputs = held.view.blocks.filter((block) => block.type === 'input');
  for (const [key, given] of Object.entries(values)) {
    const block = inputs.find((one) => namesOf(one).includes(key));
    if (!block) {
      const known = inputs.map((one) => namesOf(one).join(' / ')).join(', ');
      throw new Error(`The modal has no field "${key}"; it has ${known || 'none'}`);
    }
    const element = block.element as JsonObject;
    // One field after the other, as a person fills them.
    const offered = await withOffers(deps, user, { block, element }, given, held);
    const value = stateValue(offered, given, lookups(deps));
    deps.views.enter(held, String(block.block_id), String(element.action_id), value);
  }
}

function namesOf(block: JsonObject): string[] {
  const element = block.element as JsonObject;
  return [String(block.block_id), String(element.action_id), nameOf(block, element)];
}

function problems(held: HeldView): Record<string, string> {
  const values = stateValues(held.view.blocks, held.entered);
  const found: Record<string, string> = {};
  for (const block of held.view.blocks) {
    if (block.type !== 'input') continue;
    const [blockId, actionId] = [String(block.block_id), String((block.element as JsonObject).action_id)];
    const problem = inputProblem(block, values[blockId]?.[actionId] ?? {});
    if (problem) found[blockId] = problem;
  }
  return found;
}

function submission(deps: PeopleDeps, user: SlackUser, held: HeldView): JsonObject {
  return {
    ...interactionBase(deps, user, deps.triggers.issue(user.id, held.view.id)),
    type: 'view_submission',
    view: viewObject(held),
    response_urls: responseUrls(deps, user, held),
  };
}

function responseUrls(deps: PeopleDeps, user: SlackUser, held: HeldView): JsonObject[] {
  const values = stateValues(held.view.blocks, held.entered);
  return held.view.blocks.flatMap((block) => {
    const element = (block.element ?? {}) as JsonObject;
    if (element.response_url_enabled !== true) return [];
    const value = values[String(block.block_id)]?.[String(element.action_id)];
    const channelId = value?.selected_conversation ?? value?.selected_channel;
    if (typeof channelId !== 'string') return [];
    const url = deps.responseUrls.issue({ userId: user.id, channelId });
    return [
      { block_id: block.block_id, action_id: element.action_id, channel_id: channelId, response_url: url },
    ];
  });
}

type Ended = Pick<SubmitResult, 'outcome' | 'errors' | 'failure'>;

function react(deps: PeopleDeps, user: SlackUser, held: HeldView, response: unknown): Ended {
  if (response === undefined) {
    const stack = deps.views.stack(user.id);
    const index = stack.findIndex((one) => one.view.id === held.view.id);
    if (index >= 0) deps.views.closeDownTo(user.id, index);
    return { outcome: 'closed' };
  }
  const answer = response as { response_action?: string; errors?: Record<string, string>; view?: unknown };
  switch (answer.response_action) {
    case 'clear':
      deps.views.closeDownTo(user.id, 0);
      return { outcome: 'cleared' };
    case 'errors':
      return showErrors(deps, held, answer.errors ?? {});
    case 'update':
      return showView(deps, held, 'update', answer.view);
    case 'push':
      return showView(deps, held, 'push', answer.view);
    default:
      return failed(deps, held, 'invalid_response', [JSON.stringify(response)]);
  }
}

function showErrors(deps: PeopleDeps, held: HeldView, errors: Record<string, string>): Ended {
  const known = new Set(
    held.view.blocks.filter((block) => block.type === 'input').map((block) => block.block_id),
  );
  const stray = Object.keys(errors).filter((blockId) => !known.has(blockId));
  if (stray.length === 0 && Object.keys(errors).length > 0) return { outcome: 'errors', errors };
  return failed(deps, held, 'invalid_response', [
    `errors for what is no input block: ${stray.join(', ') || 'none'}`,
  ]);
}

function showView(deps: PeopleDeps, held: HeldView, action: 'update' | 'push', view: unknown): Ended {
  const reply: ApiReply = respondWithView(deps.views, held, action, view);
  if (reply.ok) return { outcome: action === 'update' ? 'updated' : 'pushed' };
  const messages = (reply.response_metadata as { messages?: string[] } | undefined)?.messages ?? [
    String(reply.error),
  ];
  return failed(deps, held, 'invalid_response', messages);
}

function failed(
  deps: PeopleDeps,
  held: HeldView,
  failure: NonNullable<DeliveryResult['failure']>,
  messages: string[] = [],
): Ended {
  if (failure === 'invalid_response') {
    deps.log.refuse('view_submission', failure, messages, { callback_id: held.view.callback_id });
  }
  return { outcome: 'failed', failure };
}
