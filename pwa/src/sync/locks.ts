/** One sender among all tabs and the service worker: Web Locks, else a lease in IndexedDB. */

import type { SyncPort } from "../store/port";

const NAME = "cerdas-sync";
const LEASE_MS = 20_000;
const RENEW_MS = 5_000;
const RETRY_MS = 1_500;

type Alone = <T>(work: (isHeld: () => boolean) => Promise<T>) => Promise<T>;

/** Wait for the browser's lock; it ends with the tab that holds it. */
export function webLock(locks: LockManager): Alone {
  return async <T>(work: (isHeld: () => boolean) => Promise<T>): Promise<T> =>
    locks.request(NAME, () => work(() => true));
}

export interface LeaseClock {
  now: () => number;
  after: (ms: number, work: () => void) => () => void;
}

/**
 * A lease for browsers without Web Locks. It is renewed while the work runs; a tab that was killed
 * leaves it to run out. Two holders at once do no harm: the server applies each operation once.
 */
export function leaseLock(port: SyncPort, clock: LeaseClock, holder: string): Alone {
  const take = (): Promise<boolean> => {
    const now = clock.now();
    return port.leaseTake({ holder, now, until: now + LEASE_MS });
  };
  const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));
  return async (work) => {
    while (!(await take())) await pause(RETRY_MS);
    let until = clock.now() + LEASE_MS;
    let stop: () => void = () => undefined;
    const renew = (): void => {
      stop = clock.after(RENEW_MS, () => {
        void take().then(
          (isMine) => {
            if (!isMine) return;
            until = clock.now() + LEASE_MS;
            renew();
          },
          () => undefined,
        );
      });
    };
    renew();
    try {
      return await work(() => clock.now() < until);
    } finally {
      stop();
      until = 0;
      await port.leaseEnd(holder).catch(() => undefined);
    }
  };
}
