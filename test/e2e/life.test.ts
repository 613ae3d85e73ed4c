import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTown, type Town } from '../fixtures/town.ts';
import {
  answered,
  expectNoComplaints,
  expectNothingLostNorDoubled,
  incidentTitled,
  quiet,
  textsIn,
  whispersTo,
} from '../fixtures/town-state.ts';

describe('the life of an incident, as three people live it', () => {
  let town: Town;
  let channel = '';
  const say = (who: string, text: string, where = channel) =>
    answered(town, who, () => town.slack.command(who, text, { channel: where }));
  /** The form somebody sees, as text. */
  const formOf = async (who: string) =>
    JSON.stringify(
      (await town.slack.waitFor(() => town.slack.modal(who), { what: `a form for ${who}` })).blocks,
    );
  const lastIn = (where = channel) => textsIn(town, where).at(-1) ?? '';

  beforeAll(async () => {
    town = await startTown({ rateLimits: 'off' });
  });
  afterAll(() => town?.stop());

  test('the form says beforehand who is called and where, and asks what it needs', async () => {
    const { slack } = town;
    await slack.command('amara', 'declare', { channel: 'general' });
    const form = await formOf('amara');

    expect(form).toContain('invited as On-call engineer');
    expect(form).toContain('#ops, #incident-board');
    expect(form).toContain('A region or a critical service is down');
    const same = await slack.submitView('amara', {
      what: 'Gateway in us-east-1 answers nothing',
      severity: 'SEV-1',
      from: 'us-east-1',
      to: 'us-east-1',
    });
    expect(same.outcome).toBe('errors');
  });

  test('sent, it becomes a window that leads to the channel', async () => {
    const { slack } = town;
    const sent = await slack.submitView('amara', {
      what: 'Gateway in us-east-1 answers nothing\nAll health checks fail',
      severity: 'SEV-1',
      level: 'regional_outage',
      from: 'us-east-1',
      to: 'eu-west-1',
      kind: 'real',
    });
    expect(sent.outcome).toBe('updated');
    const window = () => JSON.stringify(slack.modal('amara')?.blocks);
    await slack.waitFor(() => window().includes('Go on in'), { what: 'the link in the window' });
    channel = slack.channels().find(({ name }) => name.startsWith('dr-'))?.name ?? '';
    expect(window()).toContain(slack.channelId(channel));
    await slack.closeView('amara');
    await quiet(town);
  });

  test('the channel has its people, topic, pinned card, bookmark and first update', async () => {
    const seen = town.slack.channel(channel);

    expect(seen?.members).toEqual(expect.arrayContaining(['amara', 'ben', 'ines', 'chidi', 'dana']));
    expect(seen?.topic).toMatch(/SEV-1 · Open · Commander: Nobody yet/);
    expect(seen?.bookmarks.map(({ title }) => title)).toEqual(['Dashboards']);
    expect(seen?.pins).toHaveLength(1);
    const pinned = town.slack.messages(channel).find(({ ts }) => ts === seen?.pins[0]);
    expect(town.slack.text(pinned!)).toMatch(/us-east-1 → eu-west-1/);
    expect(textsIn(town, channel).join('\n')).toMatch(/SEV-1 declared: Gateway in us-east-1/);
    expect(textsIn(town, 'ops').join('\n')).toContain(`#${channel}`);
    expect(town.slack.dms('amara')).toHaveLength(1);
  });

  test('a second declaration of the same is warned of', async () => {
    await town.slack.command('grace', 'declare', { channel: 'general' });
    expect(await formOf('grace')).toContain('Open already');
    await town.slack.closeView('grace');
  });

  test('somebody takes command: the card, the topic and the ladder follow', async () => {
    const [answer] = await say('ben', 'role commander');
    await quiet(town);

    expect(answer).toContain('Ben Carter is now commander');
    expect(town.slack.channel(channel)?.topic).toContain('Commander: Ben Carter');
    expect(textsIn(town, channel).join('\n')).toContain('Nobody else is called');
    const [again] = await say('amara', 'role commander');
    expect(again).toContain('Ben Carter');
    expect((await incidentTitled(town, 'Gateway')).duties.commander?.name).toBe('Ben Carter');
  });

  test('an update by form starts with what was said last', async () => {
    const { slack } = town;
    await say('ben', 'status post Half of the traffic is served from eu-west-1');
    await quiet(town);
    expect(lastIn()).toContain('Half of the traffic');

    await slack.command('ben', 'status post', { channel });
    expect(await formOf('ben')).toContain('Half of the traffic');
    await slack.submitView('ben', { situation: 'All traffic moved', actions: 'Watching', needs: 'Legal' });
    await quiet(town);
    expect(lastIn()).toMatch(/All traffic moved[\s\S]*Watching[\s\S]*Legal/);
    expect(textsIn(town, 'incident-board').at(-1)).toContain('All traffic moved');
  });

  test('severity: anybody raises it, only the commander lowers it, and the reason is asked for', async () => {
    expect((await say('amara', 'severity sev2 fewer customers'))[0]).toContain('Only the commander');
    expect((await say('ben', 'severity sev2 fewer customers'))[0]).toContain('SEV-2');
    expect((await say('amara', 'severity sev1 it is back to worse'))[0]).toContain('SEV-1');
    await town.slack.command('amara', 'severity sev2', { channel });
    expect(await formOf('amara')).toContain('SEV-2');
    await town.slack.closeView('amara');
    await quiet(town);
    expect(textsIn(town, channel).filter((text) => text.includes('was SEV-'))).toHaveLength(2);
  });

  test('notes, marks, links and invitations are there for everybody', async () => {
    await say('amara', 'note last good probe at 14:02');
    await say('amara', 'mark outage_started 10m ago first failed probe');
    await say('amara', 'link <https://meet.example.com/dr> Bridge call');
    await say('amara', `invite <@${town.slack.userId('grace')}> legal`);
    await quiet(town);

    const texts = textsIn(town, channel).join('\n');
    expect(texts).toContain('last good probe at 14:02');
    expect(texts).toMatch(/Outage started: .*first failed probe/);
    expect(town.slack.channel(channel)?.bookmarks.map(({ title }) => title)).toContain('Bridge call');
    expect(town.slack.channel(channel)?.members).toEqual(expect.arrayContaining(['grace', 'farid']));
    expect((await say('amara', 'mark outage_started tea time'))[0]).toMatch(/Outage started/);
    expect((await say('amara', 'mark outage_started 25:99'))[0]).toContain('is not a time');
  });

  test('updates are paused by the commander, with a reason and an end, and resumed', async () => {
    expect((await say('amara', 'status pause 15 quiet'))[0]).toContain('Only the commander');
    expect((await say('ben', 'status pause 15 waiting for the vendor'))[0]).toContain('paused the updates');
    expect((await say('ben', 'status pause 600 for ever'))[0]).toMatch(/already|paused/);
    expect((await say('ben', 'status resume'))[0]).toContain('started the updates again');
  });

  test('a guest reads, and is refused politely when acting', async () => {
    const { id } = await incidentTitled(town, 'Gateway');
    expect((await say('hugo', `catchup ${id}`, 'general'))[0]).toContain('Where it stands');
    expect((await say('hugo', `note ${id} hello`, 'general'))[0]).toContain('Only full members');
    expect((await say('hugo', 'declare sev1 x', 'general'))[0]).toContain('Only full members');
  });

  test('outside the channel a command asks which incident is meant', async () => {
    const [question] = await say('amara', 'status', 'general');
    expect(question).toContain('Gateway in us-east-1');
    const [answer] = await answered(town, 'amara', () =>
      town.slack.click('amara', { channel: 'general', actionId: 'incident.pick:0' }),
    );
    expect(answer).toContain('Gateway in us-east-1');
  });

  test('an unknown word gets the nearest one, help what one may do', async () => {
    expect((await say('amara', 'staus', 'general'))[0]).toContain('Did you mean `/dr status`');
    expect((await say('hugo', 'help', 'general'))[0]).not.toContain('/dr resolve');
    expect((await say('ben', 'whoami', 'general'))[0]).toContain('Incident commander');
    expect((await say('amara', '', channel))[0]).toContain('Gateway');
  });

  test('the home tab shows what waits for me', async () => {
    await town.slack.openHome('ines');
    await town.slack.waitFor(() => town.slack.home('ines'), { what: 'the home tab' });
    expect(JSON.stringify(town.slack.home('ines')?.blocks)).toContain('Gateway in us-east-1');
  });

  test('resolved, reopened, resolved again and closed: the channel is archived, the record sealed', async () => {
    expect((await say('amara', 'resolve all good'))[0]).toContain('Only the commander');
    await say('ben', 'resolve DNS moved to eu-west-1');
    await quiet(town);
    expect(lastIn()).toMatch(/Resolved: Gateway[\s\S]*DNS moved/);
    expect((await say('ben', 'status post too late'))[0]).toContain('resolved');
    await say('ben', 'reopen some still see errors');
    await quiet(town);
    expect(lastIn()).toMatch(/Reopened[\s\S]*some still see errors/);
    await say('ben', 'resolve fixed for good');
    await say('ben', 'close');
    await quiet(town);

    expect(town.slack.channel(channel)?.isArchived).toBe(true);
    expect(lastIn()).toMatch(/Its seal: `[0-9a-f]{64}`/);
    const { id, phase } = await incidentTitled(town, 'Gateway');
    expect(phase).toBe('closed');
    expect((await say('ben', `reopen ${id} once more`, 'general'))[0]).toContain('closed');
    const [timeline] = await say('grace', `timeline ${id} 200`, 'general');
    expect(timeline).toMatch(/declared[\s\S]*commander[\s\S]*resolved[\s\S]*reopened[\s\S]*closed/);
  });

  test('nothing was lost, doubled or complained of', async () => {
    await quiet(town);
    await expectNothingLostNorDoubled(town);
    expectNoComplaints(town);
    expect(town.errors()).toEqual([]);
    expect(whispersTo(town, 'amara').join('\n')).not.toContain('had a fault');
  });
});
