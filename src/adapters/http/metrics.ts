import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Route } from './server.ts';

/** What the bot tells Prometheus about itself. */
export function createMetrics(read: {
  queueDepth(): Promise<Record<string, number>>;
  deliveryDepth(): Promise<Record<string, number>>;
  chainLength(): Promise<number>;
}) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  const handled = new Counter({
    name: 'lifeboat_requests_total',
    help: 'Commands, clicks and forms, by what was asked and how it ended.',
    labelNames: ['what', 'outcome'],
    registers,
  });
  const handling = new Histogram({
    name: 'lifeboat_request_duration_seconds',
    help: 'From the request to its answer being ready.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3],
    registers,
  });
  const acks = new Histogram({
    name: 'lifeboat_ack_duration_seconds',
    help: 'How long Slack waited for the acknowledgement, by what it sent.',
    labelNames: ['kind'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3],
    registers,
  });
  const webhooks = new Counter({
    name: 'lifeboat_webhooks_total',
    help: 'Webhooks of the pager, by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  const posts = new Counter({
    name: 'lifeboat_deliveries_total',
    help: 'Messages and pages that left, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const retries = new Counter({
    name: 'lifeboat_delivery_retries_total',
    help: 'Attempts that had to be repeated, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const punctuality = new Histogram({
    name: 'lifeboat_status_lateness_seconds',
    help: 'From the slot of a status update to its being posted.',
    buckets: [0.5, 1, 2, 5, 15, 60, 300, 900],
    registers,
  });
  depthGauge('lifeboat_queue_depth', 'Jobs that wait, by queue.', 'queue', read.queueDepth, registry);
  depthGauge(
    'lifeboat_deliveries_waiting',
    'Messages and pages that wait.',
    'kind',
    read.deliveryDepth,
    registry,
  );
  new Gauge({
    name: 'lifeboat_chain_records',
    help: 'Length of all hash chains together.',
    registers,
    async collect() {
      this.set(await read.chainLength());
    },
  });

  const route: Route = async (_req, res) => {
    const text = await registry.metrics();
    res.writeHead(200, { 'content-type': registry.contentType });
    res.end(text);
  };

  return {
    route,
    handled(what: string, outcome: string, tookMs: number): void {
      handled.inc({ what, outcome });
      handling.observe(tookMs / 1000);
    },
    acknowledged: (kind: string, tookMs: number) => acks.observe({ kind }, tookMs / 1000),
    webhook: (outcome: string) => webhooks.inc({ outcome }),
    /** @param lateMs for status updates of the grid: how long after the slot they were posted */
    delivered({ kind, sent, lateMs }: { kind: string; sent: boolean; lateMs?: number }): void {
      if (!sent) retries.inc({ kind });
      else posts.inc({ kind });
      if (sent && lateMs !== undefined) punctuality.observe(Math.max(0, lateMs) / 1000);
    },
  };
}

function depthGauge(
  name: string,
  help: string,
  label: string,
  read: () => Promise<Record<string, number>>,
  registry: Registry,
): void {
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      this.reset();
      for (const [key, depth] of Object.entries(await read())) this.set({ [label]: key }, depth);
    },
  });
}
