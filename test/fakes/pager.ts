import type { OnCallPerson, Page, Pager } from '../../src/app/ports/pager.ts';
import { createOutages, type Outages } from './outages.ts';

export interface FakePagerIncident {
  id: string;
  dedupKey?: string;
  status: 'triggered' | 'acknowledged' | 'resolved';
  notes: string[];
}

/** A paging service that keeps its incidents, and can be in trouble. */
export interface FakePager extends Pager {
  outages: Outages;
  pages: Page[];
  incidents: FakePagerIncident[];
  /** While true, pages are accepted and no incident appears yet. */
  isSlow: boolean;
  people: OnCallPerson[];
  /** Adds an incident that the pager opened itself. */
  addIncident(id: string): FakePagerIncident;
}

export function createFakePager(): FakePager {
  const outages = createOutages('pagerduty');
  const { call } = outages;
  const pages: Page[] = [];
  const incidents: FakePagerIncident[] = [];

  function byKey(dedupKey: string): FakePagerIncident | undefined {
    return incidents.find((incident) => incident.dedupKey === dedupKey);
  }

  function addIncident(id: string, dedupKey?: string): FakePagerIncident {
    const incident: FakePagerIncident = {
      id,
      ...(dedupKey ? { dedupKey } : {}),
      status: 'triggered',
      notes: [],
    };
    incidents.push(incident);
    return incident;
  }

  function byId(id: string): FakePagerIncident {
    const incident = incidents.find((known) => known.id === id);
    if (!incident) throw new Error(`the pager knows no incident ${id}`);
    return incident;
  }

  return {
    outages,
    pages,
    incidents,
    isSlow: false,
    people: [],
    addIncident: (id) => addIncident(id),
    trigger(page) {
      return call('trigger', () => {
        if (!pages.some(({ dedupKey }) => dedupKey === page.dedupKey)) pages.push(page);
        if (!this.isSlow && !byKey(page.dedupKey)) addIncident(`P${pages.length}OWN`, page.dedupKey);
      });
    },
    acknowledge: (dedupKey) =>
      call('acknowledge', () => {
        const incident = byKey(dedupKey);
        if (incident) incident.status = 'acknowledged';
      }),
    resolve: (dedupKey) =>
      call('resolve', () => {
        const incident = byKey(dedupKey);
        if (incident) incident.status = 'resolved';
      }),
    findIncident: (dedupKey) => call('findIncident', () => byKey(dedupKey)?.id),
    addNote: (id, text) =>
      call('addNote', () => {
        byId(id).notes.push(text);
      }),
    hasNote: (id, marker) => call('hasNote', () => byId(id).notes.some((note) => note.includes(marker))),
    resolveIncident: (id) =>
      call('resolveIncident', () => {
        byId(id).status = 'resolved';
      }),
    acknowledgeIncident: (id) =>
      call('acknowledgeIncident', () => {
        byId(id).status = 'acknowledged';
      }),
    onCall() {
      return call('onCall', () => this.people);
    },
    ping: () => call('ping', () => undefined),
  };
}
