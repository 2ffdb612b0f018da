import {Backoff} from "./backoff.ts";
import {temporary} from "./errors.ts";

/** insist repeats a call that changes nothing until it succeeds; a refusal that another try would not change is thrown. */
export async function insist<T>(call: () => Promise<T>, signal: AbortSignal, backoff = new Backoff()): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (fault) {
      if (signal.aborted || !temporary(fault)) throw fault;
      await new Promise((done) => setTimeout(done, backoff.next()));
      signal.throwIfAborted();
    }
  }
}
