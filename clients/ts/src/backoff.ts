/** Backoff draws growing pauses with full jitter, so that many clients do not come back at once. */
export class Backoff {
  private tries = 0;
  constructor(
    private readonly first = 250,
    private readonly most = 10_000,
    private readonly random: () => number = Math.random,
  ) {}

  /** next is how many milliseconds to wait: at least `first` / 2, at most `most`. */
  next(): number {
    const bound = Math.min(this.most, this.first * 2 ** this.tries++);
    return this.first / 2 + this.random() * (bound - this.first / 2);
  }

  reset(): void {
    this.tries = 0;
  }
}
