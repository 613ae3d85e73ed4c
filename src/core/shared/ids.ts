declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: B };

/** `DR-YYYYMMDD-NNN`, counted per UTC day. */
export type IncidentId = Brand<string, 'IncidentId'>;
/** A human. One person may have several Slack accounts; a Slack user id is never a person. */
export type PersonId = Brand<string, 'PersonId'>;

const INCIDENT_ID = /^DR-\d{8}-\d{3,}$/;

export function isIncidentId(text: string): text is IncidentId {
  return INCIDENT_ID.test(text);
}

/** @param number from 1, counted within the day */
export function incidentId(day: Date, number: number): IncidentId {
  const date = day.toISOString().slice(0, 10).replaceAll('-', '');
  return `DR-${date}-${String(number).padStart(3, '0')}` as IncidentId;
}

export function personId(text: string): PersonId {
  return text as PersonId;
}
