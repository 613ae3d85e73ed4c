import { createAccount, randomId } from './account.ts';
import { createFaultSwitch } from './fault-switch.ts';
import { openHttpFront } from './http-front.ts';
import { eventJson } from './shapes.ts';
import type {
  Actor,
  Delivery,
  Fault,
  Happening,
  Incident,
  Note,
  RecordedRequest,
  StandInSettings,
  User,
  WebhookSettings,
} from './types.ts';
import { createWebhookSender } from './webhooks.ts';

/** A PagerDuty on this machine. `who` is the id, name or e-mail address of a user. */
export interface PagerDutyStandIn {
  /** Base address of the REST API and of the Events API alike. */
  url: string;

  /** A monitoring tool raises an alert. @returns the incident's id */
  fire(alert: {
    service: string;
    title: string;
    urgency?: 'high' | 'low';
    priority?: string;
    client?: string;
  }): string;
  acknowledge(id: string, who: string): void;
  resolve(id: string, who: string): void;
  reopen(id: string, who: string): void;
  reassign(id: string, who: string, to: string): void;
  note(id: string, who: string, text: string): void;
  setPriority(id: string, who: string, priority: string | undefined): void;
  /** The test event of the settings page. */
  ping(): void;

  incidents(): Incident[];
  incident(id: string): Incident;
  notes(id: string): Note[];
  deliveries(): Delivery[];
  /** Everything that came in, oldest first. */
  requests: RecordedRequest[];

  /** Changes where webhooks go, their secrets or their patience. */
  setWebhook(changes: Partial<WebhookSettings>): void;
  webhookDisabled(): boolean;
  enableWebhook(): void;
  /** Delivers an event a second time. */
  repeat(eventId: string): void;
  /** Resolves when no webhook is under way. */
  settled(): Promise<void>;

  fault(fault: Fault): void;
  clearFaults(): void;
  close(): Promise<void>;
}

/** What a person does on the website is marked with this. */
const WEBSITE = { name: 'PagerDuty' };

/**
 * PagerDuty over real HTTP, with state: REST API, Events API v2 and V3 webhooks. What comes in through the
 * APIs goes out through the webhooks, as it does there.
 */
export async function createPagerDutyStandIn(settings: StandInSettings): Promise<PagerDutyStandIn> {
  const requests: RecordedRequest[] = [];
  const faults = createFaultSwitch();
  const webhooks = createWebhookSender(settings.webhook ?? { secrets: [] });
  const account = createAccount(settings, publish);
  const front = await openHttpFront({ account, faults, requests });

  function publish(happening: Happening): void {
    const body = eventJson(account, happening);
    webhooks.send(body.event.id, body.event.event_type, happening.incident?.id, JSON.stringify(body));
  }

  function person(who: string): User {
    const user = settings.users.find(({ id, name, email }) => [id, name, email].includes(who));
    if (user === undefined) throw new Error(`nobody is called ${who}`);
    return user;
  }

  const acting = (who: string): Actor => ({ kind: 'user', user: person(who) });

  function serviceId(service: string): string {
    const found = settings.services.find(({ id, name }) => id === service || name === service);
    if (found === undefined) throw new Error(`there is no service ${service}`);
    return found.id;
  }

  return {
    url: front.url,

    fire({ service, title, urgency, priority, client }) {
      const id = serviceId(service);
      const keyed = account.service(id)?.alerts === false;
      const key = randomId('', 32).toLowerCase();
      const actor: Actor = { kind: 'integration', serviceId: id };
      const signed = client === undefined ? {} : { client: { name: client } };
      return account.open({ serviceId: id, title, key, keyed, urgency, priority, actor, ...signed }).id;
    },
    acknowledge: (id, who) => account.setStatus(id, 'acknowledged', acting(who), WEBSITE),
    resolve: (id, who) => account.setStatus(id, 'resolved', acting(who), WEBSITE),
    reopen: (id, who) => account.setStatus(id, 'triggered', acting(who), WEBSITE),
    reassign: (id, who, to) => account.reassign(id, person(to), acting(who), WEBSITE),
    note: (id, who, text) => void account.addNote(id, text, person(who)),
    setPriority: (id, who, priority) => account.setPriority(id, priority, acting(who), WEBSITE),
    ping: () => publish({ type: 'pagey.ping', incident: undefined, actor: undefined }),

    incidents: () => account.incidents(),
    incident: (id) => account.incident(id),
    notes: (id) => account.notes(id),
    deliveries: () => structuredClone(webhooks.deliveries),
    requests,

    setWebhook: (changes) => webhooks.configure(changes),
    webhookDisabled: () => webhooks.isDisabled(),
    enableWebhook: () => webhooks.enable(),
    repeat: (eventId) => webhooks.repeat(eventId),
    settled: () => webhooks.settled(),

    fault: (fault) => faults.set(fault),
    clearFaults: () => faults.clear(),

    async close() {
      await front.close();
      await webhooks.close();
    },
  };
}
