import { describe, expect, test } from '@jest/globals';
import type { IncidentCommand } from '../../../src/core/incident/commands.ts';
import type { Effect } from '../../../src/core/incident/effects.ts';
import type { Policy } from '../../../src/core/incident/policy.ts';
import { MESSAGES } from '../../../src/core/message/messages.ts';
import { LIFEBOAT } from '../../../src/core/shared/actor.ts';
import {
  anAlert,
  anInput,
  aPerson,
  aPolicy,
  aProposal,
  aStory,
  aStoryIn,
  deeds,
  HOUR,
  MINUTE,
  messages,
  noonPlus,
  PAGERDUTY,
  posted,
  type Story,
  type Teller,
} from '../../fixtures/incidents.ts';

const bot: Teller = { actor: LIFEBOAT };
const byPager: Teller = { actor: PAGERDUTY, capabilities: ['read'] };
const human = { situation: 'failing over', actions: 'promoting', needs: 'nothing' };

/** What follows outside when this happens in the story. */
function follows(story: Story, command: IncidentCommand, by?: Teller): Effect[] {
  return story.effectsOf(story.tell(command, by));
}

function kinds(list: Effect[]): string[] {
  return deeds(list).map(({ kind }) => kind);
}

function withChannel(policy?: Policy, changes: Parameters<typeof anInput>[0] = {}): Story {
  const story = aStory({ policy, first: { type: 'declare', input: anInput(changes) } });
  story.tell({ type: 'record_channel', channelId: 'C1', name: 'dr-1' }, bot);
  return story;
}

describe('declaring', () => {
  test('opens the channel, pages, tells the broadcast channels, and posts the first update', () => {
    const story = aStory();
    const list = story.effectsOf(story.events);

    expect(kinds(list)).toEqual(['sync_channel', 'page', 'sync_channel']);
    expect(posted(list)).toEqual([
      'broadcast-declared → #ops',
      'broadcast-declared → #leadership',
      'status-update → channel',
    ]);
    expect(deeds(list).find(({ kind }) => kind === 'page')).toEqual({
      kind: 'page',
      summary: 'P1 us-east-1 is gone (DR-20260115-001)',
      details: {
        incident: 'DR-20260115-001',
        description: 'us-east-1 is gone since noon',
        level: 'regional_outage',
      },
    });
  });

  test('invites as soon as there is a channel to invite to', () => {
    const story = aStory();
    expect(kinds(story.effectsOf(story.events))).not.toContain('invite');

    const list = follows(story, { type: 'record_channel', channelId: 'C1', name: 'dr-1' }, bot);

    expect(deeds(list)).toEqual([
      { kind: 'sync_channel' },
      { kind: 'invite', roles: ['incident-commander'], people: [aPerson('amara')] },
    ]);
  });

  test('a proposal shows itself in its channel and tells nobody else', () => {
    const story = aProposal();
    const list = story.effectsOf(story.events);

    expect(posted(list)).toEqual(['proposal → channel']);
    expect(kinds(list)).toEqual(['sync_channel']);
  });

  test('a proposal that is declared invites again: now it is known who leads', () => {
    const story = aProposal();
    story.tell({ type: 'record_channel', channelId: 'C1', name: 'dr-1' }, bot);

    const list = follows(story, { type: 'confirm_proposal' }, 'ben');

    expect(kinds(list)).toEqual(['sync_channel', 'invite', 'page', 'sync_channel']);
  });
});

describe('what is not real', () => {
  test.each(['drill', 'gameday', 'tabletop', 'maintenance'] as const)('a %s never pages', (kind) => {
    const story = aStory({ first: { type: 'declare', input: anInput({ kind, severity: 'SEV-3' }) } });

    const list = [
      ...story.effectsOf(story.events),
      ...follows(story, { type: 'change_severity', to: 'SEV-1', reason: 'worse' }),
      ...follows(story, { type: 'add_note', text: 'playing' }),
      ...follows(story, { type: 'resolve', summary: 'played' }, 'carol'),
    ];

    expect(kinds(list).filter((deed) => deed.startsWith('page'))).toEqual([]);
    expect(messages(list).every(({ vars }) => !('incident' in vars) || vars.incident?.real === false)).toBe(
      true,
    );
  });
});

describe('what is private', () => {
  test('is never told outside its channel, whatever happens', () => {
    const story = withChannel(undefined, { private: true });
    const list = [
      ...story.effectsOf(story.events),
      ...follows(story, { type: 'publish_status', human }),
      ...story.effectsOf(story.wait(15 * MINUTE).tick()),
      ...follows(story, { type: 'change_severity', to: 'SEV-2', reason: 'half' }, 'carol'),
      ...follows(story, { type: 'resolve', summary: 'over' }, 'carol'),
      ...follows(story, { type: 'reopen', reason: 'back' }, 'carol'),
    ];

    const outside = list.filter((effect) => effect.kind === 'post' && effect.audience.to === 'broadcast');
    expect(outside).toEqual([]);
    expect(posted(list)).toContain('status-update → channel');
  });
});

describe('updates', () => {
  const regularOff = aPolicy({ broadcastUpdates: { regular: false, changes: true } });
  const changesOff = aPolicy({ broadcastUpdates: { regular: true, changes: false } });

  function told(policy: Policy | undefined, act: (story: Story) => Effect[]): string[] {
    return posted(act(withChannel(policy))).filter((line) => line.startsWith('broadcast'));
  }

  const slot = (story: Story) => story.effectsOf(story.wait(15 * MINUTE).tick());
  const person = (story: Story) => follows(story, { type: 'publish_status', human });
  const change = (story: Story) =>
    follows(story, { type: 'change_severity', to: 'SEV-2', reason: 'half' }, 'carol');
  const end = (story: Story) => follows(story, { type: 'resolve', summary: 'over' }, 'carol');
  const again = (story: Story) => {
    story.tell({ type: 'resolve', summary: 'over' }, 'carol');
    return follows(story, { type: 'reopen', reason: 'back' }, 'carol');
  };
  const both = ['broadcast-status → #ops', 'broadcast-status → #leadership'];

  test('go to the incident channel always, and outside as the profile wants it; the end always', () => {
    for (const act of [slot, person, change, end, again]) expect(told(undefined, act)).toEqual(both);
    for (const act of [slot, person]) expect(told(regularOff, act)).toEqual([]);
    for (const act of [change, end, again]) expect(told(regularOff, act)).toEqual(both);
    expect(told(changesOff, change)).toEqual([]);
    for (const act of [slot, end]) expect(told(changesOff, act)).toEqual(both);
  });

  test('by the clock may be joined when they wait; what a person said is never swallowed', () => {
    const joins = (list: Effect[]) =>
      list.flatMap((effect) =>
        effect.kind === 'post' && effect.message.id.endsWith('status') ? effect.join : [],
      );

    expect(joins(slot(withChannel()))).toEqual(['status:DR-20260115-001', 'status:DR-20260115-001']);
    for (const act of [person, change, end]) {
      expect(joins(act(withChannel())).filter((join) => join !== undefined)).toEqual([]);
    }
  });
});

describe('the pager', () => {
  test('gets the notes of people, once it knows of the incident', () => {
    expect(deeds(follows(withChannel(), { type: 'add_note', text: 'rebooting' }))).toEqual([
      { kind: 'pager_note', text: 'rebooting' },
    ]);
    const quiet = withChannel(undefined, { severity: 'SEV-2' });
    expect(deeds(follows(quiet, { type: 'add_note', text: 'rebooting' }))).toEqual([]);
    quiet.tell({ type: 'pager_alert', alert: anAlert() }, byPager);
    expect(kinds(follows(quiet, { type: 'add_note', text: 'rebooting' }))).toEqual(['pager_note']);
  });

  test('gets none where the profile keeps them', () => {
    const story = withChannel(aPolicy({ pager: { page: true, notes: false } }));

    expect(deeds(follows(story, { type: 'add_note', text: 'rebooting' }))).toEqual([]);
  });

  test('never gets its own words back', () => {
    const story = aProposal();
    const list = [
      ...follows(story, { type: 'add_note', text: 'from the pager' }, byPager),
      ...(['annotated', 'acknowledged', 'resolved', 'priority'] as const).flatMap((change) =>
        follows(
          story,
          { type: 'pager_change', pagerId: 'PALERT1', change, at: noonPlus(0), text: 'disk is full' },
          byPager,
        ),
      ),
      ...follows(story, { type: 'pager_alert', alert: anAlert({ id: 'PALERT2' }) }, byPager),
    ];

    expect(kinds(list).filter((kind) => kind !== 'sync_channel')).toEqual([]);
  });

  test('hears of the end where it knows of the incident', () => {
    const end = { type: 'resolve' as const, summary: 'over' };

    expect(kinds(follows(withChannel(), end, 'carol'))).toContain('pager_resolve');
    expect(kinds(follows(withChannel(undefined, { severity: 'SEV-2' }), end, 'carol'))).not.toContain(
      'pager_resolve',
    );
  });

  test('is asked to page when an incident grows so grave that people are woken', () => {
    const story = withChannel(undefined, { severity: 'SEV-2' });

    const list = follows(story, { type: 'change_severity', to: 'SEV-1', reason: 'all gone' });

    expect(deeds(list).find(({ kind }) => kind === 'page')).toMatchObject({
      summary: 'P1 us-east-1 is gone (DR-20260115-001)',
    });
  });

  test('that does not answer is said in the channel; the list of people on call comes with it', () => {
    const list = follows(withChannel(), { type: 'pager_unreachable', problem: 'timed_out' }, bot);

    expect(posted(list)).toEqual(['pager-unreachable → channel']);
  });
});

describe('people', () => {
  test('of a rung are looked up, then called one by one, and the channel is told', () => {
    const story = withChannel();
    const call = story.effectsOf(story.tick());
    expect(deeds(call)).toEqual([
      { kind: 'call_rung', index: 0, roles: ['on-call'] },
      { kind: 'sync_channel' },
    ]);
    expect(posted(call)).toEqual([]);

    const reached = follows(
      story,
      {
        type: 'record_reached',
        index: 0,
        people: [aPerson('ben'), aPerson('dana')],
        unreachable: ['nobody holds the role cto'],
      },
      bot,
    );

    expect(posted(reached)).toEqual(['rung-called → channel', 'rung-call → ben', 'rung-call → dana']);
    expect(deeds(reached)).toEqual([
      { kind: 'sync_channel' },
      { kind: 'invite', roles: [], people: [aPerson('ben'), aPerson('dana')] },
    ]);
  });

  test('are reminded in private; reminders that still wait are joined', () => {
    const story = withChannel();
    story.tick();

    const list = story.effectsOf(story.wait(5 * MINUTE).tick());

    expect(posted(list)).toEqual(['nudge → amara']);
    expect(list[0]).toMatchObject({ join: 'nudge:DR-20260115-001:noCommander' });
  });

  test('who take a duty are brought in', () => {
    const list = follows(withChannel(), { type: 'take_duty', duty: 'scribe', holder: aPerson('dana') });

    expect(deeds(list)).toContainEqual({ kind: 'invite', roles: [], people: [aPerson('dana')] });
    expect(posted(list)).toEqual(['record-line → channel']);
  });

  test('who were brought in are not announced; who could not be is', () => {
    const invited = (failed: { name: string; why: string }[]) => ({
      type: 'record_invited' as const,
      people: [aPerson('ben')],
      failed,
      asked: '',
    });

    expect(follows(withChannel(), invited([]), bot)).toEqual([]);
    expect(posted(follows(withChannel(), invited([{ name: 'legal', why: 'unreadable' }]), bot))).toEqual([
      'invite-problems → channel',
    ]);
  });
});

describe('the end', () => {
  test('closing says so, seals the head of the record, and archives the channel', () => {
    const story = withChannel();
    story.tell({ type: 'resolve', summary: 'over' }, 'carol');

    const events = story.tell({ type: 'close' }, 'carol');
    const list = story.effectsOf(events);

    expect(kinds(list)).toEqual(['sync_channel', 'archive_channel']);
    expect(messages(list)).toMatchObject([
      { id: 'closed', vars: { records: events[0]?.seq, head: events[0]?.hash } },
    ]);
  });

  test('what comes after closing is for the record alone: the channel is archived', () => {
    const story = withChannel();
    story.tell({ type: 'resolve', summary: 'over' }, 'carol');
    story.tell({ type: 'close' }, 'carol');

    const list = [
      ...follows(story, { type: 'pager_alert', alert: anAlert() }, byPager),
      ...follows(story, { type: 'pager_change', pagerId: 'P', change: 'resolved', at: noonPlus(0) }, byPager),
      ...follows(story, { type: 'pager_unreachable', problem: 'x' }, bot),
    ];

    expect(posted(list)).toEqual([]);
  });
});

describe('what never follows', () => {
  test('a message that could not be delivered is told once for each place, and never where it failed', () => {
    const story = withChannel();
    const lost = (where: string) =>
      posted(
        follows(
          story,
          { type: 'record_undeliverable', message: 'status-update', where, problem: 'is_archived' },
          bot,
        ),
      );

    expect(lost('channel')).toEqual([]);
    expect(lost('#ops')).toEqual(['record-line → channel']);
    expect(lost('#ops')).toEqual([]);
    expect(lost('Ben')).toEqual(['record-line → channel']);
  });

  test('a refused attempt is nobody else’s business', () => {
    expect(follows(withChannel(), { type: 'record_refused', command: 'close', code: 'x' })).toEqual([]);
  });
});

test('every message of a whole incident has exactly the variables it declares', () => {
  const story = aProposal();
  story.tell({ type: 'record_channel', channelId: 'C1', name: 'dr-1' }, bot);
  story.tell({ type: 'confirm_proposal' });
  story.tick();
  story.tell({ type: 'record_reached', index: 0, people: [aPerson('ben')], unreachable: ['nobody'] }, bot);
  story.tell({ type: 'acknowledge_rung' }, 'ben');
  story.tell({ type: 'take_duty', duty: 'commander', holder: aPerson('ben') }, 'ben');
  story.tell({ type: 'publish_status', human }, 'ben');
  story.tell({ type: 'add_note', text: 'rebooting' });
  story.tell({ type: 'add_link', title: 'Call', url: 'https://meet.example' });
  story.tell({ type: 'set_mark', name: 'assessed', at: story.now });
  story.tell({ type: 'pause_status', reason: 'quiet', forMs: MINUTE }, 'ben');
  story.tell({ type: 'pager_unreachable', problem: 'timed_out' }, bot);
  story.tell({ type: 'pager_reachable' }, bot);
  story.wait(HOUR).tick();
  story.tell({ type: 'change_severity', to: 'SEV-2', reason: 'half' }, 'ben');
  story.tell({ type: 'drop_duty', duty: 'commander' }, 'ben');
  story.wait(HOUR).tick();
  story.tell({ type: 'resolve', summary: 'over' }, 'carol');
  story.tell({ type: 'reopen', reason: 'back' }, 'carol');
  story.tell({ type: 'resolve', summary: 'over' }, 'carol');
  story.tell({ type: 'close' }, 'carol');
  const dismissed = aStoryIn('dismissed');

  const all = [...story.effectsOf(story.events), ...dismissed.effectsOf(dismissed.events)];

  const seen = new Set<string>();
  for (const { id, vars } of messages(all)) {
    const { shape } = MESSAGES[id];
    expect(MESSAGES[id].safeParse(vars).error?.issues).toBeUndefined();
    expect(Object.keys(vars).filter((name) => !(name in shape))).toEqual([]);
    seen.add(id);
  }
  expect([...seen].sort()).toEqual([
    'broadcast-declared',
    'broadcast-status',
    'closed',
    'nudge',
    'pager-unreachable',
    'proposal',
    'record-line',
    'rung-call',
    'rung-called',
    'status-update',
  ]);
});
