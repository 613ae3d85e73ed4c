import { z } from 'zod';
import { Duration, PositiveDuration } from './duration.ts';
import { COMMANDER_ROLE } from './people.ts';
import { LevelId } from './severity.ts';
import { Line, RoleName, WebUrl } from './words.ts';

/** Slack allows 80; four are kept for the suffix of a name that is taken. */
export const CHANNEL_FRAME_MAX = 76;

/**
 * What a channel pattern may hold in braces, with the room each needs at least. `date` is YYYYMMDD,
 * `number` the incident's count of that day; `slug` is cut to what is left.
 */
export const CHANNEL_PLACEHOLDERS = { date: 8, slug: 1, number: 3, severity: 5, kind: 11 };

const CHANNEL = /^(?:[CG][A-Z0-9]{6,}|#?[\p{Ll}\p{Lo}\p{N}_-]{1,80})$/u;

/** `#name`, or a channel id. A name without its # is accepted. */
const Channel = z
  .custom<string>((value) => typeof value === 'string' && CHANNEL.test(value), {
    error:
      "expected a channel such as '#ops' (lower case, in quotes: YAML drops a bare # as a comment) or C0123ABCD",
    // An abort would silence the checks of the whole document.
    abort: false,
  })
  .transform((text) => (/^[CG#]/.test(text) ? text : `#${text}`));

export const Channels = z
  .strictObject({
    pattern: z.string().default('dr-{date}-{slug}'),
    /** Every incident gets a private channel. */
    private: z.boolean().default(false),
    /** Disaster levels whose incidents get a private channel. */
    privateFor: z.array(LevelId).default(['complete_compromise']),
    broadcast: z.array(Channel).prefault([]),
    inviteRoles: z.array(RoleName).default([COMMANDER_ROLE]),
    bookmarks: z.array(z.strictObject({ title: Line, url: WebUrl })).default([]),
  })
  .prefault({});

export const Status = z
  .strictObject({
    /** Milliseconds between updates, where the severity says nothing else. */
    cadence: PositiveDuration.prefault('15m'),
    /** Updates also go to the broadcast channels. */
    broadcast: z.boolean().default(true),
    /** An update also goes out at each change of phase. */
    phaseChanges: z.boolean().default(true),
    /** Longest time that updates may be paused, in milliseconds. */
    maxPause: PositiveDuration.prefault('2h'),
  })
  .prefault({});

/** Who is called when nobody has answered `after` the declaration. */
export const Rung = z.strictObject({
  after: Duration,
  roles: z.array(RoleName).min(1, { error: 'expected at least one role' }),
  title: Line.optional(),
});

export const DEFAULT_LADDER: z.input<typeof Rung>[] = [{ after: '0m', roles: [COMMANDER_ROLE] }];

function nudge(after: string, every: string) {
  return z
    .strictObject({
      /** Silence before the first nudge, in milliseconds. */
      after: PositiveDuration.prefault(after),
      /** Pause between nudges, in milliseconds. */
      every: PositiveDuration.prefault(every),
      /** How many at most; 0 is none. */
      max: z.int().min(0).max(20).default(3),
    })
    .prefault({});
}

/** Private reminders to the person in charge. */
export const Nudges = z
  .strictObject({
    noCommander: nudge('5m', '10m'),
    noUpdate: nudge('30m', '30m'),
    stale: nudge('2h', '2h'),
  })
  .prefault({});

export const StatusPage = z.strictObject({ url: WebUrl, title: Line.optional() });

/** What is due after an incident. */
export const Reports = z
  .strictObject({
    /** Where signed reports are kept. */
    archive: z.string().min(1).optional(),
    /** The review meeting is held within, in milliseconds. */
    meetingWithin: PositiveDuration.prefault('48h'),
    /** The written review is finished within, in milliseconds. */
    documentWithin: PositiveDuration.prefault('7d'),
  })
  .prefault({});
