/** Refusal is the server's answer to a request that it does not carry out. Switch on `code`, never on `message`. */
export class Refusal extends Error {
  override name = "Refusal";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Milliseconds to wait before another try, 0 when the server names none. */
    readonly retryAfter = 0,
  ) {
    super(message);
  }

  /** Whether the same request may succeed later: the server is busy, starting, or out of reach of its store. */
  get temporary(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

/** temporary tells whether a failed request is worth another try: a connection that broke is. */
export function temporary(fault: unknown): boolean {
  return !(fault instanceof Refusal) || fault.temporary;
}
