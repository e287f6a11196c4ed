/** UUIDs in pure TypeScript: no crypto is at hand in the office's engine. */

import { isObject } from "./json";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Return a row's `_id` in lower case when it is a UUID in text form, else undefined. */
export function rowId(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length !== 36) return undefined;
  const lowered = value.toLowerCase();
  return UUID.test(lowered) ? lowered : undefined;
}

/** Return what stands in the brackets for a row: its `_id`, or its index when it has none. */
export function rowKey(row: unknown, index: number): string {
  return (isObject(row) ? rowId(row["_id"]) : undefined) ?? String(index);
}

/** Return the name-based UUID of RFC 9562, version 5. namespace: a UUID in text form. */
export function uuid5(namespace: string, name: string): string {
  const space = namespace.replaceAll("-", "");
  const bytes = Array.from({ length: 16 }, (_, i) => parseInt(space.slice(i * 2, i * 2 + 2), 16));
  const hash = sha1([...bytes, ...utf8(name)]).slice(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20, 32]
    .map((end, i, ends) => hex.slice(ends[i - 1] ?? 0, end))
    .join("-");
}

function utf8(text: string): number[] {
  const escaped = encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
  const bytes: number[] = [];
  for (let i = 0; i < escaped.length; i += 1) {
    const isByte = escaped[i] === "%";
    bytes.push(isByte ? parseInt(escaped.slice(i + 1, i + 3), 16) : escaped.charCodeAt(i));
    if (isByte) i += 2;
  }
  return bytes;
}

/** Return the SHA-1 of bytes (FIPS 180-4); only names are hashed, nothing secret. */
function sha1(message: number[]): number[] {
  const words = paddedWords(message);
  let state: Digest = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (let start = 0; start < words.length; start += 16) {
    const next = sha1Block(words.slice(start, start + 16), state);
    state = [
      (state[0] + next[0]) | 0,
      (state[1] + next[1]) | 0,
      (state[2] + next[2]) | 0,
      (state[3] + next[3]) | 0,
      (state[4] + next[4]) | 0,
    ];
  }
  return state.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 0xff));
}

type Digest = [number, number, number, number, number];

function paddedWords(message: number[]): number[] {
  const bytes = [...message, 0x80];
  while (bytes.length % 64 !== 56) bytes.push(0);
  const words: number[] = [];
  for (let i = 0; i < bytes.length; i += 4) {
    const at = (offset: number): number => bytes[i + offset] ?? 0;
    words.push((at(0) << 24) | (at(1) << 16) | (at(2) << 8) | at(3));
  }
  words.push(Math.floor((message.length * 8) / 2 ** 32), (message.length * 8) | 0);
  return words;
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

function sha1Block(block: number[], state: Digest): Digest {
  const w = [...block];
  let [a, b, c, d, e] = state;
  for (let i = 0; i < 80; i += 1) {
    if (i >= 16) {
      const mixed = (w[i - 3] ?? 0) ^ (w[i - 8] ?? 0) ^ (w[i - 14] ?? 0) ^ (w[i - 16] ?? 0);
      w.push(rotate(mixed, 1));
    }
    const [f, k] = sha1Round(i, b, c, d);
    const next = (rotate(a, 5) + f + e + k + (w[i] ?? 0)) | 0;
    [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
  }
  return [a, b, c, d, e];
}

function sha1Round(i: number, b: number, c: number, d: number): [number, number] {
  if (i < 20) return [(b & c) | (~b & d), 0x5a827999];
  if (i < 40) return [b ^ c ^ d, 0x6ed9eba1];
  if (i < 60) return [(b & c) | (b & d) | (c & d), 0x8f1bbcdc];
  return [b ^ c ^ d, 0xca62c1d6];
}
