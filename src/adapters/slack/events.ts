import type { InboundDeps } from './answering.ts';
import type { SlackIdentity } from './identity.ts';
import { ChannelGone, EventPayload, HomeOpened, isOurs, originOfEvent, UserChanged } from './payloads.ts';

/** The events we listen to. Each carries an id by which a repeat is recognised. */
export const EVENTS = [
  'app_home_opened',
  'channel_archive',
  'group_archive',
  'subteam_members_changed',
  'user_change',
] as const;

/** Takes the body of an event; what is not ours or not as documented is logged and left. */
export function createEvents(deps: InboundDeps): (body: unknown) => Promise<void> {
  return async (body) => {
    const payload = EventPayload.safeParse(body);
    const us = deps.identity.current();
    if (!payload.success || !us) {
      const why = payload.success ? 'slack has not said who we are' : 'it is not as documented';
      deps.log.warn({ why }, 'an event of slack was left');
      return;
    }
    if (!isOurs(originOfEvent(payload.data), us)) {
      deps.log.warn({ teamId: payload.data.team_id }, 'an event from a workspace that is not ours');
      return;
    }
    await takeEvent(deps, payload.data, us);
  };
}

async function takeEvent(deps: InboundDeps, { event, event_id }: EventPayload, us: SlackIdentity) {
  const { chatops } = deps;
  const key = `slack:event:${event_id}`;
  switch (event.type as (typeof EVENTS)[number]) {
    case 'app_home_opened': {
      const { user, tab } = HomeOpened.parse(event);
      if (tab !== 'home') return;
      return chatops.homeOpened({ account: { userId: user, teamId: us.teamId }, key });
    }
    case 'channel_archive':
    case 'group_archive': {
      const { channel, user } = ChannelGone.parse(event);
      // What the bot archived itself is on record already.
      if (user === us.botUserId) return;
      return chatops.channelArchived({ channelId: channel, key });
    }
    case 'subteam_members_changed':
      return chatops.directoryChanged();
    case 'user_change':
      // It comes with every change of a status or a picture, too.
      if (deps.accountChanged(UserChanged.parse(event).user)) chatops.directoryChanged();
      return;
    default:
      deps.log.debug({ type: event.type }, 'an event nobody listens to');
  }
}
