import { describe, expect, test } from "vitest";

import { positionOf, withPosition } from "@/ui/survey/exif";

const EMPTY_JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xdb, 0, 3, 0, 0xff, 0xda, 0, 2, 0xff, 0xd9]);

/** A camera's EXIF in little endian, as Android phones write it: IFD0 with the pointer, then GPS. */
function cameraJpeg(latRef: string, lonRef: string): Uint8Array {
  const tiff = new DataView(new ArrayBuffer(200));
  tiff.setUint16(0, 0x4949);
  tiff.setUint16(2, 42, true);
  tiff.setUint32(4, 8, true);
  tiff.setUint16(8, 1, true);
  [[10, 0x8825, 4, 1, 40]].forEach(([at, tag, type, count, value]) => entry(tiff, at, tag, type, count, value));
  tiff.setUint16(40, 4, true);
  entry(tiff, 42, 1, 2, 2, latRef.charCodeAt(0));
  entry(tiff, 54, 2, 5, 3, 120);
  entry(tiff, 66, 3, 2, 2, lonRef.charCodeAt(0));
  entry(tiff, 78, 4, 5, 3, 144);
  [3, 1, 18, 1, 504, 10].forEach((part, index) => tiff.setUint32(120 + index * 4, part, true));
  [114, 1, 35, 1, 3155, 100].forEach((part, index) => tiff.setUint32(144 + index * 4, part, true));
  const body = [0x45, 0x78, 0x69, 0x66, 0, 0, ...new Uint8Array(tiff.buffer)];
  const size = body.length + 2;
  return new Uint8Array([0xff, 0xd8, 0xff, 0xe1, size >> 8, size & 0xff, ...body, ...EMPTY_JPEG.slice(2)]);
}

function entry(tiff: DataView, at = 0, tag = 0, type = 0, count = 0, value = 0): void {
  tiff.setUint16(at, tag, true);
  tiff.setUint16(at + 2, type, true);
  tiff.setUint32(at + 4, count, true);
  tiff.setUint32(at + 8, value, true);
}

describe("the position in a photo", () => {
  test("is read from a camera's file, south and west negative", () => {
    const south = positionOf(cameraJpeg("S", "E"));
    expect(south?.lat).toBeCloseTo(-3.314, 4);
    expect(south?.lon).toBeCloseTo(114.5921, 4);
    expect(positionOf(cameraJpeg("N", "W"))?.lon).toBeCloseTo(-114.5921, 4);
  });

  test("survives being written into the small copy", () => {
    for (const place of [{ lat: -3.3140267, lon: 114.5921334 }, { lat: 5.9999999, lon: -0.0000012 }]) {
      const written = withPosition(EMPTY_JPEG, place);
      const read = positionOf(written);
      expect(read?.lat).toBeCloseTo(place.lat, 6);
      expect(read?.lon).toBeCloseTo(place.lon, 6);
      expect([...written.slice(-EMPTY_JPEG.length + 2)]).toEqual([...EMPTY_JPEG.slice(2)]);
    }
  });

  test("is nothing in a file without one, of another kind, or cut short", () => {
    expect(positionOf(EMPTY_JPEG)).toBeUndefined();
    expect(positionOf(new TextEncoder().encode("bukan gambar"))).toBeUndefined();
    const whole = cameraJpeg("S", "E");
    for (let length = 0; length < whole.length; length += 7) {
      expect(() => positionOf(whole.slice(0, length))).not.toThrow();
    }
  });
});
