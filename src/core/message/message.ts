/**
 * A message as people see it, free of any chat platform. Text is Slack's mrkdwn with all user text
 * already escaped; the adapter cuts it to the platform's limits and says where it did.
 */
export interface Message {
  /** What a notification and a screen reader say. Always present. */
  text: string;
  blocks: Block[];
}

export type Block =
  | { kind: 'title'; text: string }
  /** `keep`: which end stays when it is too long to be shown; the start, unless said otherwise. */
  | { kind: 'text'; text: string; keep?: 'start' | 'end' }
  | { kind: 'facts'; facts: { label: string; value: string }[] }
  | { kind: 'note'; text: string }
  | { kind: 'divider' }
  | { kind: 'buttons'; buttons: Button[] };

/** Carries an intent and ids, never state: what it means is read again from the store. */
export interface Button {
  label: string;
  intent: string;
  value: Record<string, string>;
  style?: 'primary' | 'danger';
  confirm?: { title: string; text: string; confirm: string; deny: string };
  url?: string;
  /** What a screen reader says where the label alone is not enough. */
  describe?: string;
}

/** The words of a form; its fields' kinds and choices come from the command. */
export interface FormWords {
  title: string;
  submit: string;
  close: string;
  /** What stands above the fields: consequences, warnings. */
  intro: Block[];
  fields: Record<string, FieldWords>;
}

export interface FieldWords {
  label: string;
  hint?: string;
  placeholder?: string;
  /** What the choices are called, where they are the same for every organisation. */
  options?: Record<string, string>;
}
