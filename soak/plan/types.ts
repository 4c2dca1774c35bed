/** The types of a soak's plan, which is drawn from the seed before the soak begins. */

export const soakDatasets = [
  'marks',
  'notes',
  'lines',
  'documents',
  'orders',
  'tiers',
  'stocks',
  'trips',
  'citibike',
] as const;
export type SoakDataset = (typeof soakDatasets)[number];

/** Datasets of events, of which the star shows what their modes say. */
export const keyedDatasets = ['orders', 'tiers', 'stocks'] as const;
export type KeyedDataset = (typeof keyedDatasets)[number];

export function isKeyed(dataset: SoakDataset): dataset is KeyedDataset {
  return (keyedDatasets as readonly SoakDataset[]).includes(dataset);
}

/** Datasets of JSON. */
export function isJson(dataset: SoakDataset): dataset is 'lines' | 'documents' {
  return dataset === 'lines' || dataset === 'documents';
}

/** How records of marks and notes are written as text. */
export interface Writing {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string | null;
  readonly lineEnd: '\n' | '\r\n' | '\r';
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1251';
  readonly byteOrderMark: boolean;
  readonly preamble: readonly string[];
  readonly footer: readonly string[];
  /** Begins a comment line. Comment lines occur anywhere among the records. */
  readonly comment: string | null;
  /** Blanks around values. */
  readonly blanks: boolean;
  /** Whether the first column is one that the definition does not have. */
  readonly stranger: boolean;
}

/** What is wrong with a content as a whole. */
export type Flaw = 'empty' | 'binary' | 'header' | 'rejects' | 'damaged' | 'cut off';

/** Bytes that are dropped once or more often. */
export interface Content {
  readonly id: string;
  readonly dataset: SoakDataset;
  readonly seed: string;
  readonly rows: number;
  /** Of marks and notes. */
  readonly writing: Writing | null;
  /** Share of rows that are rejected. */
  readonly rejectShare: number;
  readonly packing: 'none' | 'gzip' | 'zip';
  readonly flaw: Flaw | null;
  /** Of citibike: title, quoted or crlf. */
  readonly variant: string | null;
  /** Of stocks: the day in the names of its files, which is part of what it is. */
  readonly asOf: string | null;
  /** Of a content that another one becomes when rows are appended to it: its id. */
  readonly longerThan: string | null;
}

/** How a file is tampered with after it was dropped. */
export type Meddling =
  | { readonly kind: 'append'; readonly afterMs: number; readonly becomes: string }
  | { readonly kind: 'rename'; readonly afterMs: number; readonly name: string };

export interface Drop {
  readonly atMs: number;
  readonly content: string;
  readonly dataset: SoakDataset;
  /** Below landing/<dataset>/. */
  readonly name: string;
  /** Renamed into the folder whole, or written there piece by piece over so many ms. */
  readonly writtenMs: number | null;
  readonly meddling: Meddling | null;
}

/** An operation that undoes a file that is done, and may load it again. Either command may be killed. */
export interface Operation {
  readonly atMs: number;
  /** Which of the files that are done then: 0 up to 1. */
  readonly which: number;
  readonly killUndoMs: number | null;
  /** Null: it stays undone. */
  readonly replayAfterMs: number | null;
  readonly killReplayMs: number | null;
}

export const faultKinds = [
  'kill worker',
  'kill pool',
  'kill coordinator',
  'stop pool',
  'stop coordinator',
  'rival coordinator',
  'freeze worker',
  'freeze pool',
  'freeze coordinator',
  'restart Postgres fast',
  'restart Postgres at once',
  'end Postgres sessions',
  'freeze Postgres',
  'restart Redis',
  'kill Redis',
  'freeze Redis',
  'cut the network',
  'refuse connections',
  'stall connections',
  'half-open connections',
  'slow the network',
  'cut off a host',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly atMs: number;
  readonly kind: FaultKind;
  /** Which of the candidates: 0 up to 1. */
  readonly which: number;
  /** A second random number, for faults that need one. */
  readonly other: number;
  /** How long it lasts; 0 if it is over at once. */
  readonly forMs: number;
}

export interface Plan {
  readonly seed: number;
  readonly forMs: number;
  readonly chunkBytes: number;
  readonly contents: ReadonlyMap<string, Content>;
  readonly drops: readonly Drop[];
  readonly operations: readonly Operation[];
  readonly faults: readonly Fault[];
}
