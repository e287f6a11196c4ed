/**
 * One request and its whole reply, within time. Throws Unanswered and NotOurServer, which client.ts
 * turns into answers.
 */

/** The network and the clock, as the browser has them or as a test makes them. */
export interface Network {
  fetch: (request: Request) => Promise<Response>;
  /** Call back after some milliseconds; returns the way to stop. */
  after: (ms: number, work: () => void) => () => void;
}

/** Until the first byte of the reply, once the request is out. */
const FIRST_BYTE_MS = 45_000;
/** Without any byte while the reply comes. */
const STALL_MS = 30_000;
/** What a slow phone network sends at least; 2G gives about 4 kB/s. */
const SLOWEST_BYTES_PER_MS = 3;
/** No reply of ours is longer; a portal that streams without end is cut. */
const LONGEST_REPLY_BYTES = 64 * 1024 * 1024;

/** No reply, or only a part of it: what became of a write is not known. */
export class Unanswered extends Error {
  constructor(readonly why: "network" | "timeout") {
    super(why);
  }
}

/** The whole reply, its body read. */
export interface Reply {
  status: number;
  headers: Headers;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Send a request and read its reply to the end. cut: of its signal; sent_bytes: length of its body. */
export async function exchange(
  network: Network,
  request: Request,
  cut: AbortController,
  sent_bytes: number,
): Promise<Reply> {
  let isLate = false;
  const late = (): void => {
    isLate = true;
    cut.abort();
  };
  let stop = network.after(FIRST_BYTE_MS + sent_bytes / SLOWEST_BYTES_PER_MS, late);
  const again = (): void => {
    stop();
    stop = network.after(STALL_MS, late);
  };
  try {
    const response = await abortable(network.fetch(request), cut.signal);
    again();
    const bytes = await readAll(response, cut.signal, again);
    return { status: response.status, headers: response.headers, bytes };
  } catch {
    throw new Unanswered(isLate ? "timeout" : "network");
  } finally {
    stop();
  }
}

/** A fetch that does not listen to its signal must not hang for ever. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(new Error("aborted"));
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

async function readAll(
  response: Response,
  signal: AbortSignal,
  progress: () => void,
): Promise<Uint8Array<ArrayBuffer>> {
  if (response.body === null) return new Uint8Array();
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await abortable(reader.read(), signal);
    if (done) break;
    progress();
    parts.push(value);
    length += value.length;
    if (length > LONGEST_REPLY_BYTES) {
      await reader.cancel();
      throw new Error("endless reply");
    }
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
