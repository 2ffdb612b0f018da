/** Times in milliseconds (CH-702). */
const signalEvery = 3_000;
const shownFor = 6_000;

/** Typist is somebody who writes just now. */
export interface Typist {
  readonly user: string;
  readonly name: string;
}

/** Typists are those who write; each is forgotten some time after the last signal. */
export class Typists {
  list: readonly Typist[] = [];
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  constructor(private readonly changed: () => void) {}

  signal(user: string, name: string): void {
    clearTimeout(this.timers.get(user));
    this.timers.set(user, setTimeout(() => this.end(user), shownFor));
    if (this.list.some((t) => t.user === user)) return;
    this.list = [...this.list, {user, name}];
    this.changed();
  }

  end(user: string): void {
    if (!this.timers.has(user)) return;
    clearTimeout(this.timers.get(user));
    this.timers.delete(user);
    this.list = this.list.filter((t) => t.user !== user);
    this.changed();
  }

  clear(): void {
    for (const user of [...this.timers.keys()]) this.end(user);
  }
}

/** Throttle lets a signal pass at most every 3 s. */
export class Throttle {
  private last = -Infinity;
  constructor(private readonly signal: () => void) {}

  /** hit is called at every key stroke. */
  hit(): void {
    const now = Date.now();
    if (now - this.last < signalEvery) return;
    this.last = now;
    this.signal();
  }

  /** rest lets the next signal pass: the text was sent. */
  rest(): void {
    this.last = -Infinity;
  }
}
