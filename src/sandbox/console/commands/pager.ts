import type { Incident } from '../../pagerduty/types.ts';
import { type CommandGroup, type ConsoleCommand, splitWord } from '../command.ts';
import { ConsoleError, type Session } from '../session.ts';

const page: ConsoleCommand = {
  name: 'page',
  usage: '<service> <title>',
  summary: 'raise an alert, such as: page gateway No answer',
  run(session, rest) {
    const { pagerDuty } = session.sandbox;
    const { word, rest: title } = splitWord(rest);
    const service = serviceOf(session, word);
    if (title === '') throw new ConsoleError('Say what the alert is: page <service> <title>');
    const id = pagerDuty.fire({ service: service.id, title });
    session.screen.print(describe(session, pagerDuty.incident(id)));
    session.live = () => describe(session, pagerDuty.incident(id));
  },
};

const pd: ConsoleCommand = {
  name: 'pd',
  usage: '[ack|resolve|note <n> …]',
  summary: 'its incidents; change one: pd note 2 On it as chidi',
  run(session, rest) {
    const { word, rest: more } = splitWord(rest);
    if (word === '') {
      list(session);
      return;
    }
    const { word: which, rest: words } = splitWord(more);
    const incident = incidentOf(session, which);
    const { text, person } = withPerson(session, words);
    act(session, word, incident, person, text);
    const { pagerDuty } = session.sandbox;
    session.live = () => describe(session, pagerDuty.incident(incident.id));
    session.screen.print(session.live());
  },
};

/** Commands that use PagerDuty beside Slack. */
export const pager: CommandGroup = { title: 'PagerDuty', commands: [page, pd] };

function list(session: Session): void {
  const { pagerDuty } = session.sandbox;
  const lines = () =>
    pagerDuty
      .incidents()
      .flatMap((incident) => [
        describe(session, incident),
        ...pagerDuty
          .notes(incident.id)
          .map(({ content, userId }) => `     ${nameOf(session, userId)}: ${content}`),
      ]);
  session.live = () => lines().join('\n');
  session.screen.print(lines().length > 0 ? session.live() : 'PagerDuty has no incidents.');
}

function describe(session: Session, incident: Incident): string {
  const { number, status, title, serviceId, assigneeIds } = incident;
  const assigned =
    assigneeIds.length > 0 ? ` · ${assigneeIds.map((id) => nameOf(session, id)).join(', ')}` : '';
  return `PagerDuty #${number} ${status} · ${serviceName(session, serviceId)} · ${title}${assigned}`;
}

function act(session: Session, verb: string, incident: Incident, person: string, text: string): void {
  const { pagerDuty } = session.sandbox;
  if (verb === 'ack') pagerDuty.acknowledge(incident.id, person);
  else if (verb === 'resolve') pagerDuty.resolve(incident.id, person);
  else if (verb !== 'note') {
    throw new ConsoleError(`PagerDuty has no "${verb}" here: say pd ack, pd resolve or pd note.`);
  } else if (text === '') throw new ConsoleError('Say what to note: pd note <n> <text>');
  else pagerDuty.note(incident.id, person, text);
}

function incidentOf({ sandbox }: Session, which: string): Incident {
  const incidents = sandbox.pagerDuty.incidents();
  const found = incidents.find(({ id, number }) => id === which || `${number}` === which.replace('#', ''));
  if (found) return found;
  const known = incidents.map(({ number }) => `#${number}`).join(', ');
  throw new ConsoleError(`Which incident of PagerDuty? There is ${known === '' ? 'none' : known}.`);
}

/** `text as ben`, or just the text of whoever acts. */
function withPerson(session: Session, words: string): { text: string; person: string } {
  const named = /(?:^|\s)as\s+@?(\S+)$/.exec(words);
  const handle = named?.[1] ?? session.me;
  const member = session.sandbox.cast.members.find((one) => one.handle === handle.toLowerCase());
  if (!member?.email || member.isGuest) throw new ConsoleError(`${handle} has no account in PagerDuty.`);
  return { text: named ? words.slice(0, named.index).trim() : words, person: member.email };
}

function serviceOf({ sandbox }: Session, word: string): { id: string; name: string } {
  const { services } = sandbox.profile.pagerduty;
  const wanted = word.toLowerCase();
  const found = services.find(
    ({ id, name }) => wanted !== '' && (id.toLowerCase() === wanted || name.toLowerCase().includes(wanted)),
  );
  if (found) return found;
  const names = services.map(({ name }) => name).join(', ');
  throw new ConsoleError(
    names === ''
      ? 'This profile names no service of PagerDuty, so Lifeboat would not listen to an alert.'
      : `Which service? The profile has ${names}.`,
  );
}

function serviceName({ sandbox }: Session, id: string): string {
  return sandbox.profile.pagerduty.services.find((one) => one.id === id)?.name ?? 'Disaster response';
}

function nameOf({ sandbox }: Session, userId: string): string {
  return sandbox.pagerUsers.find(({ id }) => id === userId)?.name ?? userId;
}
