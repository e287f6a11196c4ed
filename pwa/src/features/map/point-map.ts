/** The map: points on a plain ground with a graticule; no tiles, so nothing is asked of anybody. */

import "maplibre-gl/dist/maplibre-gl.css";

import { type GeoJSONSource, Map as PlainMap, type StyleSpecification, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import { type UnitPoint, boundsOf, graticuleStep } from "@/features/map/points";

setWorkerUrl(workerUrl);

export interface MapColours {
  ground: string;
  line: string;
  ink: string;
  /** By tone of the status; see ui/status.ts. */
  tones: Record<string, string>;
}

export interface PointMap {
  /** The first time the view is of all of them; later it stays where somebody moved it. */
  show: (points: readonly UnitPoint[], toneOf: (point: UnitPoint) => string) => void;
  /** Show one point from near by, and mark it. */
  focus: (point: UnitPoint) => void;
  /** Show all points. */
  fit: () => void;
  /** Show where the phone is. accuracy in metres. */
  here: (position: { lon: number; lat: number; accuracy_m: number }) => void;
  remove: () => void;
}

interface Feature {
  type: "Feature";
  properties: Record<string, string>;
  geometry: { type: "Point"; coordinates: [number, number] };
}
interface Line {
  type: "Feature";
  properties: object;
  geometry: { type: "LineString"; coordinates: [number, number][] };
}
const none = { type: "FeatureCollection" as const, features: [] };
const TOUCH_PX = 22;
/** A few hundred metres on a phone: the unit with its neighbours. */
const FOCUS_ZOOM = 15;

/** Draw a map in a container. onChoose: the id of the unit whose point was touched. */
export function pointMap(container: HTMLElement, colours: MapColours, onChoose: (id: string) => void): PointMap {
  const map = new PlainMap({
    container, style: styleOf(colours), attributionControl: false, dragRotate: false, pitchWithRotate: false,
    touchPitch: false, center: [118, -2], zoom: 3, maxZoom: 20, fadeDuration: 0,
  });
  map.touchZoomRotate.disableRotation();
  let bounds: [number, number, number, number] | null = null;
  let isFitted = false;
  const isLoaded = new Promise<void>((resolve) => map.once("load", () => resolve()));
  const put = (source: string, features: (Feature | Line)[]): void => {
    void isLoaded.then(() => map.getSource<GeoJSONSource>(source)?.setData({ type: "FeatureCollection", features }));
  };
  const drawGraticule = (): void => put("graticule", graticule(map));
  map.on("moveend", drawGraticule);
  map.once("load", drawGraticule);
  map.on("click", ({ point: { x, y } }) => {
    const box: [[number, number], [number, number]] = [[x - TOUCH_PX, y - TOUCH_PX], [x + TOUCH_PX, y + TOUCH_PX]];
    const near = map.queryRenderedFeatures(box, { layers: ["points"] });
    const id: unknown = near[0]?.properties["id"];
    if (typeof id === "string") onChoose(id);
  });
  const fit = (): void => {
    if (bounds !== null) map.fitBounds(bounds, { padding: 48, maxZoom: 16, duration: 0 });
  };
  return {
    show: (points, toneOf) => {
      bounds = boundsOf(points);
      put("points", points.map((point) => feature(point, { id: point.unit.id, tone: toneOf(point), source: point.source })));
      if (!isFitted) fit();
      isFitted = bounds !== null;
    },
    focus: (point) => {
      put("focus", [feature(point, {})]);
      map.jumpTo({ center: [point.lon, point.lat], zoom: FOCUS_ZOOM });
    },
    fit,
    here: (position) => {
      put("here", [feature(position, {})]);
      map.easeTo({ center: [position.lon, position.lat], zoom: Math.max(map.getZoom(), 15) });
    },
    remove: () => map.remove(),
  };
}

function feature({ lon, lat }: { lon: number; lat: number }, properties: Record<string, string>): Feature {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] } };
}

function styleOf({ ground, line, ink, tones }: MapColours): StyleSpecification {
  const source = { type: "geojson" as const, data: none };
  const tone = Object.entries(tones).flatMap(([name, colour]) => [name, colour]);
  return {
    version: 8,
    sources: { graticule: source, focus: source, points: source, here: source },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": ground } },
      { id: "graticule", type: "line", source: "graticule", paint: { "line-color": line, "line-width": 1 } },
      {
        id: "focus", type: "circle", source: "focus",
        paint: { "circle-radius": 24, "circle-opacity": 0, "circle-stroke-color": ink, "circle-stroke-width": 4 },
      },
      {
        id: "points", type: "circle", source: "points",
        paint: {
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 6, 5, 12, 8, 17, 12],
          "circle-color": ["match", ["get", "tone"], ...tone, ink] as unknown as string,
          "circle-stroke-color": ink, "circle-stroke-width": 1.5,
          "circle-opacity": ["match", ["get", "source"], "measured", 1, 0.7],
        },
      },
      {
        id: "here", type: "circle", source: "here",
        paint: { "circle-radius": 10, "circle-color": "#1d6fe0", "circle-stroke-color": "#ffffff", "circle-stroke-width": 3 },
      },
    ],
  };
}

function graticule(map: PlainMap): Line[] {
  const view = map.getBounds();
  const [west, east, south, north] = [view.getWest(), view.getEast(), view.getSouth(), view.getNorth()];
  const step = graticuleStep(Math.min(east - west, north - south));
  const lines: Line[] = [];
  const add = (coordinates: [number, number][]): void => {
    lines.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } });
  };
  for (let lon = Math.ceil(west / step) * step; lon <= east; lon += step) add([[lon, south], [lon, north]]);
  for (let lat = Math.ceil(south / step) * step; lat <= north; lat += step) add([[west, lat], [east, lat]]);
  return lines;
}
