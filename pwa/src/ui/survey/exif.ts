/**
 * The position in a JPEG's EXIF: read from the camera's file, written into the smaller copy.
 *
 * Drawing on a canvas drops all EXIF; only the position comes back, and only where the form wants it.
 * Source: Exif 2.32, "GPS attribute information"; TIFF 6.0, section 2.
 */

/** Degrees in WGS 84; altitude in metres. */
export interface PhotoPosition {
  lat: number;
  lon: number;
}

const SOI = 0xffd8;
const APP1 = 0xffe1;
const SOS = 0xffda;
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const GPS_POINTER = 0x8825;
const LAT_REF = 1;
const LAT = 2;
const LON_REF = 3;
const LON = 4;
const ASCII = 2;
const LONG = 4;
const RATIONAL = 5;
const BYTE = 1;

/** Return the position that a JPEG says it was taken at, undefined without one. */
export function positionOf(bytes: Uint8Array): PhotoPosition | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const start = exifStart(view);
    return start === undefined ? undefined : gpsOf(view, start);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // the file ends early
    throw error;
  }
}

/** Return where the TIFF header of the EXIF segment begins. */
function exifStart(view: DataView): number | undefined {
  if (view.getUint16(0) !== SOI) return undefined;
  for (let at = 2; at + 4 <= view.byteLength; ) {
    const marker = view.getUint16(at);
    const size = view.getUint16(at + 2);
    if (marker === SOS || marker >> 8 !== 0xff || size < 2) return undefined;
    if (marker === APP1 && EXIF.every((byte, index) => view.getUint8(at + 4 + index) === byte)) {
      return at + 4 + EXIF.length;
    }
    at += 2 + size;
  }
  return undefined;
}

interface Entry {
  type: number;
  count: number;
  /** Where the four bytes of the value, or of the pointer to it, stand. */
  at: number;
}

function gpsOf(view: DataView, start: number): PhotoPosition | undefined {
  const little = view.getUint16(start) === 0x4949;
  const first = directory(view, start, view.getUint32(start + 4, little), little);
  const pointer = first.get(GPS_POINTER);
  if (pointer === undefined) return undefined;
  const gps = directory(view, start, view.getUint32(pointer.at, little), little);
  const lat = degrees(view, start, gps.get(LAT), gps.get(LAT_REF), little);
  const lon = degrees(view, start, gps.get(LON), gps.get(LON_REF), little);
  if (lat === undefined || lon === undefined) return undefined;
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : undefined;
}

function directory(view: DataView, start: number, offset: number, little: boolean): Map<number, Entry> {
  const entries = new Map<number, Entry>();
  const count = view.getUint16(start + offset, little);
  for (let index = 0; index < count; index += 1) {
    const at = start + offset + 2 + index * 12;
    entries.set(view.getUint16(at, little), {
      type: view.getUint16(at + 2, little),
      count: view.getUint32(at + 4, little),
      at: at + 8,
    });
  }
  return entries;
}

function degrees(
  view: DataView,
  start: number,
  value: Entry | undefined,
  reference: Entry | undefined,
  little: boolean,
): number | undefined {
  if (value?.type !== RATIONAL || value.count !== 3 || reference === undefined) return undefined;
  const at = start + view.getUint32(value.at, little);
  const part = (index: number): number =>
    view.getUint32(at + index * 8, little) / view.getUint32(at + index * 8 + 4, little);
  const size = part(0) + part(1) / 60 + part(2) / 3600;
  if (!Number.isFinite(size)) return undefined;
  const letter = String.fromCharCode(view.getUint8(reference.at));
  return letter === "S" || letter === "W" ? -size : size;
}

/** Return a JPEG with a position in an EXIF segment of its own, right after its start. */
export function withPosition(jpeg: Uint8Array, position: PhotoPosition): Uint8Array {
  const segment = segmentOf(position);
  const result = new Uint8Array(jpeg.length + segment.length);
  result.set(jpeg.subarray(0, 2));
  result.set(segment, 2);
  result.set(jpeg.subarray(2), 2 + segment.length);
  return result;
}

/** TIFF, big endian: IFD0 with the pointer at 8, the GPS directory at 26, its rationals at 92. */
function segmentOf({ lat, lon }: PhotoPosition): Uint8Array {
  const ifd0 = 8;
  const gps = ifd0 + 2 + 12 + 4;
  const rationals = gps + 2 + 5 * 12 + 4;
  const tiff = new DataView(new ArrayBuffer(rationals + 48));
  tiff.setUint16(0, 0x4d4d);
  tiff.setUint16(2, 42);
  tiff.setUint32(4, ifd0);
  tiff.setUint16(ifd0, 1);
  entry(tiff, ifd0 + 2, GPS_POINTER, LONG, 1, gps);
  tiff.setUint16(gps, 5);
  entry(tiff, gps + 2, 0, BYTE, 4, 0x02030000);
  entry(tiff, gps + 14, LAT_REF, ASCII, 2, (lat < 0 ? 0x53 : 0x4e) << 24);
  entry(tiff, gps + 26, LAT, RATIONAL, 3, rationals);
  entry(tiff, gps + 38, LON_REF, ASCII, 2, (lon < 0 ? 0x57 : 0x45) << 24);
  entry(tiff, gps + 50, LON, RATIONAL, 3, rationals + 24);
  sexagesimal(tiff, rationals, Math.abs(lat));
  sexagesimal(tiff, rationals + 24, Math.abs(lon));
  const body = [...EXIF, ...new Uint8Array(tiff.buffer)];
  const size = body.length + 2;
  return new Uint8Array([APP1 >> 8, APP1 & 0xff, size >> 8, size & 0xff, ...body]);
}

function entry(tiff: DataView, at: number, tag: number, type: number, count: number, value: number): void {
  tiff.setUint16(at, tag);
  tiff.setUint16(at + 2, type);
  tiff.setUint32(at + 4, count);
  tiff.setUint32(at + 8, value >>> 0);
}

function sexagesimal(tiff: DataView, at: number, size: number): void {
  const whole = Math.floor(size);
  const minutes = Math.floor((size - whole) * 60);
  const seconds = Math.round(((size - whole) * 60 - minutes) * 60 * 10_000);
  [whole, 1, minutes, 1, seconds, 10_000].forEach((part, index) => {
    tiff.setUint32(at + index * 4, part);
  });
}
