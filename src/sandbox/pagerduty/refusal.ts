/** An answer of PagerDuty's other than success. */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`refused with ${status}`);
    this.name = 'ApiRefusal';
    this.status = status;
    this.body = body;
  }
}

/** In the form of the REST API. `number` is PagerDuty's own error number. */
export function refuse(status: number, number: number, message: string, errors?: string[]): never {
  throw new ApiRefusal(status, { error: { message, code: number, ...(errors ? { errors } : {}) } });
}

/** In the form of the Events API. */
export function refuseEvent(errors: string[]): never {
  throw new ApiRefusal(400, { status: 'invalid event', message: 'Event object is invalid', errors });
}
