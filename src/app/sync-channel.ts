import { createHash } from 'node:crypto';
import { channelName } from '../core/incident/channel-name.ts';
import type { Incident } from '../core/incident/incident.ts';
import type { Policy } from '../core/incident/policy.ts';
import { viewIncident } from '../core/incident/view.ts';
import type { IncidentView } from '../core/message/variables.ts';
import { LIFEBOAT } from '../core/shared/actor.ts';
import type { IncidentId } from '../core/shared/ids.ts';
import { UpstreamError } from '../core/shared/upstream-error.ts';
import type { CrashPoint } from './crash-point.ts';
import type { DecideIncident } from './decide-incident.ts';
import type { Catalogue } from './ports/catalogue.ts';
import type { Chat } from './ports/chat.ts';
import type { ChannelNotes, IncidentStore, NotesStore } from './ports/store.ts';

const NAME_ATTEMPTS = 20;

export interface SyncChannelDeps {
  chat: Chat;
  catalogue: Catalogue;
  store: IncidentStore;
  notes: NotesStore;
  decide: DecideIncident;
  policy: Policy;
  channels: { pattern: string; bookmarks: { title: string; url: string }[] };
  log: { warn(fields: object, text: string): void };
  crashPoint?: CrashPoint;
}

type Save = (patch: ChannelNotes) => Promise<void>;

/**
 * Makes the incident's channel show what is true: it exists, its topic and pinned card tell the present
 * state, its bookmarks are there. It compares and does only what is missing, so it may run at any
 * time, twice, or after a crash at any line.
 */
export function createSyncChannel(
  deps: SyncChannelDeps,
): (incidentId: IncidentId, screenId?: string) => Promise<void> {
  const { store, notes, chat, catalogue } = deps;

  return async (incidentId, screenId) => {
    const stored = await store.load(incidentId);
    if (!stored || stored.incident.channel?.archived) return;
    let known = currentNotes(await notes.channelNotes(incidentId), stored.incident);
    let saved: Promise<void> = Promise.resolve();
    const save: Save = (patch) => {
      known = { ...known, ...patch };
      const all = known;
      // One after the other: the parts work side by side, and what is older must never be written last.
      saved = saved.catch(() => undefined).then(() => notes.saveChannelNotes(incidentId, all));
      return saved;
    };
    let incident = stored.incident;
    if (!incident.channel) {
      try {
        incident = await openChannel(deps, incident, known, save);
      } catch (error) {
        if (screenId) await showTrouble(deps, incident, screenId, error);
        throw error;
      }
    }
    const view = viewIncident(incident, deps.policy, await store.now());
    await allOf(
      [
        () => syncCard(deps, view, known, save),
        () => syncTopic(deps, view, known, save),
        () => syncBookmarks(deps, view, known, save),
        async () => {
          if (!screenId) return;
          const message = catalogue.render('declare-ready', { incident: view });
          await chat.updateScreen(screenId, { title: incidentId, message, close: 'Close' });
        },
      ],
      deps.log,
    );
  };
}

async function openChannel(
  deps: SyncChannelDeps,
  incident: Incident,
  known: ChannelNotes,
  save: Save,
): Promise<Incident> {
  const { chat, channels, store, decide } = deps;
  let channel = await channelOfEarlierAttempt(deps, incident.id, known);
  for (let attempt = 1; !channel && attempt <= NAME_ATTEMPTS; attempt++) {
    const name = channelName(channels.pattern, incident, attempt);
    await save({ wantedName: name, wantedAt: await store.now() });
    try {
      channel = await chat.createChannel(name, incident.private);
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.code !== 'name_taken') throw error;
    }
  }
  if (!channel) throw new UpstreamError('slack', 'no_free_channel_name', { retry: 'safe' });
  await deps.crashPoint?.('channel.after_create');
  const outcome = await decide({
    key: `channel:${incident.id}:${channel.id}`,
    id: incident.id,
    command: { type: 'record_channel', channelId: channel.id, name: channel.name },
    actor: LIFEBOAT,
    capabilities: [],
  });
  if (outcome.kind === 'refused') throw new Error(`${incident.id}: ${outcome.refusal.refused}`);
  await save({ channelId: channel.id });
  return outcome.stored.incident;
}

/** What is known of a channel that was archived over our heads says nothing of the next one. */
function currentNotes(known: ChannelNotes, incident: Incident): ChannelNotes {
  return known.channelId === undefined || known.channelId === incident.channel?.id ? known : {};
}

/** A channel that was asked for and made, while the answer never reached us. */
async function channelOfEarlierAttempt(deps: SyncChannelDeps, id: IncidentId, known: ChannelNotes) {
  if (!known.wantedName || !known.wantedAt) return undefined;
  const found = await deps.chat.findOwnChannel(known.wantedName, known.wantedAt);
  const owner = found && (await deps.store.byChannel(found.id));
  // Another incident of the same name may have been faster.
  return owner && owner.incident.id !== id ? undefined : found;
}

async function syncCard(deps: SyncChannelDeps, view: IncidentView, known: ChannelNotes, save: Save) {
  const { chat, catalogue, store } = deps;
  const channel = view.channelId as string;
  const card = catalogue.render('card', { incident: view });
  const cardHash = createHash('sha256')
    .update(JSON.stringify({ ...view, asOf: '', elapsedMs: 0, rtoLeftMs: 0 }))
    .digest('hex');
  const key = `${view.id}:card`;
  let cardTs = known.cardTs;
  if (!cardTs && known.cardWantedAt) {
    // Asked for before, while the answer never reached us.
    cardTs = (await chat.findPosted(channel, key, known.cardWantedAt))?.ts;
  }
  if (!cardTs) {
    await save({ cardWantedAt: await store.now() });
    cardTs = (await chat.post(channel, card, key)).ts;
    await deps.crashPoint?.('card.after_post');
    await save({ cardTs, cardHash });
  } else if (known.cardHash !== cardHash) {
    await chat.update(channel, cardTs, card);
    await save({ cardTs, cardHash });
  }
  if (known.pinned) return;
  await chat.pin(channel, cardTs);
  await save({ pinned: true });
}

async function syncTopic(deps: SyncChannelDeps, view: IncidentView, known: ChannelNotes, save: Save) {
  const topic = deps.catalogue.render('topic', { incident: view }).text;
  if (known.topic === topic) return;
  await deps.chat.setTopic(view.channelId as string, topic);
  await save({ topic });
}

async function syncBookmarks(deps: SyncChannelDeps, view: IncidentView, known: ChannelNotes, save: Save) {
  const wanted = [...deps.channels.bookmarks, ...view.links];
  const done = [...(known.bookmarks ?? [])];
  const missing = wanted.filter(({ url }) => !done.includes(url));
  if (missing.length === 0) return;
  const channel = view.channelId as string;
  // Adding twice makes two: look first.
  const there = (await deps.chat.bookmarks(channel)).map(({ url }) => url);
  for (const bookmark of missing) {
    if (!there.includes(bookmark.url)) await addBookmark(deps, channel, bookmark);
    done.push(bookmark.url);
    await save({ bookmarks: [...done] });
  }
}

/** One that Slack does not take is left out for good; the others still come. */
async function addBookmark(deps: SyncChannelDeps, channel: string, bookmark: { title: string; url: string }) {
  try {
    await deps.chat.addBookmark(channel, bookmark);
  } catch (err) {
    if (!(err instanceof UpstreamError) || err.retry !== 'never') throw err;
    deps.log.warn({ err, channel }, 'a bookmark was refused for good');
  }
}

async function showTrouble(deps: SyncChannelDeps, incident: Incident, screenId: string, error: unknown) {
  const problem = error instanceof UpstreamError ? error.code : 'internal_error';
  const view = viewIncident(incident, deps.policy, await deps.store.now());
  const message = deps.catalogue.render('declare-trouble', { incident: view, problem });
  try {
    await deps.chat.updateScreen(screenId, { title: incident.id, message, close: 'Close' });
  } catch (trouble) {
    deps.log.warn({ incidentId: incident.id, err: trouble }, 'could not show the trouble in the form');
  }
}

/**
 * Does all parts side by side: one that fails never stops the others. What Slack refuses for good
 * is logged and left; the rest is thrown, so that the job comes back for it.
 */
async function allOf(parts: (() => Promise<void>)[], log: SyncChannelDeps['log']): Promise<void> {
  const results = await Promise.allSettled(parts.map((part) => part()));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  const lasting = failures.filter((error) => error instanceof UpstreamError && error.retry === 'never');
  for (const err of lasting) log.warn({ err }, 'a part of the channel was refused for good');
  const passing = failures.find((error) => !lasting.includes(error));
  if (passing) throw passing;
}
