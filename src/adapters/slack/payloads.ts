import { z } from 'zod';
import type { Account } from '../../app/ports/chat.ts';
import type { SlackIdentity } from './identity.ts';

/** The fields we need of what Slack sends; everything else is ignored. */

const Team = z.object({ id: z.string(), enterprise_id: z.string().nullish() }).nullish();
const Enterprise = z.object({ id: z.string() }).nullish();
const User = z.object({ id: z.string().min(1), team_id: z.string().nullish() });
const Channel = z.object({ id: z.string() }).nullish();

/** What all interactions have; `team` is missing where the app serves a whole organisation. */
const interaction = { team: Team, enterprise: Enterprise, user: User };

export const CommandPayload = z.object({
  command: z.string(),
  text: z.string().default(''),
  user_id: z.string().min(1),
  team_id: z.string().nullish(),
  enterprise_id: z.string().nullish(),
  channel_id: z.string().min(1),
  trigger_id: z.string().min(1),
  response_url: z.url(),
});
export type CommandPayload = z.infer<typeof CommandPayload>;

export const ActionPayload = z.object({
  ...interaction,
  channel: Channel,
  container: z.object({ type: z.string().nullish(), channel_id: z.string().nullish() }).nullish(),
  view: z.object({ type: z.string(), app_installed_team_id: z.string().nullish() }).nullish(),
  trigger_id: z.string().nullish(),
  response_url: z.url().nullish(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        action_ts: z.string().default(''),
        value: z.string().nullish(),
        url: z.string().nullish(),
      }),
    )
    .min(1),
});
export type ActionPayload = z.infer<typeof ActionPayload>;

export const SubmissionPayload = z.object({
  ...interaction,
  view: z.looseObject({
    id: z.string().min(1),
    hash: z.string(),
    callback_id: z.string(),
    private_metadata: z.string(),
    app_installed_team_id: z.string().nullish(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), z.looseObject({}))) }),
  }),
});
export type SubmissionPayload = z.infer<typeof SubmissionPayload>;

const Attachment = z.object({
  title: z.string().nullish(),
  text: z.string().nullish(),
  fallback: z.string().nullish(),
});

export const ShortcutPayload = z.object({
  ...interaction,
  type: z.enum(['shortcut', 'message_action']),
  callback_id: z.string(),
  trigger_id: z.string().min(1),
  channel: Channel,
  response_url: z.url().nullish(),
  message: z
    .object({
      ts: z.string(),
      thread_ts: z.string().nullish(),
      text: z.string().nullish(),
      attachments: z.array(Attachment).nullish(),
    })
    .nullish(),
});
export type ShortcutPayload = z.infer<typeof ShortcutPayload>;

export const EventPayload = z.object({
  event_id: z.string().min(1),
  team_id: z.string().nullish(),
  enterprise_id: z.string().nullish(),
  authorizations: z
    .array(z.object({ team_id: z.string().nullish(), enterprise_id: z.string().nullish() }))
    .nullish(),
  event: z.looseObject({ type: z.string() }),
});
export type EventPayload = z.infer<typeof EventPayload>;

export const HomeOpened = z.object({ user: z.string().min(1), tab: z.string().nullish() });
export const ChannelGone = z.object({ channel: z.string().min(1), user: z.string().nullish() });
export const UserChanged = z.object({ user: z.unknown() });

/** Where a request says it comes from. */
export interface Origin {
  teams: (string | null | undefined)[];
  enterprises: (string | null | undefined)[];
}

export function originOfInteraction(payload: {
  team?: z.infer<typeof Team>;
  enterprise?: z.infer<typeof Enterprise>;
  view?: { app_installed_team_id?: string | null } | null;
}): Origin {
  return {
    teams: [payload.view?.app_installed_team_id ?? payload.team?.id],
    enterprises: [payload.enterprise?.id, payload.team?.enterprise_id],
  };
}

export function originOfEvent(payload: EventPayload): Origin {
  // In a channel shared with another organisation `team_id` may be theirs; the authorisation is ours.
  const ours = payload.authorizations ?? [];
  return {
    teams: ours.length > 0 ? ours.map((one) => one.team_id) : [payload.team_id],
    enterprises: [payload.enterprise_id, ...ours.map((one) => one.enterprise_id)],
  };
}

/** Whether a request is for our own installation: this workspace, or this organisation. */
export function isOurs(origin: Origin, us: SlackIdentity): boolean {
  if (us.isOrgInstall) return us.enterpriseId !== undefined && origin.enterprises.includes(us.enterpriseId);
  return origin.teams.includes(us.teamId);
}

/** The account of an interaction: of another workspace where the person comes from one. */
export function accountOf(
  payload: { team?: z.infer<typeof Team>; user: z.infer<typeof User> },
  us: SlackIdentity,
): Account {
  return { userId: payload.user.id, teamId: payload.user.team_id ?? payload.team?.id ?? us.teamId };
}
