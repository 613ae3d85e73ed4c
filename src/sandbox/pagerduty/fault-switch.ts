import type { Fault } from './types.ts';

/** Decides which request goes wrong, and how. The fault set last is asked first. */
export function createFaultSwitch() {
  let faults: Fault[] = [];

  return {
    set(fault: Fault): void {
      faults = [{ ...fault }, ...faults];
    },

    clear(): void {
      faults = [];
    },

    /** The fault that hits this request, if any; counts it. */
    take(api: 'rest' | 'events', method: string, path: string): Fault | undefined {
      const fault = faults.find(
        (one) =>
          (one.api === undefined || one.api === api) &&
          (one.method === undefined || one.method === method) &&
          (one.path === undefined || path.includes(one.path)),
      );
      if (fault?.times !== undefined) {
        fault.times -= 1;
        if (fault.times <= 0) faults = faults.filter((one) => one !== fault);
      }
      return fault;
    },
  };
}
