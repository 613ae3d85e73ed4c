import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Incident } from '../../src/core/incident/incident.ts';
import { startTown, type Town } from '../fixtures/town.ts';
import {
  allIncidents,
  answered,
  eventCounts,
  expectNoComplaints,
  expectNothingLostNorDoubled,
  incidentTitled,
  posted,
  quiet,
  recordOf,
  whispersTo,
} from '../fixtures/town-state.ts';
import { postWebhook } from '../fixtures/town-world.ts';

let town: Town;

// Two replicas: what Slack and PagerDuty send goes to both in turn.
beforeAll(async () => {
  town = await startTown({ replicas: 2, rateLimits: 'off' });
});

afterEach(async () => {
  town.slack.faults.duplicateDeliveries(1);
  await quiet(town);
  await expectNothingLostNorDoubled(town);
  expect(town.errors()).toEqual([]);
});

afterAll(() => town?.stop());

type Open = Incident & { channel: { id: string; name: string } };

function press(handle: string, channel: string, label: string): Promise<unknown> {
  return town.slack.click(handle, { channel, label });
}

/** Declared and settled; nobody commands it yet. */
async function anIncident(title: string): Promise<Open> {
  await town.slack.command('amara', `declare sev1 ${title}`, { channel: 'general' });
  await quiet(town);
  return (await incidentTitled(town, title)) as Open;
}

describe('the same request of Slack, three times at once', () => {
  test('one typed declaration is one incident', async () => {
    town.slack.faults.duplicateDeliveries(3);

    await town.slack.command('amara', 'declare sev1 orders database lost', { channel: 'general' });

    await quiet(town);
    const { id, channel } = await incidentTitled(town, 'orders database lost');
    expect(town.slack.channels().filter(({ name }) => name.includes('orders-database-lost'))).toHaveLength(1);
    expect(town.slack.channel(channel?.name ?? '')?.pins).toHaveLength(1);
    expect(town.pager.incidents().filter(({ title }) => title.includes(id))).toHaveLength(1);
    expectNoComplaints(town);
  });

  test('the answer to a late repeat does not warn of the incident that it declared itself', async () => {
    await anIncident('repeated much later');
    const delivery = town.slack.deliveries.findLast(({ kind }) => kind === 'slash_commands');

    const repeat = await town.slack.redeliver(delivery?.id ?? '', {
      retryNum: 1,
      retryReason: 'http_timeout',
    });

    expect(JSON.stringify(repeat.response)).toContain('repeated much later');
    expect(JSON.stringify(repeat.response)).not.toContain('open already');
    await quiet(town);
    // Throws when there are two.
    await incidentTitled(town, 'repeated much later');
    expectNoComplaints(town);
  });

  test('one click is one decision', async () => {
    const { id, channel } = await anIncident('click thrice');
    town.slack.faults.duplicateDeliveries(3);

    await answered(town, 'ben', () => press('ben', channel.name, 'Take command'), 3);

    await quiet(town);
    expect(await eventCounts(town, id)).toMatchObject({ duty_taken: 1, ladder_acknowledged: 1 });
    expectNoComplaints(town);
  });

  test('one form is one incident', async () => {
    await town.slack.shortcut('amara', 'declare');
    await town.slack.waitFor(() => town.slack.modal('amara'), { what: 'the form' });
    town.slack.faults.duplicateDeliveries(3);

    await town.slack.submitView('amara', { what: 'cache cluster lost', severity: 'SEV-2' });

    await quiet(town);
    const { id } = await incidentTitled(town, 'cache cluster lost');
    expect(await eventCounts(town, id)).toMatchObject({ incident_declared: 1, channel_opened: 1 });
    expectNoComplaints(town);
  });

  test.each<[string, (channel: string) => Promise<unknown>]>([
    ['a button', (channel) => press('ben', channel, 'Post update')],
    ['a command', (channel) => town.slack.command('ben', 'declare', { channel })],
    ['a shortcut', () => town.slack.shortcut('ben', 'declare')],
    [
      'a shortcut on a message',
      (channel) => {
        const ts = town.slack.messages(channel)[0]?.ts ?? '';
        return town.slack.messageShortcut('ben', 'declare_from_message', { channel, ts });
      },
    ],
  ])('%s opens one form, and says nothing of the other two', async (what, open) => {
    const { channel } = await anIncident(`one form for ${what}`);
    const heard = () => town.slack.ephemerals('ben').length + town.slack.dms('ben').length;
    const before = heard();
    town.slack.forget();
    town.slack.faults.duplicateDeliveries(3);

    await open(channel.name);

    await town.slack.waitFor(() => town.slack.requestCounts()['views.open'] === 3);
    await sleep(300);
    expect(town.slack.modals('ben')).toHaveLength(1);
    expect(heard()).toBe(before);
    // Slack itself tells the second and the third that the trigger is used up.
    expect(town.slack.refusals.map(({ error }) => error)).toEqual([
      'exchanged_trigger_id',
      'exchanged_trigger_id',
    ]);
    town.slack.forget();
    await town.slack.closeView('ben');
  });

  test('an archived channel is recorded once', async () => {
    const { id, channel } = await anIncident('archived by hand');
    town.slack.faults.duplicateDeliveries(3);

    await town.slack.archive('amara', channel.name);
    const event = { type: 'channel_archive', channel: channel.id, user: town.slack.userId('amara') };
    await town.slack.sendEvent(event);

    await town.slack.waitFor(async () => (await eventCounts(town, id)).channel_archived === 1);
    await sleep(300);
    expect((await eventCounts(town, id)).channel_archived).toBe(1);
  });
});

describe('two at once, at two replicas', () => {
  test('a double click changes nothing the second time', async () => {
    const { id, channel } = await anIncident('double click');

    const twice = () => Promise.all([1, 2].map(() => press('ben', channel.name, 'I have it')));
    await answered(town, 'ben', twice, 2);

    await quiet(town);
    expect((await eventCounts(town, id)).ladder_acknowledged).toBe(1);
    expectNoComplaints(town);
  });

  test.each([1, 2, 3, 4, 5])('only one of two people takes command (%i)', async (n) => {
    const { id, channel } = await anIncident(`two commanders ${n}`);

    const [toBen, toInes] = await Promise.all(
      ['ben', 'ines'].map((who) => answered(town, who, () => press(who, channel.name, 'Take command'))),
    );

    await quiet(town);
    const { duties } = await incidentTitled(town, `two commanders ${n}`);
    const taken = (await recordOf(town, id)).filter(({ type }) => type === 'duty_taken');
    expect(taken).toHaveLength(1);
    const [winner, other] = duties.commander?.id === 'ben' ? [toBen, toInes] : [toInes, toBen];
    expect(other?.join()).toContain(`${duties.commander?.name} is commander already`);
    expect(winner?.join()).toContain('Done');
    expectNoComplaints(town);
  });

  test('two declarations of the same thing are two incidents with two channels, and the later is warned', async () => {
    await Promise.all([
      town.slack.command('amara', 'declare sev2 twin outage', { channel: 'general' }),
      town.slack.command('dana', 'declare sev2 twin outage', { channel: 'general' }),
    ]);

    await quiet(town);
    const twins = (await allIncidents(town)).filter(({ title }) => title === 'twin outage');
    expect(twins).toHaveLength(2);
    const names = twins.map(({ channel }) => channel?.name);
    expect(new Set(names).size).toBe(2);
    for (const { id, channel } of twins) {
      const cards = posted(town).filter(({ key }) => key === `${id}:card`);
      expect(cards.map(({ where }) => where)).toEqual([channel?.name]);
    }
    await town.slack.command('chidi', 'declare sev3 twin outage again', { channel: 'general' });
    expect(whispersTo(town, 'chidi').at(-1)).toContain('It may be one that is open already');
    expectNoComplaints(town);
  });
});

describe('the same event of PagerDuty', () => {
  /** The body PagerDuty sent, to be sent again. */
  async function bodyOf(eventType: string, pagerId: string): Promise<{ eventId: string; body: string }> {
    await town.pager.settled();
    const sent = town.pager
      .deliveries()
      .find((one) => one.eventType === eventType && one.incidentId === pagerId);
    if (!sent) throw new Error(`no ${eventType} was sent`);
    return sent;
  }

  test.each(['PSVC001', 'PSVC002'])(
    'three times at both replicas opens one incident (%s)',
    async (service) => {
      const title = `disk is gone ${service}`;
      const pagerId = town.pager.fire({ service, title });
      const { body } = town.pager.deliveries().find(({ incidentId }) => incidentId === pagerId) ?? {
        body: '',
      };

      const answers = await Promise.all(
        [0, 1, 0, 1, 0, 1].map((replica) => postWebhook(town.url(replica), body)),
      );

      expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202, 202]);
      await quiet(town);
      const { id } = await incidentTitled(town, title);
      const counts = await eventCounts(town, id);
      expect(counts[service === 'PSVC001' ? 'incident_proposed' : 'incident_declared']).toBe(1);
      expect(counts.channel_opened).toBe(1);
      expectNoComplaints(town);
    },
  );

  test('an acknowledgement told thrice is one entry', async () => {
    const { id } = await anIncident('acknowledged thrice');
    const pagerId = town.pager.incidents().find(({ title }) => title.includes(id))?.id ?? '';
    town.pager.acknowledge(pagerId, 'Amara Okafor');
    const { body, eventId } = await bodyOf('incident.acknowledged', pagerId);

    await Promise.all([0, 1].map((replica) => postWebhook(town.url(replica), body)));
    town.pager.repeat(eventId);

    await town.pager.settled();
    await quiet(town);
    const acknowledged = (await recordOf(town, id)).filter(
      ({ type, data }) => type === 'pager_changed' && (data as { change: string }).change === 'acknowledged',
    );
    expect(acknowledged).toHaveLength(1);
    expectNoComplaints(town);
  });

  test('a note written here is not told back to us, and one written there stands once', async () => {
    const { id, channel } = await anIncident('notes both ways');
    const pagerId = town.pager.incidents().find(({ title }) => title.includes(id))?.id ?? '';
    await town.slack.command('ben', 'note the standby is healthy', { channel: channel.name });
    await quiet(town);
    town.pager.note(pagerId, 'Amara Okafor', 'the vendor is on the line');
    const { eventId } = await bodyOf('incident.annotated', pagerId);
    town.pager.repeat(eventId);

    await town.pager.settled();
    await quiet(town);

    expect(town.pager.notes(pagerId).map(({ content }) => content)).toEqual([
      expect.stringContaining('the standby is healthy'),
      'the vendor is on the line',
    ]);
    const counts = await eventCounts(town, id);
    expect(counts.note_added).toBe(1);
    const annotated = (await recordOf(town, id)).filter(
      ({ type, data }) => type === 'pager_changed' && (data as { change: string }).change === 'annotated',
    );
    expect(annotated).toHaveLength(1);
    expectNoComplaints(town);
  });
});
