/** Reading codes with the camera, where the browser has a BarcodeDetector. */

interface Detected {
  rawValue: string;
}
interface Detector {
  detect(source: HTMLVideoElement): Promise<Detected[]>;
}
type DetectorClass = new () => Detector;

const LOOK_EVERY_MS = 200;

function detectorClass(): DetectorClass | undefined {
  return (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
}

/** Return whether this browser reads codes; else they are typed. */
export function canScan(): boolean {
  return detectorClass() !== undefined && typeof navigator.mediaDevices?.getUserMedia === "function";
}

export interface Scanner {
  stop(): void;
}

/** Show the back camera in `video` and give the first code that is read. Throws when it may not be used. */
export async function openScanner(
  video: HTMLVideoElement,
  found: (code: string) => void,
): Promise<Scanner> {
  const Detect = detectorClass();
  if (Detect === undefined) throw new Error("no BarcodeDetector");
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const detector = new Detect();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    clearTimeout(timer);
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  const look = async (): Promise<void> => {
    if (isStopped) return;
    const codes = await detector.detect(video).catch(() => []);
    const code = codes.map(({ rawValue }) => rawValue.trim()).find(Boolean);
    if (code !== undefined && !isStopped) found(code);
    else timer = setTimeout(() => void look(), LOOK_EVERY_MS);
  };
  video.srcObject = stream;
  await video.play();
  void look();
  return { stop };
}
