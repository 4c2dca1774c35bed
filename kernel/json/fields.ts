/** The tree of the paths of a file's fields, by which its records are read. */
import { EACH, type JsonPath, keyOf, type PathStep, parsePath } from './json-paths.ts';

/** How the records of a JSON file are read. Plain data: it is part of a file's layout. */
export interface JsonFormat {
  /** `ndjson`: a record a line. `json`: one document; the records are the elements of an array in it. */
  readonly kind: 'ndjson' | 'json';
  /** Keys that lead to the array of records. Of `json` only. */
  readonly records: readonly string[];
  /** The document has null where the array should be. */
  readonly hasNone?: true;
  /** Path from the record to an array whose elements are the rows. Absent: the record is the row. */
  readonly explode?: string;
  /** One for each field of a row, in their order. */
  readonly fields: readonly JsonField[];
  /** The last field takes what no path reads, as one object. It has no path. */
  readonly keepsRest?: true;
  /** Keys at the start of a record that do not belong to it: its own JSON is without them. */
  readonly added?: readonly string[];
  /** A record with a key that no path reads is rejected. */
  readonly strict?: true;
}

export interface JsonField {
  readonly path: string;
  /** The value as JSON, also if it is a text. */
  readonly asJson?: true;
}

/** A value that paths lead to or through. */
export interface PathNode {
  /** The step that leads here, as it is written. */
  readonly step: string;
  /** Fields whose paths end here. */
  readonly fields: number[];
  /** Children by key, in the order of the paths. */
  readonly keys: KeyNode[];
  readonly items: { readonly index: number; readonly node: PathNode }[];
  /** Keys from the record to here, joined by dots and escaped for JSON, with a dot at the end; '' for the record. */
  readonly prefix: Uint8Array;
  /** The elements of this array are the rows. */
  explodes: boolean;
}

export interface KeyNode extends PathNode {
  readonly key: string;
  /** The key in UTF-8, unescaped. */
  readonly bytes: Uint8Array;
  /** The record in which it was last seen. */
  seen: number;
}

export interface PathTrees {
  readonly record: PathNode;
  /** Of the elements of the exploded array. */
  readonly element: PathNode | null;
}

/** Throws a RangeError for a text that is not a path. */
export function treesOf(format: JsonFormat): PathTrees {
  const record = newNode('$', '');
  const element = format.explode === undefined ? null : newNode('$', '');
  if (format.explode !== undefined) nodeAt(record, pathOf(format.explode).steps.slice(0, -1)).explodes = true;
  const fields = format.keepsRest ? format.fields.slice(0, -1) : format.fields;
  fields.forEach(({ path }, field) => {
    const { ofParent, steps } = pathOf(path);
    const root = ofParent || element === null ? record : element;
    nodeAt(root, steps).fields.push(field);
  });
  return { record, element };
}

function pathOf(text: string): JsonPath {
  const path = parsePath(text);
  if (path === null) throw new RangeError(`${text} is not a path`);
  return path;
}

function newNode(step: string, prefix: string): PathNode {
  return { step, fields: [], keys: [], items: [], prefix: Buffer.from(prefix), explodes: false };
}

function nodeAt(root: PathNode, steps: readonly PathStep[]): PathNode {
  let node = root;
  for (const step of steps) node = childOf(node, step);
  return node;
}

function childOf(node: PathNode, step: PathStep): PathNode {
  if (step === EACH) throw new RangeError('a column cannot be read from each element of an array');
  const key = keyOf(step);
  if (key === null) {
    const known = node.items.find(({ index }) => index === step);
    if (known !== undefined) return known.node;
    const child = newNode(`[${step}]`, `${Buffer.from(node.prefix)}${step}.`);
    node.items.push({ index: step as number, node: child });
    return child;
  }
  const known = node.keys.find((one) => one.key === key);
  if (known !== undefined) return known;
  const prefix = `${Buffer.from(node.prefix)}${JSON.stringify(key).slice(1, -1)}.`;
  const child = { ...newNode(`.${key}`, prefix), key, bytes: Buffer.from(key), seen: 0 };
  node.keys.push(child);
  return child;
}
