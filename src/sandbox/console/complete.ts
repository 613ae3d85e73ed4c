import { commandNames } from './commands/index.ts';
import type { Session } from './session.ts';
import { visibleChannels } from './show-channel.ts';

/** What the line typed so far can go on to be, for the Tab key. */
export function completionsFor(session: Session, line: string): string[] {
  const { sandbox, targets, me } = session;
  const slash = sandbox.manifest.features.slash_commands.map(({ command }) => command);
  const people = sandbox.cast.members.map(({ handle }) => handle);
  const candidates = [
    ...commandNames(),
    ...slash,
    ...people.map((handle) => `as ${handle}`),
    ...visibleChannels(session).map(({ name }) => `open #${name}`),
    ...targets.of(me).map(({ label }) => `press ${label}`),
    ...['down', 'up', 'slow', 'limit'].map((state) => `slack ${state}`),
    ...['down', 'up'].map((state) => `pagerduty ${state}`),
    ...['ack', 'resolve', 'note'].map((verb) => `pd ${verb}`),
  ];
  return [...new Set(candidates)].filter((one) => one.startsWith(line)).map((one) => `${one} `);
}
