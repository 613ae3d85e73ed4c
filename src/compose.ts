import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Check, healthRoute, readyRoute } from './adapters/http/health.ts';
import { createMetrics } from './adapters/http/metrics.ts';
import { pagerDutyRoute } from './adapters/http/pagerduty-webhook.ts';
import { type Route, startHttpServer } from './adapters/http/server.ts';
import { createPagerDuty } from './adapters/pagerduty/pagerduty.ts';
import { parsePagerDutyEvent, verifyPagerDutySignature } from './adapters/pagerduty/webhook.ts';
import { createPool } from './adapters/postgres/connection.ts';
import { createDeliveryStore } from './adapters/postgres/deliveries.ts';
import { startEmbeddedPostgres } from './adapters/postgres/embedded.ts';
import { createJobs } from './adapters/postgres/jobs.ts';
import { migrate } from './adapters/postgres/migrate.ts';
import { createNotesStore } from './adapters/postgres/notes.ts';
import { createIncidentStore } from './adapters/postgres/store.ts';
import { createSlack } from './adapters/slack/slack.ts';
import { createCatalogue } from './adapters/templates/catalogue.ts';
import { loadProfile } from './adapters/templates/load-profile.ts';
import { createCallRung } from './app/call-rung.ts';
import { createCarrierOf } from './app/carriers.ts';
import type { CrashPoint } from './app/crash-point.ts';
import { createDecideIncident } from './app/decide-incident.ts';
import { createDeliverLane } from './app/deliver-lane.ts';
import { createInvitePeople } from './app/invite-people.ts';
import { createPublishHome } from './app/publish-home.ts';
import { createReadIncidents } from './app/read-incidents.ts';
import { createReadRecord } from './app/read-record.ts';
import { createReceivePagerEvent } from './app/receive-pager-event.ts';
import { createRememberOnCall } from './app/remember-on-call.ts';
import { createSweep } from './app/sweep.ts';
import { createSyncChannel } from './app/sync-channel.ts';
import { createTickIncident } from './app/tick-incident.ts';
import { createUseCases } from './app/use-cases.ts';
import { loadCommands } from './chatops/load-commands.ts';
import { createRegistry } from './chatops/registry.ts';
import { createRouter } from './chatops/router.ts';
import type { Config } from './config.ts';
import { findService, onCallQuery } from './core/profile/lookup.ts';
import { policyOf } from './core/profile/policy-of.ts';
import { startWorkers } from './jobs/workers.ts';
import type { Logger } from './lib/redact.ts';
import { withReleasers } from './lib/releasers.ts';

/** Where `commands/` and `templates/` lie: beside `src/`, in the sources as in the image. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STOP_DEADLINE_MS = 15_000;
const DRAIN_MS = 8_000;

export interface Started {
  port: number;
  stop(): Promise<void>;
}

/** Builds everything by hand, in order, top to bottom; stopping goes the other way. */
export function compose(
  config: Config,
  log: Logger,
  options: { crashPoint?: CrashPoint } = {},
): Promise<Started> {
  const { crashPoint } = options;
  const onError = (name: string, err: unknown) => log.error({ err, part: name }, 'could not be closed');
  return withReleasers({ deadlineMs: STOP_DEADLINE_MS, onError }, async (releasers) => {
    // What people wrote is checked before anything is opened.
    const profile = loadProfile(config.LIFEBOAT_PROFILE, { root: ROOT });
    const policy = policyOf(profile);
    const pagerWorks = config.PAGERDUTY_ROUTING_KEY !== undefined;
    policy.pager = {
      page: policy.pager.page && pagerWorks,
      notes: policy.pager.notes && config.PAGERDUTY_TOKEN !== undefined,
    };
    const catalogue = createCatalogue({ root: path.join(ROOT, 'templates', 'messages') });
    const registry = createRegistry(await loadCommands(path.join(ROOT, 'commands')));

    // The database.
    const url = config.DATABASE_URL ?? (await embedded());
    async function embedded(): Promise<string> {
      const postgres = await startEmbeddedPostgres({ dir: path.join(config.LIFEBOAT_HOME, 'postgres'), log });
      releasers.add('embedded PostgreSQL', () => postgres.stop());
      return postgres.url;
    }
    await migrate(url, log);
    const pool = createPool({ url, log });
    releasers.add('database connections', () => pool.end());
    const jobs = createJobs({ url, log, onError: (err) => log.error({ err }, 'the job queue has trouble') });
    const store = createIncidentStore({ pool, jobs });
    const deliveries = createDeliveryStore({ pool });
    const notes = createNotesStore({ pool });

    // The world outside.
    const metrics = createMetrics({
      queueDepth: async () => depths(await jobs.depth()),
      deliveryDepth: () => deliveries.depth(),
      chainLength: () => store.recordCount(),
    });
    const pager = createPagerDuty({
      token: config.PAGERDUTY_TOKEN,
      from: config.PAGERDUTY_FROM,
      routingKey: config.PAGERDUTY_ROUTING_KEY,
      apiUrl: config.PAGERDUTY_API_URL,
      eventsUrl: config.PAGERDUTY_EVENTS_URL,
      log,
    });
    const slack = createSlack({
      token: config.SLACK_BOT_TOKEN,
      signingSecret: config.SLACK_SIGNING_SECRET,
      appToken: config.SLACK_APP_TOKEN,
      apiUrl: config.SLACK_API_URL,
      profile,
      notes,
      onCall: (query) => pager.onCall(query),
      catalogue,
      log,
      onAck: metrics.acknowledged,
    });
    const { chat, directory } = slack;

    // The use cases.
    const decide = createDecideIncident({ store, policy, crashPoint });
    const read = createReadIncidents({ store, policy });
    const deliverLane = createDeliverLane({
      deliveries,
      store,
      crashPoint,
      carrierOf: createCarrierOf({ chat, pager, catalogue, store, notes, decide, policy }),
      onAttempt: metrics.delivered,
    });
    const use = createUseCases({
      decide,
      store,
      catalogue,
      read,
      record: createReadRecord({ store, catalogue }),
      directory,
      policy,
      profile,
      commands: registry.commands,
    });
    const router = createRouter({
      registry,
      use,
      catalogue,
      log,
      homeOpened: ({ account }) => store.enqueue([{ queue: 'home', data: account }]),
      channelArchived: async ({ channelId, key }) => {
        const stored = await store.byChannel(channelId);
        if (!stored) return;
        await decide({
          key,
          id: stored.incident.id,
          command: { type: 'record_archived' },
          actor: { kind: 'lifeboat' },
          capabilities: [],
        });
      },
      onHandled: metrics.handled,
    });
    const receive = createReceivePagerEvent({
      store,
      decide,
      serviceRule: (serviceId) => findService(profile, serviceId),
    });

    // The work in the background.
    await jobs.start();
    releasers.add('background work', () => jobs.stop({ deadlineMs: DRAIN_MS }));
    await startWorkers({
      queue: jobs,
      store,
      tick: createTickIncident({ decide }),
      deliverLane,
      syncChannel: createSyncChannel({
        chat,
        catalogue,
        store,
        notes,
        decide,
        policy,
        channels: profile.channels,
        log,
        crashPoint,
      }),
      invite: createInvitePeople({ chat, directory, store, decide, crashPoint }),
      callRung: createCallRung({ directory, decide }),
      publishHome: createPublishHome({ chat, catalogue, directory, read }),
      sweep: createSweep({ store, deliveries }),
      rememberOnCall: config.PAGERDUTY_TOKEN
        ? createRememberOnCall({ pager, notes, query: onCallQuery(profile) })
        : async () => {},
      log,
    });

    // The way in, last: whoever knocks finds everything ready.
    const inbound = await slack.connect(router);
    releasers.add('Slack', () => inbound.stop());
    const checks: Check[] = [
      { name: 'PostgreSQL', needed: true, check: async () => `answers (${await store.now()})` },
      { name: 'Slack', needed: false, check: async () => inbound.ready() },
      ...(config.PAGERDUTY_TOKEN ? [pagerCheck((signal) => pager.ping(signal))] : []),
    ];
    const routes: Record<string, Route> = {
      ...inbound.routes,
      'GET /healthz': healthRoute(),
      'GET /readyz': readyRoute(checks),
      'GET /metrics': metrics.route,
      'POST /webhooks/pagerduty': pagerDutyRoute({
        configured: config.webhookSecrets.length > 0,
        verify: (raw, signature) => verifyPagerDutySignature(raw, signature, config.webhookSecrets),
        parse: parsePagerDutyEvent,
        receive,
        count: metrics.webhook,
        log,
      }),
    };
    const server = await startHttpServer({ port: config.PORT, routes, log });
    releasers.add('HTTP server', () => server.close());
    return { port: server.port, stop: () => releasers.release() };
  });
}

function pagerCheck(ping: (signal: AbortSignal) => Promise<void>): Check {
  return {
    name: 'PagerDuty',
    needed: false,
    check: async (signal) => {
      await ping(signal);
      return 'answers';
    },
  };
}

function depths(byQueue: Record<string, { ready: number; deferred: number; active: number }>) {
  return Object.fromEntries(Object.entries(byQueue).map(([queue, { ready }]) => [queue, ready]));
}
