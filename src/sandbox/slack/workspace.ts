import { type ChangeHub, createChangeHub } from './change-hub.ts';
import { createDeliveries, type Delivery } from './deliveries.ts';
import { describeState } from './describe-state.ts';
import { createDirectory } from './directory.ts';
import { createFaults, type Faults } from './faults.ts';
import { createFront, type Front } from './front.ts';
import { createKeyedLock } from './keyed-lock.ts';
import { createLooking, type Looking, textContext } from './looking.ts';
import type { MethodDeps } from './methods/deps.ts';
import { createMethods } from './methods/index.ts';
import { createMirror } from './mirror.ts';
import { type Settings, type SlackWorkspaceOptions, settingsOf } from './options.ts';
import { createPeople, type People } from './people.ts';
import { findChannel, type PeopleDeps } from './people-deps.ts';
import { createRateLimits, type RateLimitMode } from './rate-limits.ts';
import { createRequestLog, type Refusal, type RequestRecord, type Warning } from './request-log.ts';
import { createResponseUrls } from './response-urls.ts';
import { seedChannels } from './seed-channels.ts';
import { createSocketMode, type DisconnectReason } from './socket-mode.ts';
import { createTriggers } from './triggers.ts';
import type { SlackUser, WorkspaceChange } from './types.ts';
import { startUpstream } from './upstream.ts';
import { createViewStore } from './view-store.ts';
import { type WaitOptions, waitFor } from './wait-for.ts';
import { createWebApi } from './web-api.ts';

/** A Slack workspace on this machine: an API for the bot, people to act as, and screens to look at. */
export interface SlackWorkspace extends People, Looking {
  /** What the bot takes as `SLACK_API_URL`; ends in `/api/`. */
  readonly apiUrl: string;
  readonly teamId: string;
  readonly botUserId: string;
  userId(handle: string): string;
  channelId(name: string): string;
  userGroupId(handle: string): string;
  /** Where the app listens; several addresses are used in turn. */
  deliverTo(urls: string | readonly string[]): void;
  /** Counts calls by another rule from now on, with full allowances. */
  limitRates(mode: RateLimitMode): void;
  /** Changes what Slack knows of a person, e.g. `{ kind: 'deactivated' }`. */
  setUser(
    handle: string,
    change: Partial<Pick<SlackUser, 'kind' | 'realName' | 'email' | 'phone' | 'tz'>>,
  ): void;
  /** Changes a user group; members are handles. */
  setUserGroup(handle: string, change: { members?: string[]; disabled?: boolean }): void;
  /** Calls the bot made, the last 20,000 of them. */
  readonly requests: readonly RequestRecord[];
  /** Calls by method, all of them. */
  requestCounts(): Record<string, number>;
  /** Calls and answers a correct bot would not make. A test that ends with any has found a fault. */
  readonly refusals: readonly Refusal[];
  /** Calls Slack takes but warns of. */
  readonly warnings: readonly Warning[];
  /** Requests made to the bot. */
  readonly deliveries: readonly Delivery[];
  /** Forgets requests, refusals and warnings. */
  forget(): void;
  readonly faults: Faults;
  readonly sockets: { count(): number; disconnect(reason: DisconnectReason): void; cut(): void };
  /** Waits for a look to give something; see `wait-for.ts`. */
  waitFor<T>(
    look: () => T | Promise<T>,
    options?: WaitOptions,
  ): Promise<Exclude<T, undefined | null | false>>;
  /** Calls back at every change; returns the function that ends it. */
  subscribe(listener: (change: WorkspaceChange) => void): () => void;
  close(): Promise<void>;
}

/** Starts a workspace. @throws if options contradict each other or the port is taken. */
export async function createSlackWorkspace(options: SlackWorkspaceOptions): Promise<SlackWorkspace> {
  const settings = settingsOf(options);
  const { team, bot, now } = settings;
  const hub = createChangeHub();
  const directory = createDirectory(team, options.users, options.userGroups);
  const mirror = createMirror(hub, now);
  const upstream = await startUpstream(team, directory.users(), bot);
  const base: MethodDeps = { upstream, directory, mirror, team, bot, lock: createKeyedLock(), now };
  const { front, sockets, faults, limits, deps } = wire(base, settings, hub, options.port ?? 0);
  const { deliveries } = deps;
  try {
    await seedChannels(base, options.channels);
    await front.open();
  } catch (error) {
    await upstream.close();
    throw error;
  }
  if (options.requestUrl) deliveries.deliverTo(options.requestUrl);

  return {
    ...createPeople(deps),
    ...createLooking(deps),
    ...identities(deps),
    ...records(deps, hub),
    apiUrl: `${front.origin()}/api/`,
    deliverTo: (urls) => deliveries.deliverTo(urls),
    limitRates: (mode) => limits.setMode(mode),
    faults,
    sockets: { count: sockets.count, disconnect: sockets.disconnect, cut: sockets.cut },
    close: once(async () => {
      await faults.clear();
      await sockets.close();
      await front.close();
      await deliveries.close();
      await upstream.close();
    }),
  };
}

function wire(
  base: MethodDeps,
  { bot, team, now, rateLimits, ackTimeoutMs }: Settings,
  hub: ChangeHub,
  port: number,
) {
  const views = createViewStore(hub, now, { teamId: team.id, appId: bot.appId, botId: bot.botId });
  const triggers = createTriggers(now);
  const log = createRequestLog(hub, now);
  const origin = () => front.origin();
  const sockets = createSocketMode(bot.appId, origin, hub);
  const { faults, plan } = createFaults(
    {
      open: () => front.open(),
      async close() {
        sockets.cut();
        await front.close();
      },
    },
    hub,
  );
  const responseUrls = createResponseUrls(base, origin);
  const openConnection = () => sockets.openConnection();
  const methods = createMethods({ ...base, views, triggers, origin, openConnection });
  const limits = createRateLimits(rateLimits, now);
  const front: Front = createFront(
    {
      faults: plan,
      log,
      call: createWebApi({ bot, methods, mirror: base.mirror, rateLimits: limits }),
      respond: (path, body) => responseUrls.take(path, body),
      upload: (path, contentType, body) => base.upstream.upload(path, contentType, body),
      upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
    },
    port,
  );
  const deliveries = createDeliveries({ bot, faults: plan, sockets, hub, now, ackTimeoutMs });
  const deps: PeopleDeps = { ...base, deliveries, triggers, views, responseUrls, log };
  return { front, sockets, faults, limits, deps };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

type Identities = Pick<
  SlackWorkspace,
  'teamId' | 'botUserId' | 'userId' | 'channelId' | 'userGroupId' | 'setUser' | 'setUserGroup'
>;

function identities(deps: PeopleDeps): Identities {
  const { directory, team, bot } = deps;
  return {
    teamId: team.id,
    botUserId: bot.userId,
    userId: (handle) => (handle === bot.handle ? bot.userId : directory.find(handle).id),
    channelId: (name) => findChannel(deps, name).id,
    userGroupId: (handle) => directory.findGroup(handle).id,
    setUser(handle, change) {
      Object.assign(directory.find(handle), change);
    },
    setUserGroup(handle, { members, disabled }) {
      const group = directory.findGroup(handle);
      if (members) group.members = members.map((member) => directory.find(member).id);
      if (disabled !== undefined) group.disabled = disabled;
    },
  };
}

type Records = Pick<
  SlackWorkspace,
  'requests' | 'requestCounts' | 'refusals' | 'warnings' | 'deliveries' | 'forget' | 'waitFor' | 'subscribe'
>;

function records(deps: PeopleDeps, hub: ChangeHub): Records {
  const { log, deliveries } = deps;
  const describe = () => describeState({ ...deps, context: textContext(deps) });
  return {
    requests: log.records,
    requestCounts: () => log.counts(),
    refusals: log.refusals,
    warnings: log.warnings,
    deliveries: deliveries.log,
    forget: () => log.clear(),
    waitFor: (look, options) => waitFor(hub, look, describe, options),
    subscribe: (listener) => hub.subscribe(listener),
  };
}
