import { checkView } from '../block-kit.ts';
import type { Directory } from '../directory.ts';
import type { Trigger, Triggers } from '../triggers.ts';
import { type ApiReply, type JsonObject, slackError } from '../types.ts';
import { type HeldView, type ViewStore, viewObject } from '../view-store.ts';
import { jsonArg, type Methods, stringArg } from './method.ts';

/** Modals may lie this many deep. */
const MAX_STACK = 3;
const MAX_VIEW_CHARACTERS = 250_000;

interface ViewMethodsDeps {
  store: ViewStore;
  triggers: Triggers;
  directory: Directory;
}

/** `views.*`. */
export function viewMethods({ store, triggers, directory }: ViewMethodsDeps): Methods {
  return {
    'views.open': (args) =>
      withTrigger(store, triggers, args, (trigger, given) => {
        store.closeDownTo(trigger.userId, 0);
        return shown(store.stackUp(trigger.userId, given));
      }),
    'views.push': (args) =>
      withTrigger(store, triggers, args, (trigger, given) => {
        if (!trigger.viewId || !store.byId(trigger.viewId)) return slackError('not_found');
        return pushOn(store, trigger.userId, given);
      }),
    'views.update': (args) => update(store, args),
    'views.publish': (args) => publish(store, directory, args),
  };
}

/** Shows the view an app answered a submission with; the answer tells whether Slack takes it. */
export function respondWithView(
  store: ViewStore,
  held: HeldView,
  action: 'update' | 'push',
  view: unknown,
): ApiReply {
  const own = action === 'update' ? held : undefined;
  const refusal = refuseView(store, view, 'modal', own);
  if (refusal) return refusal;
  if (action === 'push') return pushOn(store, held.userId, view as JsonObject);
  store.change(held, view as JsonObject);
  return shown(held);
}

function withTrigger(
  store: ViewStore,
  triggers: Triggers,
  args: JsonObject,
  show: (trigger: Trigger, given: JsonObject) => ApiReply,
): ApiReply {
  const given = jsonArg(args, 'view').value;
  const refusal = refuseView(store, given, 'modal');
  if (refusal) return refusal;
  const exchanged = triggers.exchange(
    stringArg(args, 'trigger_id') || stringArg(args, 'interactivity_pointer'),
  );
  if ('error' in exchanged) return slackError(exchanged.error);
  return show(exchanged.trigger, given as JsonObject);
}

function pushOn(store: ViewStore, userId: string, given: JsonObject): ApiReply {
  if (store.stack(userId).length >= MAX_STACK) return slackError('push_limit_reached');
  return shown(store.stackUp(userId, given));
}

function update(store: ViewStore, args: JsonObject): ApiReply {
  const [viewId, externalId] = [stringArg(args, 'view_id'), stringArg(args, 'external_id')];
  if (Boolean(viewId) === Boolean(externalId)) {
    const messages = ['[ERROR] Exactly one of `view_id` and `external_id` must be provided'];
    return slackError('invalid_arguments', { response_metadata: { messages } });
  }
  const held = viewId ? store.byId(viewId) : store.byExternalId(externalId);
  if (!held) return slackError('not_found');
  const given = jsonArg(args, 'view').value;
  const refusal = refuseView(store, given, held.view.type, held) ?? refuseHash(args, held);
  if (refusal) return refusal;
  store.change(held, given as JsonObject);
  return shown(held);
}

function publish(store: ViewStore, directory: Directory, args: JsonObject): ApiReply {
  const userId = stringArg(args, 'user_id');
  const given = jsonArg(args, 'view').value;
  const old = store.home(userId);
  const refusal = refuseView(store, given, 'home', old);
  if (refusal) return refusal;
  if (!directory.byId(userId)) return slackError('user_not_found');
  if (!old) return shown(store.setHome(userId, given as JsonObject));
  const conflict = refuseHash(args, old);
  if (conflict) return conflict;
  store.change(old, given as JsonObject);
  return shown(old);
}

function refuseHash(args: JsonObject, held: HeldView): ApiReply | undefined {
  const hash = stringArg(args, 'hash');
  return hash && hash !== held.view.hash ? slackError('hash_conflict') : undefined;
}

function refuseView(
  store: ViewStore,
  given: unknown,
  surface: 'modal' | 'home',
  own?: HeldView,
): ApiReply | undefined {
  if (given === undefined) {
    const messages = ['[ERROR] missing required field: view'];
    return slackError('invalid_arguments', { response_metadata: { messages } });
  }
  const messages = checkView(given, surface);
  if (messages.length > 0) return slackError('invalid_arguments', { response_metadata: { messages } });
  if (JSON.stringify(given).length > MAX_VIEW_CHARACTERS) return slackError('view_too_large');
  const externalId = (given as JsonObject).external_id;
  const taken = externalId ? store.byExternalId(String(externalId)) : undefined;
  return taken && taken !== own ? slackError('duplicate_external_id') : undefined;
}

function shown(held: HeldView): ApiReply {
  return { ok: true, view: viewObject(held) };
}
