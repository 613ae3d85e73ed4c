import { expect } from '@jest/globals';
import { createTalkingWorld, detailOf, type Said, type TalkingWorld } from '../../fakes/chatops.ts';
import { aPolicy } from '../../fixtures/incidents.ts';
import { aProfile } from '../../fixtures/profile.ts';

/** Everybody may respond; Carol commands. The incident is open and its channel is there. */
export async function opened(changes?: Parameters<TalkingWorld['declare']>[0]) {
  const w = await createTalkingWorld({
    profile: aProfile(),
    policy: aPolicy({ pager: { page: false, notes: false }, inviteRoles: [] }),
  });
  const { id, channelId } = await w.opened(changes);
  return {
    w,
    id,
    say: (text: string, by = 'amara') => w.say(text, by, channelId),
    last: async () => (await w.memory.store.events(id)).at(-1),
    state: () => w.state(id),
  };
}

/** What does not fit about what was typed. */
export function problemOf(said: Said): string {
  expect(said.what).toBe('command.bad_input');
  return detailOf(said).problem as string;
}
