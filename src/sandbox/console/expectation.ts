import { channelName, type Session } from './session.ts';
import { channelText } from './show-channel.ts';
import { viewText } from './show-view.ts';

/** All that can be read at the moment: the last answer, as it stands now, the open channel, the window on top. */
export function visibleText(session: Session): string {
  const { sandbox, screen, me, channel } = session;
  const view = sandbox.workspace.modal(me);
  return [
    `#${channelName(session)}`,
    sandbox.workspace.channel(channel) ? channelText(session, channel) : '',
    view ? viewText(session, view) : '',
    screen.said(),
    session.live?.() ?? '',
  ]
    .filter((text) => text !== '')
    .join('\n');
}
