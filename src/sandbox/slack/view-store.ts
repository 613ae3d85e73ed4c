import { randomBytes } from 'node:crypto';
import { elementsOf } from './block-kit.ts';
import type { ChangeHub } from './change-hub.ts';
import { newId } from './mirror.ts';
import type { Clock, JsonObject, SlackView } from './types.ts';
import { entryKey, stateValues } from './view-state.ts';
import { withIds } from './with-ids.ts';

/** A view with what its reader has entered so far. */
export interface HeldView {
  view: SlackView;
  userId: string;
  entered: Map<string, JsonObject>;
}

/** The modals and App Homes that are on people's screens. Every person has at most one stack of modals. */
export interface ViewStore {
  byId(viewId: string): HeldView | undefined;
  byExternalId(externalId: string): HeldView | undefined;
  /** Bottom first. */
  stack(userId: string): HeldView[];
  home(userId: string): HeldView | undefined;
  /** Puts a modal on top of the person's stack. */
  stackUp(userId: string, given: JsonObject): HeldView;
  setHome(userId: string, given: JsonObject): HeldView;
  /** Replaces the content; the hash changes, what was entered stays where ids and kinds are the same. */
  change(held: HeldView, given: JsonObject): void;
  /** Closes modals from the top until `keep` are left. */
  closeDownTo(userId: string, keep: number): void;
  enter(held: HeldView, blockId: string, actionId: string, value: JsonObject): void;
}

/** Ids that appear in every view. */
export interface ViewIds {
  teamId: string;
  appId: string;
  botId: string;
}

/** The view as Slack's API shows it: a copy with the present state. */
export function viewObject(held: HeldView): SlackView {
  const state = { values: stateValues(held.view.blocks, held.entered) };
  return { ...structuredClone(held.view), state };
}

/** An empty store. */
export function createViewStore(hub: ChangeHub, now: Clock, ids: ViewIds): ViewStore {
  const byId = new Map<string, HeldView>();
  const stacks = new Map<string, HeldView[]>();
  const homes = new Map<string, HeldView>();

  const stack = (userId: string) => stacks.get(userId) ?? [];
  const tell = (held: HeldView) => hub.emit({ kind: held.view.type, user: held.userId });
  const add = (userId: string, given: JsonObject, below: SlackView | undefined): HeldView => {
    const held = { view: newView(given, ids, now, below), userId, entered: new Map() };
    byId.set(held.view.id, held);
    if (held.view.type === 'home') homes.set(userId, held);
    else stacks.set(userId, [...stack(userId), held]);
    tell(held);
    return held;
  };

  return {
    byId: (viewId) => byId.get(viewId),
    byExternalId: (externalId) => [...byId.values()].find((held) => held.view.external_id === externalId),
    stack: (userId) => [...stack(userId)],
    home: (userId) => homes.get(userId),
    stackUp: (userId, given) => add(userId, given, stack(userId).at(-1)?.view),
    setHome: (userId, given) => add(userId, given, undefined),
    change(held, given) {
      Object.assign(held.view, fieldsOf(given), { hash: newHash(now) });
      forgetWhatIsGone(held);
      tell(held);
    },
    closeDownTo(userId, keep) {
      const closed = stack(userId).slice(keep);
      stacks.set(userId, stack(userId).slice(0, keep));
      for (const held of closed) byId.delete(held.view.id);
      if (closed.length > 0) hub.emit({ kind: 'modal', user: userId });
    },
    enter(held, blockId, actionId, value) {
      held.entered.set(entryKey(blockId, actionId), value);
      tell(held);
    },
  };
}

function newView(given: JsonObject, ids: ViewIds, now: Clock, below: SlackView | undefined): SlackView {
  const id = newId('V');
  return {
    team_id: ids.teamId,
    app_id: ids.appId,
    app_installed_team_id: ids.teamId,
    bot_id: ids.botId,
    ...fieldsOf(given),
    id,
    hash: newHash(now),
    state: { values: {} },
    root_view_id: below?.root_view_id ?? id,
    previous_view_id: below?.id ?? null,
  };
}

// Every field is there in Slack's answers, given or not. The view has passed the check of Block Kit.
function fieldsOf(given: JsonObject) {
  const view = given as Partial<SlackView> & Pick<SlackView, 'type' | 'blocks'>;
  return {
    type: view.type,
    blocks: withIds(view.blocks),
    title: view.title ?? null,
    submit: view.submit ?? null,
    close: view.close ?? null,
    callback_id: view.callback_id ?? '',
    private_metadata: view.private_metadata ?? '',
    external_id: view.external_id ?? '',
    clear_on_close: view.clear_on_close ?? false,
    notify_on_close: view.notify_on_close ?? false,
  };
}

function forgetWhatIsGone(held: HeldView): void {
  const kinds = new Map<string, unknown>();
  for (const block of held.view.blocks) {
    for (const element of elementsOf(block)) {
      kinds.set(entryKey(String(block.block_id), String(element.action_id)), element.type);
    }
  }
  for (const [key, value] of [...held.entered]) {
    if (kinds.get(key) !== value.type) held.entered.delete(key);
  }
}

function newHash(now: Clock): string {
  return `${Math.floor(now() / 1000)}.${randomBytes(4).toString('hex')}`;
}
