/** Store holds a value that is replaced, never changed in place. Its `subscribe` is what Svelte and others expect of a store. */
export class Store<T> {
  private readonly watchers = new Set<(value: T) => void>();
  constructor(private value: T) {}

  readonly get = (): T => this.value;

  set(value: T): void {
    if (value === this.value) return;
    this.value = value;
    for (const f of [...this.watchers]) f(value);
  }

  /** subscribe calls `f` with the value, now and whenever it changes; the answer ends it. */
  readonly subscribe = (f: (value: T) => void): (() => void) => {
    this.watchers.add(f);
    f(this.value);
    return () => this.watchers.delete(f);
  };
}
