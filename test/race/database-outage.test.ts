import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type OwnServer, startOwnServer } from '../fixtures/own-server.ts';
import { startTown, type Town } from '../fixtures/town.ts';
import {
  eventCounts,
  expectNoComplaints,
  expectNothingLostNorDoubled,
  incidentTitled,
  quiet,
  textsIn,
  whispersTo,
} from '../fixtures/town-state.ts';
import { postWebhook } from '../fixtures/town-world.ts';

/** Updates every two seconds, so that slots pass while the database is away. */
function hurried(example: string): string {
  return example.replaceAll(/cadence: \w+/g, 'cadence: 2s');
}

describe('PostgreSQL is killed in the middle of a declaration, and comes back', () => {
  let server: OwnServer;
  let town: Town;
  beforeAll(async () => {
    server = await startOwnServer();
    town = await startTown({ replicas: 2, database: server, profile: hurried, rateLimits: 'off' });
  }, 60_000);
  afterAll(() => town?.stop());

  test('meanwhile people and PagerDuty are told; afterwards everything goes on by itself', async () => {
    const { slack, pager } = town;
    await slack.command('amara', 'declare sev1 us-east-1 is gone', { channel: 'general' });
    await slack.waitFor(() => slack.requestCounts()['conversations.create'], { what: 'the work to begin' });

    await server.kill();

    // Who asks gets an answer in time, and it does not claim to know.
    const asked = await slack.command('ben', 'declare sev2 second trouble', { channel: 'general' });
    expect(asked.failure).toBeUndefined();
    expect(whispersTo(town, 'ben', 'general').at(-1)).toMatch(/That did not work.*not certain/s);
    const ready = await fetch(`${town.url()}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('PostgreSQL');
    expect((await fetch(`${town.url()}/healthz`)).status).toBe(200);
    // PagerDuty is asked to come again, and does.
    pager.fire({ service: 'PSVC002', title: 'orders database is gone' });
    const body = pager.deliveries().at(-1)?.body ?? '';
    expect((await postWebhook(town.url(1), body)).status).toBe(503);
    await sleep(3_000);

    await server.start();

    await slack.waitFor(async () => (await fetch(`${town.url()}/readyz`)).status === 200, {
      timeoutMs: 15_000,
      what: 'the bot to be ready again',
    });
    await pager.settled();
    const { id, channel } = await slack.waitFor(
      async () => {
        const found = await incidentTitled(town, 'us-east-1 is gone');
        return found.channel && found;
      },
      { timeoutMs: 20_000, what: 'the channel' },
    );
    const name = channel?.name ?? '';
    await slack.waitFor(() => textsIn(town, name).some((text) => text.includes('No news')), {
      timeoutMs: 20_000,
      what: 'an update of the grid',
    });
    expect(await eventCounts(town, (await incidentTitled(town, 'orders database is gone')).id)).toMatchObject(
      {
        incident_declared: 1,
      },
    );
    // The person looked, found nothing, and does it again.
    await slack.command('ben', 'declare sev2 second trouble', { channel: 'general' });
    await incidentTitled(town, 'second trouble');
    for (const title of ['us-east-1 is gone', 'orders database is gone', 'second trouble']) {
      const incident = await incidentTitled(town, title);
      await slack.command('ben', `resolve ${incident.id} it is back`, { channel: 'general' });
    }
    await quiet(town, 30_000);
    expect(slack.channel(name)?.pins).toHaveLength(1);
    expect(pager.incidents().filter(({ title }) => title.includes(id))).toHaveLength(1);
    await expectNothingLostNorDoubled(town);
    expectNoComplaints(town);
  }, 90_000);
});
