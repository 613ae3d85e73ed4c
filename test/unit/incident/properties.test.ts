import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chain, protectedContent } from '../../../src/app/chain.ts';
import { decide } from '../../../src/core/incident/decide.ts';
import { effects } from '../../../src/core/incident/effects.ts';
import type { IncidentEventBody, RecordedEvent } from '../../../src/core/incident/events.ts';
import { evolve, fold } from '../../../src/core/incident/evolve.ts';
import { DUTIES, type Incident, NUDGES, type Phase } from '../../../src/core/incident/incident.ts';
import { wakeAt } from '../../../src/core/incident/timers.ts';
import { LIFEBOAT } from '../../../src/core/shared/actor.ts';
import { isRefusal } from '../../../src/core/shared/refusal.ts';
import { type Instant, msBetween, plus } from '../../../src/core/shared/time.ts';
import { GENESIS, verifyChain } from '../../../src/lib/hash-chain.ts';
import { aPolicy, ID, NOON, ofType } from '../../fixtures/incidents.ts';
import { type Ask, anyAsk, anyWait, lifeAsk } from '../../fixtures/random-commands.ts';

/** The incident, as the application would carry it along. */
interface World {
  state: Incident | undefined;
  events: RecordedEvent[];
  now: Instant;
}

/** What we know of the incident without looking into it. */
interface Model {
  phase: Phase | undefined;
  pages: number;
  called: Set<number>;
}

const policy = aPolicy();

const MAY_FOLLOW: Record<Phase | 'none', Phase[]> = {
  none: ['proposed', 'open'],
  proposed: ['open', 'dismissed'],
  open: ['resolved'],
  resolved: ['open', 'closed'],
  dismissed: ['closed'],
  closed: [],
};

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}

/** Commits what was decided, and checks each event on its way. */
function commit(model: Model, world: World, bodies: IncidentEventBody[], by: Pick<Ask, 'actor'>): void {
  const last = world.events.at(-1);
  const recorded = chain(
    ID,
    bodies.map((body) => ({ ...body, at: world.now, actor: by.actor })),
    { version: world.events.length, head: last?.hash ?? GENESIS },
  );
  for (const event of freeze(recorded)) {
    const before = world.state;
    const after = freeze(evolve(before, event, ID));
    checkStep(model, event, before, after);
    world.events.push(event);
    world.state = after;
  }
}

function checkStep(model: Model, event: RecordedEvent, before: Incident | undefined, after: Incident): void {
  if (after.phase !== model.phase) {
    expect(MAY_FOLLOW[model.phase ?? 'none']).toContain(after.phase);
    model.phase = after.phase;
  }
  if (event.type === 'rung_called') {
    // Each rung once, in order, on an open incident; by the clock never after an answer.
    expect(before?.phase).toBe('open');
    expect(event.data.index).toBe(model.called.size);
    model.called.add(event.data.index);
    if (event.data.by === 'timer') expect(before?.ladder.acknowledged).toBeUndefined();
  }
  if (event.type === 'duty_taken') expect(event.data.before).toEqual(before?.duties[event.data.duty]);
  if (event.type === 'refused' || event.type === 'message_undeliverable') {
    expect({ ...after, people: [], undeliverable: [], lastActivityAt: '', nudges: {} }).toEqual({
      ...before,
      people: [],
      undeliverable: [],
      lastActivityAt: '',
      nudges: {},
    });
  }
  if (event.type === 'refused') expect(after).toEqual(before);
  if (event.type === 'nudge_sent') expect(event.data.to).toBeDefined();
  checkEffects(model, event, after);
}

function checkEffects(model: Model, event: RecordedEvent, state: Incident): void {
  for (const effect of effects(event, state, policy, event.at)) {
    if (effect.kind === 'page') {
      model.pages += 1;
      expect(state.kind).toBe('real');
      expect(model.pages).toBe(1);
    }
    if (effect.kind === 'pager_note') expect(event.actor.kind).not.toBe('pagerduty');
    if (effect.kind !== 'post') continue;
    if (state.private) expect(effect.audience.to).not.toBe('broadcast');
    if (effect.message.id === 'nudge' || effect.message.id === 'rung-call') expect(state.phase).toBe('open');
    // Told once for each place, and never at the place that failed.
    if (event.type === 'message_undeliverable') {
      expect(event.data.where).not.toBe('channel');
      expect(event.data.first).toBe(true);
    }
    expect(event.type).not.toBe('refused');
  }
}

/** What holds whenever a command is done. */
function checkState(world: World): void {
  const { state, events } = world;
  if (!state) return;
  expect(fold(events, ID)).toEqual(state);
  for (const nudge of NUDGES)
    expect(state.nudges[nudge].sent).toBeLessThanOrEqual(state.nudgeRules[nudge].max);
  for (const duty of Object.keys(state.duties)) expect(DUTIES).toContain(duty);
  if (state.phase !== 'open') expect(wakeAt(state)).toBeUndefined();
  if (state.phase === 'open') expect(wakeAt(state)).toBeDefined();
}

function tick(model: Model, world: World): void {
  if (!world.state) return;
  const fire = () =>
    decide(world.state, { type: 'tick' }, { actor: LIFEBOAT, capabilities: [], policy, now: world.now });
  const decided = fire();
  if (isRefusal(decided)) throw new Error(decided.refused);
  if (world.state.phase !== 'open') expect(decided).toEqual([]);
  commit(model, world, decided, { actor: LIFEBOAT });
  // No busy loop: whatever had come due is done, and the next look is later than now.
  const next = wakeAt(world.state);
  expect(next === undefined || next > world.now).toBe(true);
  expect(fire()).toEqual([]);
  checkSlots(world);
}

/**
 * Counts the slots of the grid from the record alone, and compares with what was published: none lost, none
 * doubled, none invented.
 */
function checkSlots({ events, now }: World): void {
  const updates = ofType(events, 'status_published').map(({ data }) => data);
  const slots = updates.flatMap(({ slot }) => (slot ? [slot] : []));
  expect(slots).toEqual([...new Set(slots)].sort());
  const published = updates.reduce((sum, { slot, missed }) => sum + missed + (slot ? 1 : 0), 0);
  expect(published).toBe(slotsDue(events, now));
}

/** How many slots had to be told by now: on the grid, while open, and not while paused. */
function slotsDue(events: RecordedEvent[], now: Instant): number {
  let total = 0;
  let anchor: Instant | undefined;
  let everyMs = 0;
  /** Slots later than this one have not been counted; absent while none are due. */
  let from: Instant | undefined;
  let pausedUntil: Instant | undefined;
  const countTo = (until: Instant) => {
    if (pausedUntil !== undefined && pausedUntil <= until) {
      // The pause is over by itself: a slot at that very instant counts.
      from = plus(pausedUntil, -1);
      pausedUntil = undefined;
    }
    if (anchor === undefined || from === undefined) return;
    const passed = (at: Instant) => Math.max(0, Math.floor(msBetween(anchor as Instant, at) / everyMs));
    total += Math.max(0, passed(until) - passed(from));
    from = until;
  };
  for (const event of events) {
    countTo(event.at);
    switch (event.type) {
      case 'incident_declared':
        anchor = event.at;
        everyMs = event.data.everyMs;
        from = event.at;
        break;
      case 'severity_changed':
        everyMs = event.data.everyMs;
        break;
      case 'status_paused':
        from = undefined;
        pausedUntil = event.data.until;
        break;
      case 'status_resumed':
        from ??= event.at;
        pausedUntil = undefined;
        break;
      case 'incident_resolved':
        from = undefined;
        pausedUntil = undefined;
        break;
      case 'incident_reopened':
        from = event.at;
        break;
    }
  }
  countTo(now);
  return total;
}

type Move = fc.Command<Model, World>;

function asking(ask: Ask): Move {
  return {
    check: () => true,
    run(model, world) {
      const command = ask.command(world.now);
      const before = world.state;
      const decided = decide(before, command, { ...ask, policy, now: world.now });
      if (isRefusal(decided)) {
        expect(world.state).toBe(before);
        const isRecorded = before !== undefined && ask.actor.kind === 'person';
        const body = { type: 'refused' as const, data: { command: command.type, code: decided.refused } };
        if (isRecorded) commit(model, world, [body], ask);
      } else {
        commit(model, world, decided, ask);
      }
      checkState(world);
    },
    toString: () => JSON.stringify({ ...ask.command(NOON), by: ask.actor, may: ask.capabilities }),
  };
}

/** Lets time pass; the timer fires as it would, far too late, or not at all. */
function waiting({ ms, timer }: { ms: number; timer: 'punctual' | 'late' | 'dead' }): Move {
  return {
    check: () => true,
    run(model, world) {
      const until = plus(world.now, ms);
      for (let rounds = 0; timer === 'punctual' && world.state; rounds++) {
        expect(rounds).toBeLessThan(2000);
        const due = wakeAt(world.state);
        if (due === undefined || due > until) break;
        world.now = due > world.now ? due : world.now;
        tick(model, world);
      }
      world.now = until;
      if (timer === 'late') tick(model, world);
      checkState(world);
    },
    toString: () => `wait ${ms} ms, timer ${timer}`,
  };
}

const tickingNow: Move = {
  check: () => true,
  run(model, world) {
    tick(model, world);
    checkState(world);
  },
  toString: () => 'tick',
};

const moves = fc.commands(
  [
    anyAsk.map(asking),
    anyAsk.map(asking),
    lifeAsk.map(asking),
    lifeAsk.map(asking),
    fc
      .record({ ms: anyWait, timer: fc.constantFrom('punctual' as const, 'late' as const, 'dead' as const) })
      .map(waiting),
    fc.constant(tickingNow),
  ],
  { maxCommands: 60, size: 'max' },
);

/** Most stories begin with an incident: without one every command is refused. */
const opening: fc.Arbitrary<Ask | undefined> = fc
  .option(
    anyAsk.filter((ask) => ['declare', 'propose'].includes(ask.command(NOON).type)),
    { freq: 10 },
  )
  .map((ask) => ask ?? undefined);

test('any order of anything keeps what an incident promises', () => {
  fc.assert(
    fc.property(opening, moves, (first, story) => {
      const world: World = { state: undefined, events: [], now: NOON };
      const model: Model = { phase: undefined, pages: 0, called: new Set() };
      if (first) asking(first).run(model, world);

      fc.modelRun(() => ({ model, real: world }), story);

      tick(model, world);
      checkRecord(world.events);
    }),
    { numRuns: 250 },
  );
}, 60_000);

/** The record is a sound chain, also after a database has had it. */
function checkRecord(events: RecordedEvent[]): void {
  const stored = JSON.parse(JSON.stringify(events)) as RecordedEvent[];
  const verdict = verifyChain(
    stored.map((event) => ({ ...event, record: protectedContent(event as never) })),
  );
  expect(verdict).toMatchObject({ ok: true, count: events.length });
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(fold(stored, ID)).toEqual(fold(events, ID));
  for (const [index, event] of events.entries()) {
    expect(index === 0 || (events[index - 1] as RecordedEvent).at <= event.at).toBe(true);
  }
}
