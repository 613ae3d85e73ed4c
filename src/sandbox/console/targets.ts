import type { JsonObject } from '../slack/types.ts';

/** Where something that can be pressed stands. */
export type Place = { kind: 'message'; channel: string; ts: string } | { kind: 'view'; viewId: string };

/** Something that can be pressed or chosen from, with the number it is shown by. */
export interface Target {
  number: number;
  /** The only one who sees it, by handle; undefined when everybody in the channel does. */
  person: string | undefined;
  place: Place;
  element: JsonObject;
  label: string;
}

/** The numbers on the screen. */
export interface Targets {
  /** The number of an element; the same one as long as it is shown again unchanged. */
  add(target: Omit<Target, 'number'>): number;
  byNumber(number: number): Target | undefined;
  /** What this person could press, in the order it was shown last. */
  of(person: string): Target[];
  /** Counts from 1 again. */
  clear(): void;
}

/** No numbers yet. */
export function createTargets(): Targets {
  let targets: Target[] = [];
  return {
    add(target) {
      const key = keyOf(target);
      const known = targets.find((one) => keyOf(one) === key);
      const highest = Math.max(0, ...targets.map((one) => one.number));
      const number = known?.number ?? highest + 1;
      targets = [...targets.filter((one) => one !== known), { ...target, number }];
      return number;
    },
    byNumber: (number) => targets.find((one) => one.number === number),
    of: (person) => targets.filter((one) => one.person === undefined || one.person === person),
    clear() {
      targets = [];
    },
  };
}

// Without the element's action id: it counts positions, and a message that was edited has others.
function keyOf({ person, place, element, label }: Omit<Target, 'number'>): string {
  return JSON.stringify([person, place, element.value ?? element.action_id, label]);
}

/** The newest with this label (any case); the beginning of a label is enough if none fits whole. */
export function byLabel(targets: readonly Target[], label: string): Target | undefined {
  const wanted = label.toLowerCase();
  return (
    targets.findLast((one) => one.label.toLowerCase() === wanted) ??
    targets.findLast((one) => one.label.toLowerCase().startsWith(wanted))
  );
}
