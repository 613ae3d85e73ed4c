import type { z } from 'zod';
import type { Message } from '../../core/message/message.ts';
import {
  type Ack,
  admission,
  type InboundDeps,
  type InboundKind,
  inTime,
  present,
  type Request,
  startRequest,
} from './answering.ts';
import { buttonOf } from './buttons.ts';
import { ephemeral, type WayBack } from './deliver.ts';
import { createEvents } from './events.ts';
import type { SlackIdentity } from './identity.ts';
import { commandText } from './incoming-text.ts';
import {
  ActionPayload,
  accountOf,
  CommandPayload,
  originOfInteraction,
  ShortcutPayload,
  SubmissionPayload,
} from './payloads.ts';
import { SHORTCUTS, shortcutValues } from './shortcuts.ts';
import { handleSubmission } from './submissions.ts';

/** What Slack sends, whichever way it comes. Nothing here ever rejects. */
export interface Inbound {
  command(body: unknown, ack: Ack): Promise<void>;
  action(body: unknown, ack: Ack): Promise<void>;
  submission(body: unknown, ack: Ack): Promise<void>;
  shortcut(body: unknown, ack: Ack): Promise<void>;
  event(body: unknown): Promise<void>;
  /** Resolves when all answers under way have been given. */
  drain(): Promise<void>;
}

/** Takes requests apart, hands them to ChatOps and brings the answers back. */
export function createInbound(deps: InboundDeps): Inbound {
  const { log } = deps;
  const underWay = new Set<Promise<void>>();
  const onEvent = createEvents(deps);

  async function tracked(what: string, work: () => Promise<void>): Promise<void> {
    const done = work().catch((err: unknown) => log.error({ err, what }, 'a request of slack failed'));
    underWay.add(done);
    await done;
    underWay.delete(done);
  }

  /** A payload that is not as Slack documents it is acknowledged, logged by its faults, and left. */
  function taking<S extends z.ZodType>(
    kind: InboundKind,
    schema: S,
    handle: (deps: InboundDeps, payload: z.infer<S>, request: Request) => Promise<void>,
  ) {
    return (body: unknown, ack: Ack) =>
      tracked(kind, async () => {
        const request = startRequest(deps, kind, ack);
        const payload = schema.safeParse(body);
        if (payload.success) return handle(deps, payload.data, request);
        const faults = payload.error.issues.map(({ path }) => path.join('.'));
        log.warn({ kind, faults }, 'a payload of slack is not as documented');
        await request.ack();
      });
  }

  return {
    command: taking('command', CommandPayload, handleCommand),
    action: taking('action', ActionPayload, handleAction),
    submission: taking('submission', SubmissionPayload, handleSubmission),
    shortcut: taking('shortcut', ShortcutPayload, handleShortcut),
    event: (body) => tracked('event', () => onEvent(body)),
    async drain() {
      await Promise.all(underWay);
    },
  };
}

async function handleCommand(deps: InboundDeps, payload: CommandPayload, request: Request): Promise<void> {
  const { team_id, enterprise_id, user_id, channel_id, trigger_id, response_url } = payload;
  const admitted = admission(deps, { teams: [team_id], enterprises: [enterprise_id] });
  if ('refusal' in admitted) {
    await request.ack(ephemeral(admitted.refusal));
    return;
  }
  const text = commandText(payload.text);
  const answering = deps.chatops.command({
    account: { userId: user_id, teamId: team_id ?? admitted.us.teamId },
    channelId: channel_id,
    key: `slack:command:${trigger_id}`,
    text,
  });
  const way = { userId: user_id, channelId: channel_id, responseUrl: response_url, triggerId: trigger_id };
  const answer = await inTime(deps, answering);
  if (answer === 'late') {
    const said = `${payload.command} ${text.trim().split(/\s+/)[0] ?? ''}`.trim();
    await request.ack(ephemeral(deps.words.working(said)));
    return present(deps, way, await answering);
  }
  const { value } = answer;
  // A message travels in the acknowledgement itself: no call that could fail.
  if (value.kind === 'message' && (await request.ack(ephemeral(value.message)))) return;
  if (value.kind !== 'message') await request.ack();
  return present(deps, way, value);
}

async function handleAction(deps: InboundDeps, payload: ActionPayload, request: Request): Promise<void> {
  await request.ack();
  const action = payload.actions[0] as ActionPayload['actions'][number];
  const way = wayBack(payload);
  const button = buttonOf(action);
  // A link: the browser has opened it already.
  if (button === 'link') return;
  const admitted = admission(deps, originOfInteraction(payload));
  if ('refusal' in admitted) return refuse(deps, way, admitted);
  if (button === 'unreadable') {
    deps.log.warn({ actionId: action.action_id }, 'a button carries nothing we can read');
    return deps.courier.tell(way, deps.words.unreadableButton());
  }
  const answer = await deps.chatops.intent({
    ...said(payload, admitted.us),
    key: `slack:action:${action.action_ts}:${payload.user.id}:${action.action_id}`,
    intent: button.intent,
    values: button.values,
  });
  return present(deps, way, answer);
}

async function handleShortcut(deps: InboundDeps, payload: ShortcutPayload, request: Request): Promise<void> {
  await request.ack();
  const way = wayBack(payload);
  const admitted = admission(deps, originOfInteraction(payload));
  if ('refusal' in admitted) return refuse(deps, way, admitted);
  const answer = await deps.chatops.intent({
    ...said(payload, admitted.us),
    key: `slack:shortcut:${payload.trigger_id}`,
    intent: SHORTCUTS[payload.callback_id] ?? payload.callback_id,
    values: shortcutValues(payload, admitted.us),
  });
  return present(deps, way, answer);
}

function refuse(
  { courier }: InboundDeps,
  way: WayBack,
  { refusal, isForeign }: { refusal: Message; isForeign: boolean },
): Promise<void> {
  return courier.tell({ ...way, isForeign }, refusal);
}

function said(payload: ActionPayload | ShortcutPayload, us: SlackIdentity) {
  const channelId = channelOf(payload);
  return { account: accountOf(payload, us), ...(channelId ? { channelId } : {}) };
}

function channelOf(payload: ActionPayload | ShortcutPayload): string | undefined {
  const container = 'container' in payload ? payload.container : undefined;
  return payload.channel?.id ?? container?.channel_id ?? undefined;
}

function wayBack(payload: ActionPayload | ShortcutPayload): WayBack {
  const channelId = channelOf(payload);
  return {
    userId: payload.user.id,
    ...(channelId ? { channelId } : {}),
    ...(payload.response_url ? { responseUrl: payload.response_url } : {}),
    ...(payload.trigger_id ? { triggerId: payload.trigger_id } : {}),
    isInForm: 'view' in payload && payload.view?.type === 'modal',
  };
}
