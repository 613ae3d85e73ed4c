import { setTimeout as sleep } from 'node:timers/promises';
import type { ModalView } from '@slack/types';
import type { Form, Screen } from '../../app/ports/chat.ts';
import type { Message } from '../../core/message/message.ts';
import { UpstreamError } from '../../core/shared/upstream-error.ts';
import type { Log } from '../../lib/redact.ts';
import { openDirect } from './channels.ts';
import type { SlackClients } from './client.ts';
import { call, callUnless } from './errors.ts';
import { LIMITS } from './limits.ts';
import { renderForm } from './render-form.ts';
import { renderMessage } from './render-message.ts';
import { renderScreen } from './render-screen.ts';

/** The ways that lead back to a person from what they did. */
export interface WayBack {
  userId: string;
  channelId?: string;
  /** Takes five answers within half an hour. */
  responseUrl?: string;
  /** Opens one form, within three seconds. */
  triggerId?: string;
  /** The person is inside a form: another one goes on top of it. */
  isInForm?: boolean;
  /** The person is in a workspace that is not ours: nothing but a `responseUrl` reaches them. */
  isForeign?: boolean;
}

/** Brings private answers to people. Never rejects: what cannot be delivered is logged. */
export interface Courier {
  tell(way: WayBack, message: Message): Promise<void>;
  /** Opens a form; false if Slack did not. */
  open(way: WayBack, form: Form): Promise<boolean>;
  /** Changes what an open form shows; false if Slack did not. */
  show(viewId: string, way: WayBack, shown: Shown): Promise<boolean>;
}

/** What can stand in a form's place. */
export type Shown = { kind: 'form'; form: Form } | { kind: 'screen'; screen: Screen };

const RESPONSE_TIMEOUT_MS = 4_000;
const RESPONSE_ATTEMPTS = 3;
const RESPONSE_PAUSE_MS = 500;

type Fetch = typeof globalThis.fetch;

export function createCourier(deps: {
  clients: Pick<SlackClients, 'interactive' | 'bulk'>;
  fetch?: Fetch;
  log: Log;
}): Courier {
  const { clients, fetch = globalThis.fetch, log } = deps;
  const { interactive, bulk } = clients;

  /** True if it worked; trouble is logged, because there is another way to try. */
  async function tried(what: string, send: () => Promise<void>): Promise<boolean> {
    try {
      await send();
      return true;
    } catch (err) {
      log.warn({ err, way: what }, 'an answer did not get through this way');
      return false;
    }
  }

  /** A trigger is used up by whoever was faster with the same request: then the view is there already. */
  function openView(way: WayBack, view: ModalView): Promise<void> {
    const trigger_id = way.triggerId as string;
    const repeated = ['exchanged_trigger_id'];
    return way.isInForm
      ? callUnless(repeated, 'views.push', 'safe', () => interactive.views.push({ trigger_id, view }))
      : callUnless(repeated, 'views.open', 'safe', () => interactive.views.open({ trigger_id, view }));
  }

  async function postEphemeral(channel: string, user: string, message: Message): Promise<void> {
    const content = renderMessage(message);
    await call('chat.postEphemeral', 'safe', () => bulk.chat.postEphemeral({ channel, user, ...content }));
  }

  async function postDirect(userId: string, message: Message): Promise<void> {
    const content = renderMessage(message);
    const channel = await openDirect(bulk, userId);
    await call('chat.postMessage', 'safe', () => bulk.chat.postMessage({ channel, ...content }));
  }

  return {
    async tell(way, message) {
      const { userId, channelId, responseUrl, triggerId, isForeign } = way;
      const ways: [string, boolean, () => Promise<void>][] = [
        ['response_url', Boolean(responseUrl), () => respond(fetch, responseUrl as string, message)],
        [
          'views.open',
          Boolean(triggerId && !responseUrl),
          () => openView(way, renderScreen(asScreen(message))),
        ],
        ['chat.postEphemeral', Boolean(channelId), () => postEphemeral(channelId as string, userId, message)],
        ['direct message', true, () => postDirect(userId, message)],
      ];
      for (const [what, isThere, send] of ways) {
        // One after the other: the first that works is enough.
        if (isThere && (await tried(what, send))) return;
        if (isForeign) break;
      }
      log.error({ userId, channelId, isForeign }, 'an answer could not be delivered');
    },
    open: (way, form) =>
      tried('views.open', () => openView(way, viewOf({ kind: 'form', form }, way.channelId))),
    show: (viewId, way, shown) =>
      tried('views.update', async () => {
        const view = viewOf(shown, way.channelId);
        await call('views.update', 'safe', () => interactive.views.update({ view_id: viewId, view }));
      }),
  };
}

/** A message where only a form can be shown. */
export function asScreen(message: Message): Screen {
  return { title: 'Lifeboat', message, close: 'Close' };
}

/** @param channelId where the person is; a form remembers it for the moment it is sent */
export function viewOf(shown: Shown, channelId: string | undefined): ModalView {
  if (shown.kind === 'screen') return renderScreen(shown.screen);
  const view = renderForm(shown.form);
  if (channelId === undefined) return view;
  const metadata = JSON.stringify({ ...JSON.parse(view.private_metadata ?? '{}'), channel: channelId });
  return metadata.length > LIMITS.view.privateMetadata ? view : { ...view, private_metadata: metadata };
}

/** What Slack shows to the one person who asked. */
export function ephemeral(message: Message) {
  return { response_type: 'ephemeral' as const, ...renderMessage(message) };
}

/** Better twice than never: an answer that may have got lost is sent again. */
async function respond(fetch: Fetch, responseUrl: string, message: Message): Promise<void> {
  const body = JSON.stringify({ ...ephemeral(message), replace_original: false });
  for (let attempt = 1; ; attempt++) {
    try {
      return await respondOnce(fetch, responseUrl, body);
    } catch (error) {
      const isFinal = error instanceof UpstreamError && error.retry === 'never';
      if (isFinal || attempt === RESPONSE_ATTEMPTS) throw error;
      await sleep(RESPONSE_PAUSE_MS * attempt);
    }
  }
}

async function respondOnce(fetch: Fetch, responseUrl: string, body: string): Promise<void> {
  const response = await fetch(responseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(RESPONSE_TIMEOUT_MS),
  }).catch(() => {
    // Never the error itself: it may quote the address, and whoever has that may post.
    throw new UpstreamError('slack', 'unreachable', { retry: 'safe', detail: 'response_url' });
  });
  await response.body?.cancel();
  if (response.ok) return;
  const retry = response.status >= 500 || response.status === 429 ? 'safe' : 'never';
  throw new UpstreamError('slack', `http_${response.status}`, { retry, detail: 'response_url' });
}
