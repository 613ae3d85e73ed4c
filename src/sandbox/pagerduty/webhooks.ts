import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Delivery, WebhookSettings } from './types.ts';

type Attempt = Delivery['attempts'][number]['result'];

const DROPS_TO_DISABLE = 3;

/**
 * Sends V3 webhooks as PagerDuty does: signed, in order within one incident, at least once; repeated after
 * a time-out, a 5xx or a 429, dropped after another 4xx, disabled after three drops in a row.
 */
export function createWebhookSender(initial: WebhookSettings) {
  const settings = { timeoutMs: 5000, firstRetryMs: 1000, giveUpAfterMs: 48 * 60 * 60 * 1000, ...initial };
  const deliveries: Delivery[] = [];
  /** The last delivery of each incident that is still under way. */
  const tails = new Map<string, Promise<void>>();
  const closing = new AbortController();
  let dropsInARow = 0;
  let disabled = false;

  function drop(delivery: Delivery): void {
    delivery.state = 'dropped';
    if (disabled) return;
    dropsInARow += 1;
    disabled = dropsInARow >= DROPS_TO_DISABLE;
  }

  async function deliver(delivery: Delivery): Promise<void> {
    const startedAt = Date.now();
    for (let wait = settings.firstRetryMs; ; wait = Math.min(wait * 2, settings.firstRetryMs * 900)) {
      if (disabled || closing.signal.aborted || settings.url === undefined) return drop(delivery);
      const result = await post(settings.url, delivery);
      delivery.attempts.push({ at: new Date().toISOString(), result });
      if (typeof result === 'number' && result >= 200 && result < 300) {
        delivery.state = 'delivered';
        dropsInARow = 0;
        return;
      }
      const permanent = typeof result === 'number' && result < 500 && result !== 429;
      if (permanent || Date.now() - startedAt + wait > settings.giveUpAfterMs) return drop(delivery);
      // Rejects only when closed; the next round sees that.
      await pause(wait, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  async function post(url: string, { body, webhookId }: Delivery): Promise<Attempt> {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), settings.timeoutMs);
    const onClose = () => giveUp.abort();
    closing.signal.addEventListener('abort', onClose);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: headers(body, webhookId),
        body,
        redirect: 'manual',
        signal: giveUp.signal,
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      // For the sender there are only two kinds of silence, and both mean: again later.
      return giveUp.signal.aborted ? 'timed_out' : 'no_connection';
    } finally {
      clearTimeout(timer);
      closing.signal.removeEventListener('abort', onClose);
    }
  }

  function headers(body: string, webhookId: string): Record<string, string> {
    const sign = (secret: string) => `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;
    return {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'PagerDuty-Webhook/V3.0',
      'x-webhook-id': webhookId,
      'x-webhook-subscription': 'PSTANDIN',
      'x-pagerduty-signature': settings.secrets.map(sign).join(','),
    };
  }

  function enqueue(delivery: Delivery): void {
    deliveries.push(delivery);
    const lane = delivery.incidentId ?? delivery.webhookId;
    const tail = (tails.get(lane) ?? Promise.resolve()).then(() => deliver(delivery));
    tails.set(lane, tail);
    void tail.then(() => {
      if (tails.get(lane) === tail) tails.delete(lane);
    });
  }

  /** Resolves when nothing is under way or waiting. */
  async function settled(): Promise<void> {
    while (tails.size > 0) await Promise.all(tails.values());
  }

  return {
    deliveries,
    settled,
    isDisabled: () => disabled,

    send(eventId: string, eventType: string, incidentId: string | undefined, body: string): void {
      if (settings.url === undefined) return;
      const webhookId = randomUUID();
      enqueue({ webhookId, eventId, eventType, incidentId, body, attempts: [], state: 'queued' });
    },

    /** Sends an event once more under its old webhook id, as "at least once" allows. */
    repeat(eventId: string): void {
      const first = deliveries.find((delivery) => delivery.eventId === eventId);
      if (first === undefined) throw new Error(`no webhook was sent for event ${eventId}`);
      enqueue({ ...first, attempts: [], state: 'queued' });
    },

    configure(changes: Partial<WebhookSettings>): void {
      Object.assign(settings, changes);
    },

    enable(): void {
      disabled = false;
      dropsInARow = 0;
    },

    async close(): Promise<void> {
      closing.abort();
      await settled();
    },
  };
}
