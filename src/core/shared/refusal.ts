/**
 * Every "no" Lifeboat can say. The words for each are in `templates/messages/refusals.yaml`:
 * what is wrong, what did not happen, what to do.
 */
export const REFUSALS = [
  'person.unknown',
  'person.not_a_member',
  'person.roles_unreadable',
  'permission.missing',
  'permission.commander_only',
  'workspace.unknown',
  'workspace.not_connected',
  'form.too_late',
  'form.wrong',
  'form.text_missing',
  'button.unknown',
  'command.unknown',
  'command.bad_input',
  'command.needs_reason',
  'incident.not_found',
  'incident.none_here',
  'incident.not_open',
  'incident.not_proposed',
  'incident.already_declared',
  'incident.already_resolved',
  'incident.not_resolved',
  'incident.closed',
  'incident.private',
  'severity.unknown',
  'severity.same',
  'level.unknown',
  'region.unknown',
  'region.same',
  'role.unknown',
  'role.already_held',
  'role.not_held',
  'mark.unknown',
  'mark.bad_time',
  'mark.future',
  'status.empty',
  'status.already_paused',
  'status.not_paused',
  'status.pause_too_long',
  'rung.nothing_to_acknowledge',
  'ladder.at_the_top',
  'nudge.nothing_to_snooze',
  'link.bad_url',
  'invite.nobody',
  'pager.not_configured',
] as const;

export type RefusalCode = (typeof REFUSALS)[number];

/** An expected "no". `detail` fills the words of the refusal; it never holds a secret. */
export interface Refusal {
  refused: RefusalCode;
  detail: Record<string, string>;
}

export function refuse(code: RefusalCode, detail: Record<string, string> = {}): Refusal {
  return { refused: code, detail };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}
