import { randomBytes } from 'node:crypto';
import { type Answer, RESPONSE_PATH } from './front.ts';
import { checkMessage, hasContent, type MessageContent } from './message-check.ts';
import { messageOf } from './methods/chat.ts';
import type { MethodDeps } from './methods/deps.ts';
import { parseJsonObject } from './request-body.ts';
import { type ApiReply, type JsonObject, type SlackMessage, slackError } from './types.ts';

/** What an answer to a command or an interaction refers to. */
export interface ResponseContext {
  userId: string;
  channelId: string;
  /** The message the person used, if it was one. */
  messageTs?: string;
}

/** Addresses to which an app may post answers, five times within half an hour. */
export interface ResponseUrls {
  issue(context: ResponseContext): string;
  take(path: string, body: Buffer): Promise<Answer>;
  /** Shows an answer that came in the reply to the request itself. */
  show(context: ResponseContext, body: JsonObject): Promise<ApiReply>;
}

const MAX_USES = 5;
const LIFE_MS = 30 * 60_000;
const KEPT = 20_000;

interface Issued extends ResponseContext {
  uses: number;
  expiresAt: number;
}

/** Builds the addresses under the front's origin. */
export function createResponseUrls(deps: MethodDeps, origin: () => string): ResponseUrls {
  const issued = new Map<string, Issued>();
  const show = (context: ResponseContext, body: JsonObject) => showAnswer(deps, context, body);
  return {
    issue(context) {
      const path = `${RESPONSE_PATH}${deps.team.id}/${randomBytes(12).toString('hex')}`;
      issued.set(path, { ...context, uses: 0, expiresAt: deps.now() + LIFE_MS });
      if (issued.size > KEPT) {
        const oldest = issued.keys().next();
        if (!oldest.done) issued.delete(oldest.value);
      }
      return origin() + path;
    },
    async take(path, body) {
      const context = issued.get(path);
      if (!context) return { status: 404, reply: slackError('no_such_url') };
      if (deps.now() >= context.expiresAt) return { status: 404, reply: slackError('expired_url') };
      if (context.uses >= MAX_USES) return { status: 404, reply: slackError('used_url') };
      context.uses += 1;
      const parsed = parseJsonObject(body.toString());
      if (!parsed) return { status: 400, reply: slackError('invalid_payload') };
      const reply = await show(context, parsed);
      return { status: reply.ok ? 200 : 400, reply };
    },
    show,
  };
}

async function showAnswer(deps: MethodDeps, context: ResponseContext, body: JsonObject): Promise<ApiReply> {
  if (body.delete_original === true) return removeOriginal(deps, context);
  const checked = checkMessage(body);
  if ('refusal' in checked) return checked.refusal;
  const { content } = checked;
  if (!hasContent(content)) return slackError('no_text');
  if (body.replace_original === true && context.messageTs) return replaceOriginal(deps, context, content);
  const threadTs = typeof body.thread_ts === 'string' ? { thread_ts: body.thread_ts } : {};
  const warned = content.warning ? { warning: content.warning } : {};
  if (body.response_type === 'in_channel') {
    await postInChannel(deps, context, content, threadTs);
    return { ok: true, ...warned };
  }
  deps.mirror.addEphemeral({
    ...messageOf(deps, content, deps.mirror.nextTs()),
    ...threadTs,
    channel: context.channelId,
    to: context.userId,
  });
  return { ok: true, ...warned };
}

// A response_url reaches channels the bot is not in; the emulator lets the bot post only where it may read.
async function postInChannel(
  deps: MethodDeps,
  context: ResponseContext,
  content: MessageContent,
  threadTs: { thread_ts?: string },
): Promise<void> {
  const { mirror, upstream, bot } = deps;
  const { text, blocks, attachments } = content;
  const reply = await upstream.call('chat.postMessage', {
    channel: context.channelId,
    text: text ?? '',
    ...(blocks ? { blocks } : {}),
    ...(attachments ? { attachments } : {}),
    ...threadTs,
    bot_id: bot.botId,
    app_id: bot.appId,
  });
  const posted = reply.ok ? (reply.message as SlackMessage) : messageOf(deps, content, mirror.nextTs());
  mirror.putMessage(context.channelId, { ...posted, ...threadTs });
}

async function replaceOriginal(
  deps: MethodDeps,
  { userId, channelId, messageTs = '' }: ResponseContext,
  content: MessageContent,
): Promise<ApiReply> {
  const { ts: _, ...change } = messageOf(deps, content, messageTs);
  const emptied = { blocks: undefined, attachments: undefined, ...change };
  if (deps.mirror.replaceEphemeral(userId, messageTs, emptied)) return { ok: true };
  const old = deps.mirror.message(channelId, messageTs);
  if (!old) return slackError('message_not_found');
  const { text, blocks, attachments } = content;
  const args = { channel: channelId, ts: messageTs, text: text ?? '', blocks, attachments };
  const reply = await deps.upstream.call('chat.update', args);
  deps.mirror.putMessage(channelId, reply.ok ? (reply.message as SlackMessage) : { ...old, ...emptied });
  return { ok: true };
}

async function removeOriginal(
  deps: MethodDeps,
  { userId, channelId, messageTs = '' }: ResponseContext,
): Promise<ApiReply> {
  if (deps.mirror.removeEphemeral(userId, messageTs)) return { ok: true };
  if (!deps.mirror.message(channelId, messageTs)) return slackError('message_not_found');
  await deps.upstream.call('chat.delete', { channel: channelId, ts: messageTs });
  deps.mirror.removeMessage(channelId, messageTs);
  return { ok: true };
}
