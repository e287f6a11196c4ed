/** One call through the typed client, and its answer. */

import createClient from "openapi-fetch";

import type { Answer } from "./answer";
import { failure, success } from "./classify";
import type { paths } from "./schema.gen";
import { type Network, type Reply, Unanswered, exchange } from "./transport";

export interface ApiOptions {
  network: Network;
  /** Origin of the server, without a slash at the end. */
  base: string;
  token: string | null;
  /** Language of the messages, "id" or "en". */
  language: string;
}

type Client = ReturnType<typeof createClient<paths>>;
type Make = (client: Client) => Promise<unknown>;

export interface Caller {
  /** Return the whole reply of a success, else the answer that it is. sent_bytes: length of the body. */
  reply: (make: Make, sent_bytes?: number) => Promise<Reply | Answer<never>>;
  /** Return JSON of a shape that only our server sends. */
  json: <T>(isShape: (value: unknown) => boolean, make: Make, sent_bytes?: number) => Promise<Answer<T>>;
}

export function callerOf({ network, base, token, language }: ApiOptions): Caller {
  const headers: Record<string, string> = {
    "Accept-Language": language,
    ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
  };
  const reply = async (make: Make, sent_bytes = 0): Promise<Reply | Answer<never>> => {
    let got: Reply | undefined;
    const cut = new AbortController();
    const client = createClient<paths>({
      baseUrl: base,
      headers,
      // the phone keeps what it needs itself; cookies of the office's pages are not for it
      cache: "no-store",
      credentials: "omit",
      redirect: "manual",
      signal: cut.signal,
      // the reply travels past openapi-fetch, which would read it once more
      fetch: async (request) => {
        got = await exchange(network, request, cut, sent_bytes);
        return new Response(null, { status: 204 });
      },
    });
    try {
      await make(client);
    } catch (error) {
      return { kind: "offline", why: error instanceof Unanswered ? error.why : "network" };
    }
    if (got === undefined) return { kind: "offline", why: "network" };
    return failure(got) ?? got;
  };
  return {
    reply,
    json: async <T>(isShape: (value: unknown) => boolean, make: Make, sent_bytes = 0): Promise<Answer<T>> => {
      const got = await reply(make, sent_bytes);
      return "kind" in got ? got : success<T>(got, isShape);
    },
  };
}
