import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startTown, type Town } from '../fixtures/town.ts';
import {
  answered,
  eventCounts,
  expectNoComplaints,
  expectNothingLostNorDoubled,
  incidentTitled,
  quiet,
  textsIn,
} from '../fixtures/town-state.ts';

describe('PagerDuty and an incident tell each other', () => {
  let town: Town;
  const channelOf = async (title: string) => (await incidentTitled(town, title)).channel?.name ?? '';
  /** All webhooks are answered, and all that follows from them is done. */
  const settled = async () => {
    await town.pager.settled();
    await quiet(town);
    await town.pager.settled();
    await quiet(town);
  };
  const texts = async (title: string) => textsIn(town, await channelOf(title)).join('\n---\n');

  beforeAll(async () => {
    town = await startTown({ rateLimits: 'off' });
  });
  afterEach(() => town.pager.clearFaults());
  afterAll(() => town?.stop());

  test('an alert on a configured service opens a channel and proposes; a click declares', async () => {
    const alert = town.pager.fire({ service: 'PSVC001', title: 'Checkout errors above 10 %' });
    await settled();
    const proposed = await incidentTitled(town, 'Checkout');
    expect(proposed).toMatchObject({ phase: 'proposed', severity: 'SEV-1', level: 'regional_outage' });
    expect(await texts('Checkout')).toContain('Declare a disaster?');
    expect(town.pager.incidents()).toHaveLength(1);

    const channel = await channelOf('Checkout');
    await answered(town, 'amara', () => town.slack.click('amara', { channel, label: 'Declare as proposed' }));
    await settled();
    expect((await incidentTitled(town, 'Checkout')).phase).toBe('open');
    const page = town.pager.incidents().find(({ id }) => id !== alert);
    expect(page?.title).toContain('DR-');
    expect(await texts('Checkout')).not.toContain('Another alert belongs to this');
  });

  test('what happens in PagerDuty is said in the channel', async () => {
    const [alert] = town.pager.incidents().filter(({ title }) => title.startsWith('Checkout'));
    town.pager.acknowledge(alert!.id, 'PU01');
    town.pager.note(alert!.id, 'PU01', 'the load balancer has no healthy targets');
    town.pager.setPriority(alert!.id, 'PU01', 'P1');
    await settled();

    const said = await texts('Checkout');
    expect(said).toContain('answered in PagerDuty');
    expect(said).toContain('no healthy targets');
    expect(said).toContain('P1');
    expect((await incidentTitled(town, 'Checkout')).marks.acknowledged?.source).toBe('automatic');
  });

  test('a note goes to PagerDuty once and does not come back', async () => {
    const channel = await channelOf('Checkout');
    await answered(town, 'amara', () =>
      town.slack.command('amara', 'note failing over by hand', { channel }),
    );
    await settled();

    const notes = town.pager.incidents().flatMap(({ id }) => town.pager.notes(id));
    expect(notes.filter(({ content }) => content.includes('failing over by hand'))).toHaveLength(1);
    expect(textsIn(town, channel).filter((text) => text.includes('failing over by hand'))).toHaveLength(1);
  });

  test('PagerDuty resolving its alert resolves nothing here; resolving here resolves there', async () => {
    const channel = await channelOf('Checkout');
    const [alert] = town.pager.incidents().filter(({ title }) => title.startsWith('Checkout'));
    town.pager.resolve(alert!.id, 'PU01');
    await settled();
    expect((await incidentTitled(town, 'Checkout')).phase).toBe('open');
    expect(await texts('Checkout')).toContain('The alert was resolved in PagerDuty');

    await answered(town, 'ben', () => town.slack.command('ben', 'resolve all targets healthy', { channel }));
    await settled();
    expect(town.pager.incidents().map(({ status }) => status)).toEqual(['resolved', 'resolved']);
    expect(textsIn(town, channel).at(-1)).toContain('Resolved: Checkout');
  });

  test('a service that the profile trusts declares at once; the same event again changes nothing', async () => {
    town.pager.fire({ service: 'PSVC002', title: 'Replication stopped' });
    await settled();
    const incident = await incidentTitled(town, 'Replication');
    expect(incident).toMatchObject({ phase: 'open', level: 'database_failure' });
    const before = await eventCounts(town, incident.id);

    const event = town.pager.deliveries().find(({ body }) => body.includes('Replication stopped'));
    town.pager.repeat(event!.eventId);
    town.pager.repeat(event!.eventId);
    await settled();

    expect(await eventCounts(town, incident.id)).toEqual(before);
  });

  test('a proposal that is none is put away with a reason', async () => {
    town.pager.fire({ service: 'PSVC001', title: 'Probe flapped once' });
    await settled();
    const channel = await channelOf('Probe');
    await answered(town, 'amara', () =>
      town.slack.command('amara', 'dismiss the probe was restarted', { channel }),
    );
    await settled();
    expect((await incidentTitled(town, 'Probe')).phase).toBe('dismissed');
  });

  test('a service nobody configured, and events nobody knows, are taken and left', async () => {
    town.pager.fire({ service: 'PDISASTER', title: 'Nothing of ours' });
    town.pager.ping();
    await settled();
    await expect(incidentTitled(town, 'Nothing of ours')).rejects.toThrow('0 incidents');
    expect(town.pager.webhookDisabled()).toBe(false);
  });

  test('PagerDuty down: said with telephone numbers, retried, and said again when it is back', async () => {
    // The list of who is on call is kept as of its last good answer.
    await town.slack.waitFor(
      async () => {
        const { rows } = await town.database.pool.query(
          "select 1 from lifeboat.memory where key = 'on-call'",
        );
        return rows.length === 1;
      },
      { timeoutMs: 75_000, what: 'the list of who is on call' },
    );
    town.pager.fault({ kind: 'down' });
    await answered(town, 'amara', () =>
      town.slack.command('amara', 'declare sev1 eu-west-1 is gone', { channel: 'general' }),
    );
    const said = async () => texts('eu-west-1');
    /** The card warns too; this is the message that says whom to telephone. */
    const withNumbers = async () =>
      textsIn(town, await channelOf('eu-west-1')).filter((text) => /Amara Okafor.*202-555-0101/.test(text));
    await town.slack.waitFor(async () => (await withNumbers().catch(() => [])).length > 0, {
      timeoutMs: 15_000,
      what: 'word of whom to telephone',
    });
    expect((await withNumbers())[0]).toContain('PagerDuty does not answer');

    town.pager.clearFaults();
    await town.slack.waitFor(async () => (await said()).includes('PagerDuty answers again'), {
      timeoutMs: 30_000,
      what: 'word that PagerDuty is back',
    });
    const pages = town.pager.incidents().filter(({ title }) => title.includes('eu-west-1'));
    expect(pages).toHaveLength(1);
    expect(await withNumbers()).toHaveLength(1);
  }, 120_000);

  test('nothing was lost, doubled or complained of', async () => {
    await settled();
    await expectNothingLostNorDoubled(town);
    expectNoComplaints(town);
    expect(town.errors()).toEqual([]);
  });
});
