import { type ApiReply, type JsonObject, type SlackMessage, slackError } from '../types.ts';
import { messageOf } from './chat.ts';
import { type MethodDeps, visibleChannel } from './deps.ts';
import { type Methods, stringArg } from './method.ts';

/** `files.*` and `reactions.*`, which the emulator does well enough. */
export function fileAndReactionMethods(deps: MethodDeps, origin: () => string): Methods {
  const pass = (method: string) => (args: JsonObject) => deps.upstream.call(method, args);
  return {
    'files.getUploadURLExternal': async (args) => {
      const reply = await deps.upstream.call('files.getUploadURLExternal', args);
      if (!reply.ok) return reply;
      const path = new URL(String(reply.upload_url)).pathname;
      return { ...reply, upload_url: origin() + path };
    },
    'files.completeUploadExternal': (args) => completeUpload(deps, args),
    'files.info': pass('files.info'),
    'files.delete': pass('files.delete'),
    'reactions.add': (args) => react(deps, args, 'reactions.add'),
    'reactions.remove': (args) => react(deps, args, 'reactions.remove'),
    'reactions.get': pass('reactions.get'),
  };
}

async function completeUpload(deps: MethodDeps, args: JsonObject): Promise<ApiReply> {
  const channelId = stringArg(args, 'channel_id');
  if (channelId) {
    const channel = visibleChannel(deps, channelId);
    if (!channel) return slackError('channel_not_found');
    if (!channel.members.has(deps.bot.userId)) return slackError('not_in_channel');
  }
  const reply = await deps.upstream.call('files.completeUploadExternal', args);
  if (!reply.ok || !channelId) return reply;
  const text = stringArg(args, 'initial_comment');
  const content = {
    text,
    blocks: undefined,
    attachments: undefined,
    metadata: undefined,
    warning: undefined,
  };
  const threadTs = stringArg(args, 'thread_ts');
  deps.mirror.putMessage(channelId, {
    ...messageOf(deps, content, deps.mirror.nextTs()),
    ...(threadTs ? { thread_ts: threadTs } : {}),
    files: reply.files,
  });
  return reply;
}

function react(deps: MethodDeps, args: JsonObject, method: string): Promise<ApiReply> {
  const [channelId, ts] = [stringArg(args, 'channel'), stringArg(args, 'timestamp')];
  return deps.lock.run(channelId, async () => {
    const message = visibleChannel(deps, channelId) && deps.mirror.message(channelId, ts);
    if (!message) return slackError('message_not_found');
    const reply = await deps.upstream.call(method, args);
    if (!reply.ok) return reply;
    const after = await deps.upstream.call('reactions.get', { channel: channelId, timestamp: ts });
    const { reactions } = (after.message ?? {}) as SlackMessage;
    deps.mirror.putMessage(channelId, { ...message, reactions: reactions ?? [] });
    return reply;
  });
}
