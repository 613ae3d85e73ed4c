import { z } from 'zod';
import { incidentOf } from '../src/chatops/change.ts';
import { defineCommand, no, say } from '../src/chatops/define-command.ts';
import { mentionedUsers } from '../src/chatops/words.ts';
import { refuse } from '../src/core/shared/refusal.ts';

export const invite = defineCommand({
  name: 'invite',
  summary: 'Bring people or a whole role of the profile into the channel',
  usage: '<@person … | role …>',
  capability: 'respond',
  about: 'incident',
  parse: (words) => ({ words }),
  input: z.object({ words: z.string() }),
  async run(request, { words }, use) {
    const { teamId } = request.account;
    const said = words.split(/[\s,]+/);
    const roles = said.filter((word) => Object.hasOwn(use.profile.roles, word));
    const people = await Promise.all(
      mentionedUsers(words).map((userId) => use.directory.person({ userId, teamId })),
    );
    if (people.length + roles.length === 0) {
      return no(refuse('invite.nobody', { known: Object.keys(use.profile.roles).join(', ') }));
    }
    const { incident } = incidentOf(request);
    await use.invite({ incidentId: incident.id, roles, people, key: request.key });
    return say('inviting', {
      incident: await use.read.view(incident),
      names: [...people.map(({ name }) => name), ...roles],
    });
  },
});
