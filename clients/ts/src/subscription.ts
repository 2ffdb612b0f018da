import type {Frame, Standing} from "./frames.ts";

/** Listener is told what happens in a channel, in order and each thing once. */
export interface Listener {
  /** The server has confirmed; what comes from now on is complete. `first` is false after a reconnect. */
  confirmed?(standing: Standing, first: boolean): void;
  frame(frame: Frame): void;
  /** Too much was missed to be shown one by one: read the history again. */
  discontinuity(standing: Standing): void;
  /** The server does not let the user subscribe, as `code` says. */
  refused?(code: string): void;
}

/** Subscription knows how far a channel has been seen, and drops what comes twice. */
export class Subscription {
  confirmed = false;
  /** The seq of the newest frame seen, or at which the channel stood; undefined before the first confirmation. */
  private seq: number | undefined;
  /** The frames of that seq: one event may have several (CH-827). */
  private readonly seen = new Set<string>();
  constructor(readonly channel: string, readonly listener: Listener) {}

  /** request is the frame that subscribes, or resumes where the channel was left (CH-824). */
  request(): object {
    this.confirmed = false;
    if (this.seq === undefined) return {channel_id: this.channel};
    // The frames of one event may have been cut apart by the end of a connection: that event is asked for again.
    return {channel_id: this.channel, after: this.seen.size ? this.seq - 1 : this.seq};
  }

  confirm(standing: Standing): void {
    const first = this.seq === undefined;
    this.confirmed = true;
    this.seq ??= standing.seq;
    this.listener.confirmed?.(standing, first);
  }

  restart(standing: Standing): void {
    this.seq = standing.seq;
    this.seen.clear();
    this.listener.discontinuity(standing);
  }

  /** take passes a frame on. It is false when frames are missing before it: the subscription must be made again. */
  take(frame: Frame): boolean {
    if (frame.seq === undefined || frame.event_id === undefined) {
      this.listener.frame(frame);
      return true;
    }
    if (!this.confirmed || this.seq === undefined || frame.seq < this.seq || this.seen.has(frame.event_id)) return true;
    if (frame.seq > this.seq + 1) return false;
    if (frame.seq > this.seq) this.seen.clear();
    else if (this.seen.size === 0) return true; // what was there at the confirmation
    this.seq = frame.seq;
    this.seen.add(frame.event_id);
    this.listener.frame(frame);
    return true;
  }
}
