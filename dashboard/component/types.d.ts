/** What Python passes to the component, and what the component answers with. */

export interface Component {
  parentElement: ShadowRoot | HTMLElement;
  data: Data;
  setStateValue(name: string, value: unknown): void;
  setTriggerValue(name: string, value: unknown): void;
}

/** A photo where it is named alone: index (or "uploaded"), beginning of its digest, name. */
export type Shown = [index: string, token: string, name: string];
/** Flag and stars of a photo by its token; a flag is 1 always keep, -1 leave out, 0 neither. */
export type MarkOf = { flag: number; stars: number };

export interface Data {
  mode: "grid" | "pair" | "choice" | "spreads";
  base: string;
  modules: string;
  index: string;
  acked?: { client: string; seq: number } | null;
  // grid
  order?: string; // name of the order of its photos
  n?: number; // photos in the order
  first?: string; // its first photos, in base64
  label?: string;
  marks?: Record<string, [number, number]>;
  markable?: boolean;
  actions?: Record<string, string>;
  picks?: number | null; // so many photos, each chosen by a click, begin the first action
  judgedBy?: string | null;
  words?: string;
  rows?: number | null;
  target?: number | null;
  fills?: boolean;
  grows?: number;
  together?: number; // so many photos, one after another, stay in one row
  ahead?: string[]; // photos that may be shown next
  open?: string | null;
  // pair
  pair?: Shown[];
  // choice
  question?: string;
  pairs?: [Shown, Shown, string][];
  again?: [Shown, Shown, string] | null;
  said?: string;
  before?: Shown[];
  now?: Shown[];
  // spreads
  spreads?: Spread[];
  size?: [width: number, height: number]; // of a page
}

/** A photo on a page of a book; its box is in percent of the page. */
export interface Frame {
  photo: string; // digest
  name: string;
  hint: string;
  src: string;
  box: number[];
  pinned: boolean;
  alone: boolean;
  hairline: boolean;
}

export interface Page {
  number: number;
  frames: Frame[];
  caption: string;
  captionAt: number[];
}

export interface Spread {
  pages: (Page | null)[];
}

/** Where a photo's rating comes from, as the route tells it. */
export interface Told {
  problem?: string;
  headline: string;
  reading: string;
  lifts: string[];
  lowers: string[];
  note: string;
  here?: string;
  better: { photo: string; name: string; said: string }[];
  heat: string;
}

export interface Row {
  start: number;
  end: number;
  top: number;
  height: number;
}

export interface View {
  zoom: number; // 0 fitted, 1 the photo's own pixels
  x: number; // what is in the middle, as a share of the photo
  y: number;
}

export interface Urls {
  small: string;
  medium: string;
  large: string;
  full: string;
}

export type Item = { seq: number } & Record<string, unknown>;
