/** A photo of the camera as a small JPEG. Source: issue 6, "photos compressed". */

import { type PhotoPosition, positionOf, withPosition } from "./exif";

export const MAX_PIXELS = 1600;
export const QUALITY = 0.8;

export interface PhotoWish {
  /** Longest side in pixels. */
  maxPixels: number;
  /** JPEG quality, 0 to 1. */
  quality: number;
  /** Whether the camera's position stays in the file. */
  keepPosition: boolean;
}

/** Return the size that fits into a square of `limit` pixels; never larger than the picture. */
export function fitted(width: number, height: number, limit: number): { width: number; height: number } {
  const scale = Math.min(1, limit / Math.max(width, height, 1));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/** Return what a form asks of its photos; what it leaves open, or states outside of sense, is usual. */
export function photoWish(maxPixels: unknown, quality: unknown, keepPosition: unknown): PhotoWish {
  const isSize = typeof maxPixels === "number" && maxPixels >= 320 && maxPixels <= 4096;
  const isQuality = typeof quality === "number" && quality >= 0.3 && quality <= 1;
  return {
    maxPixels: isSize ? Math.round(maxPixels) : MAX_PIXELS,
    quality: isQuality ? quality : QUALITY,
    keepPosition: keepPosition === true,
  };
}

/**
 * Return a picture as JPEG, upright, no larger than wished, without EXIF but for a wished position.
 *
 * Throws when the file is no picture that the browser can read.
 */
export async function compressed(file: Blob, wish: PhotoWish): Promise<Blob> {
  const position = wish.keepPosition ? positionOf(new Uint8Array(await file.arrayBuffer())) : undefined;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const jpeg = await drawn(picture, wish);
    return position === undefined ? jpeg : await positioned(jpeg, position);
  } finally {
    picture.close();
  }
}

async function drawn(picture: ImageBitmap, wish: PhotoWish): Promise<Blob> {
  const { width, height } = fitted(picture.width, picture.height, wish.maxPixels);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const brush = canvas.getContext("2d");
  if (brush === null) throw new Error("no canvas");
  brush.fillStyle = "#fff"; // what is transparent would turn black
  brush.fillRect(0, 0, width, height);
  brush.imageSmoothingQuality = "high";
  brush.drawImage(picture, 0, 0, width, height);
  const made = await new Promise<Blob | null>((done) => {
    canvas.toBlob(done, "image/jpeg", wish.quality);
  });
  Object.assign(canvas, { width: 0, height: 0 }); // frees the memory at once on cheap phones
  if (made === null) throw new Error("no picture");
  return made;
}

async function positioned(jpeg: Blob, position: PhotoPosition): Promise<Blob> {
  const bytes = withPosition(new Uint8Array(await jpeg.arrayBuffer()), position);
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "image/jpeg" });
}
