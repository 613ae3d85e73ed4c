import { fromUpstream } from './methods/conversations.ts';
import type { MethodDeps } from './methods/deps.ts';
import type { JsonObject, SlackChannel } from './types.ts';
import { ADMIN_USER_ID } from './upstream.ts';

/** A channel that is there from the start; members are handles (the bot's included), everybody if absent. */
export interface ChannelOptions {
  name: string;
  private?: boolean;
  members?: string[];
}

const INVITED_AT_ONCE = 100;

/** Makes the channels a workspace starts with. @throws if the emulator refuses one. */
export async function seedChannels(deps: MethodDeps, channels: readonly ChannelOptions[]): Promise<void> {
  const general = await builtIn(deps);
  for (const options of channels) {
    const members = memberIds(deps, options);
    const existing = general.get(options.name);
    const [creator = ADMIN_USER_ID, ...others] = existing ? [ADMIN_USER_ID, ...members] : members;
    // One after the other: ids and lists keep the order a test gives.
    const channel = existing ?? (await create(deps, options, creator));
    await inviteAll(deps, channel, creator, others);
    deps.mirror.addChannel(channel);
  }
}

// The emulator always has #general and #random; they count only if a test names them.
async function builtIn(deps: MethodDeps): Promise<Map<string, SlackChannel>> {
  const reply = await deps.upstream.call('conversations.list', { limit: 1000 }, ADMIN_USER_ID);
  const channels = (reply.channels ?? []) as JsonObject[];
  return new Map(
    channels.map((made) => {
      const channel = fromUpstream(made, ADMIN_USER_ID);
      channel.members.clear();
      return [channel.name, channel];
    }),
  );
}

function memberIds(deps: MethodDeps, options: ChannelOptions): string[] {
  const { directory, bot } = deps;
  if (options.members) {
    return options.members.map((handle) => (handle === bot.handle ? bot.userId : directory.find(handle).id));
  }
  const everybody = directory.users().filter((user) => user.kind === 'member');
  return everybody.map((user) => user.id);
}

async function create(deps: MethodDeps, options: ChannelOptions, creator: string): Promise<SlackChannel> {
  const args = { name: options.name, is_private: options.private === true };
  const reply = await deps.upstream.call('conversations.create', args, creator);
  if (!reply.ok) throw new Error(`Cannot make the channel "${options.name}": ${String(reply.error)}`);
  const channel = fromUpstream(reply.channel as JsonObject, creator);
  // Only real people are shown as members; the emulator's own admin is scaffolding.
  if (creator === ADMIN_USER_ID) channel.members.delete(creator);
  return channel;
}

async function inviteAll(
  deps: MethodDeps,
  channel: SlackChannel,
  creator: string,
  userIds: readonly string[],
): Promise<void> {
  for (let start = 0; start < userIds.length; start += INVITED_AT_ONCE) {
    const users = userIds.slice(start, start + INVITED_AT_ONCE);
    const args = { channel: channel.id, users: users.join(',') };
    // In turn, because each call changes the same list of members.
    const reply = await deps.upstream.call('conversations.invite', args, creator);
    if (!reply.ok) throw new Error(`Cannot fill "${channel.name}": ${String(reply.error)}`);
    for (const user of users) channel.members.add(user);
  }
}
