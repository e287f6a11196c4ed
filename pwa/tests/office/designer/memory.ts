/** A browser's storage with little room. */

export class Memory implements Storage {
  [name: string]: unknown;
  private readonly held = new Map<string, string>();

  constructor(private readonly room = 400) {}

  get length(): number { return this.held.size; }
  key(index: number): string | null { return [...this.held.keys()][index] ?? null; }
  getItem(key: string): string | null { return this.held.get(key) ?? null; }
  removeItem(key: string): void { this.held.delete(key); }
  clear(): void { this.held.clear(); }
  setItem(key: string, value: string): void {
    if (value.length > this.room) throw new DOMException("full", "QuotaExceededError");
    this.held.set(key, value);
  }
}
