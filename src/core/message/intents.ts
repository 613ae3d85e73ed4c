/**
 * Where the buttons of messages lead, and what each must carry. A template with another intent, or with
 * other values, fails the load.
 */
export const INTENTS = {
  'declare.open': [],
  /** Declares what an alert proposed, as proposed. */
  'proposal.confirm': ['incident'],
  /** Opens the declaration form, filled in from the proposal. */
  'proposal.edit': ['incident'],
  'dismiss.open': ['incident'],
  'rung.acknowledge': ['incident'],
  'duty.take': ['incident', 'duty'],
  'status.open': ['incident'],
  'status.show': ['incident'],
  'resolve.open': ['incident'],
  'reopen.open': ['incident'],
  'severity.open': ['incident'],
  'note.open': ['incident'],
  'pause.open': ['incident'],
  'resume.now': ['incident'],
  'nudge.snooze': ['incident', 'nudge', 'minutes'],
  'timeline.show': ['incident'],
  'catchup.show': ['incident'],
  'list.show': [],
  'help.show': [],
  /** Goes on with a command for the incident that was chosen. */
  'incident.pick': ['incident', 'command'],
} as const satisfies Record<string, readonly string[]>;
