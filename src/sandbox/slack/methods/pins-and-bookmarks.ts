import { type ApiReply, type JsonObject, type SlackBookmark, slackError } from '../types.ts';
import { permalinkTo } from './chat.ts';
import { type MethodDeps, visibleChannel, writeTo } from './deps.ts';
import { type Methods, stringArg } from './method.ts';

const MAX_PINS = 100;

/** `pins.*` and `bookmarks.*`. */
export function pinAndBookmarkMethods(deps: MethodDeps): Methods {
  return {
    'pins.add': (args) => addPin(deps, args),
    'pins.remove': (args) => removePin(deps, args),
    'pins.list': (args) => listPins(deps, args),
    'bookmarks.add': (args) => changeBookmarks(deps, args, 'bookmarks.add'),
    'bookmarks.edit': (args) => changeBookmarks(deps, args, 'bookmarks.edit'),
    'bookmarks.remove': (args) => changeBookmarks(deps, args, 'bookmarks.remove'),
    'bookmarks.list': (args) => {
      const channel = visibleChannel(deps, stringArg(args, 'channel_id'));
      if (!channel) return slackError('channel_not_found');
      return deps.upstream.call('bookmarks.list', { channel_id: channel.id });
    },
  };
}

async function addPin(deps: MethodDeps, args: JsonObject): Promise<ApiReply> {
  const channel = visibleChannel(deps, stringArg(args, 'channel'));
  if (channel && channel.pins.length >= MAX_PINS) return slackError('too_many_pins');
  const ts = stringArg(args, 'timestamp');
  return writeTo(deps, stringArg(args, 'channel'), 'pins.add', args, (pinned) => {
    deps.mirror.changeChannel(pinned.id, (one) => {
      one.pins.push(ts);
    });
    const words = `<@${deps.bot.userId}> pinned a message to this channel.`;
    deps.mirror.addSystemLine(pinned.id, 'pinned_item', deps.bot.userId, words);
  });
}

function removePin(deps: MethodDeps, args: JsonObject): Promise<ApiReply> {
  const ts = stringArg(args, 'timestamp');
  return writeTo(deps, stringArg(args, 'channel'), 'pins.remove', args, (channel) =>
    deps.mirror.changeChannel(channel.id, (one) => {
      one.pins = one.pins.filter((pin) => pin !== ts);
    }),
  );
}

function listPins(deps: MethodDeps, args: JsonObject): ApiReply {
  const channel = visibleChannel(deps, stringArg(args, 'channel'));
  if (!channel) return slackError('channel_not_found');
  const items = channel.pins.flatMap((ts) => {
    const message = deps.mirror.message(channel.id, ts);
    if (!message) return [];
    const shown = { ...message, pinned_to: [channel.id], permalink: permalinkTo(deps, channel.id, message) };
    return [{ type: 'message', channel: channel.id, created_by: deps.bot.userId, message: shown }];
  });
  return { ok: true, items };
}

async function changeBookmarks(deps: MethodDeps, args: JsonObject, method: string): Promise<ApiReply> {
  const channelId = stringArg(args, 'channel_id');
  return deps.lock.run(channelId, async () => {
    if (!visibleChannel(deps, channelId)) return slackError('channel_not_found');
    const reply = await deps.upstream.call(method, args);
    if (!reply.ok) return reply;
    const after = await deps.upstream.call('bookmarks.list', { channel_id: channelId });
    deps.mirror.changeChannel(channelId, (one) => {
      one.bookmarks = ((after.bookmarks ?? []) as SlackBookmark[]).map(({ id, title, link, emoji }) => ({
        id,
        title,
        link,
        emoji,
      }));
    });
    return reply;
  });
}
