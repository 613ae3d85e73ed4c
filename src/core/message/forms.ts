import type { MessageId } from './messages.ts';

/** The messages that are forms, with the fields that each needs words for. */
export const FORM_FIELDS = {
  'declare-form': ['what', 'severity', 'level', 'from', 'to', 'kind', 'private'],
  'status-form': ['situation', 'actions', 'needs'],
  'resolve-form': ['summary'],
  'reopen-form': ['reason'],
  'severity-form': ['severity', 'reason'],
  'note-form': ['text'],
  'pause-form': ['minutes', 'reason'],
  'dismiss-form': ['reason'],
} as const satisfies Partial<Record<MessageId, readonly string[]>>;

/** The choices that are the same everywhere and so need words; others are named by the profile. */
export const FORM_OPTIONS: Partial<Record<FormId, Record<string, readonly string[]>>> = {
  'declare-form': { kind: ['real', 'drill', 'gameday', 'tabletop', 'maintenance'], private: ['private'] },
  'pause-form': { minutes: ['15', '30', '60', '120'] },
};

export type FormId = keyof typeof FORM_FIELDS;

export function isFormId(id: string): id is FormId {
  return Object.hasOwn(FORM_FIELDS, id);
}
