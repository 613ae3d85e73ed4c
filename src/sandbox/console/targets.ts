import type { JsonObject } from '../slack/types.ts';

/** Where something that can be pressed stands. */
export type Place = { kind: 'message'; channel: string; ts: string } | { kind: 'view'; viewId: string };

/** Something that can be pressed or chosen from, with the number it is shown by. */
export interface Target {
  number: number;
  /** Whose screen it is on, by handle. */
  person: string;
  place: Place;
  element: JsonObject;
  label: string;
}

/** The numbers on the screen. */
export interface Targets {
  /** The number of an element; the same one as long as it is shown again unchanged. */
  add(target: Omit<Target, 'number'>): number;
  byNumber(number: number): Target | undefined;
  /** The newest with this label (any case); the beginning of the label is enough if no other fits whole. */
  byLabel(label: string, person: string): Target | undefined;
  all(person: string): Target[];
  /** Counts from 1 again. */
  clear(): void;
}

/** No numbers yet. */
export function createTargets(): Targets {
  let targets: Target[] = [];
  const lastOf = (fits: (target: Target) => boolean) => targets.findLast(fits);
  return {
    add(target) {
      const key = keyOf(target);
      const known = targets.find((one) => keyOf(one) === key);
      if (known) {
        // The newest stands last, so that its label wins.
        targets = [...targets.filter((one) => one !== known), { ...target, number: known.number }];
        return known.number;
      }
      const number = Math.max(0, ...targets.map((one) => one.number)) + 1;
      targets.push({ ...target, number });
      return number;
    },
    byNumber: (number) => lastOf((one) => one.number === number),
    byLabel(label, person) {
      const wanted = label.toLowerCase();
      const own = (fits: (text: string) => boolean) =>
        lastOf((one) => one.person === person && fits(one.label.toLowerCase()));
      return own((text) => text === wanted) ?? own((text) => text.startsWith(wanted));
    },
    all: (person) => targets.filter((one) => one.person === person),
    clear() {
      targets = [];
    },
  };
}

function keyOf({ person, place, element, label }: Omit<Target, 'number'>): string {
  return JSON.stringify([person, place, element.action_id, element.value ?? '', label]);
}
