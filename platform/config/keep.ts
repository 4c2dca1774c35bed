/** How long what is left of files is kept: `detail=180d, failed=90d, orders.archive=365d`. */

/** What `landfall prune` may give up. */
export const keptKinds = ['archive', 'failed', 'quarantine', 'detail', 'deliveries'] as const;
export type KeptKind = (typeof keptKinds)[number];

/** For how long one kind is kept, of one dataset or of all that have no rule of their own. */
export interface KeepRule {
  /** Null: all. */
  readonly dataset: string | null;
  readonly kind: KeptKind;
  readonly ms: number;
}

const unitMs: Readonly<Record<string, number>> = {
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** For how long replaced parts stay, in ms: a reader of the lake that has begun may take as long. */
export const defaultKeepReplaced = unitMs.d;

/** An age in ms: `12h`, `90d`, `6w`, `2y`; null if the text is none. */
export function ageMs(text: string): number | null {
  const [, digits, unit] = /^(\d{1,5})([hdwy])$/.exec(text.trim()) ?? [];
  return digits === undefined ? null : Number(digits) * unitMs[unit];
}

/** The rules of a text; a mistake instead. */
export function keepRules(text: string): readonly KeepRule[] | string {
  const rules: KeepRule[] = [];
  for (const rule of text.split(',').map((one) => one.trim())) {
    if (rule === '') continue;
    const [, dataset = null, kind, age] = /^(?:([a-z][a-z0-9_]*)\.)?([a-z]+)=(\w+)$/.exec(rule) ?? [];
    const ms = age === undefined ? null : ageMs(age);
    if (ms === null || !isKept(kind))
      return `must be rules such as failed=90d or orders.archive=2y, of ${keptKinds.join(', ')}; not ${rule}`;
    rules.push({ dataset, kind, ms });
  }
  return rules;
}

function isKept(kind: string): kind is KeptKind {
  return (keptKinds as readonly string[]).includes(kind);
}

/** The age of a kind for a dataset, in ms; null: it is kept for ever. The last of several rules counts. */
export function ageOf(rules: readonly KeepRule[], dataset: string, kind: KeptKind): number | null {
  const fitting = rules.filter((rule) => rule.kind === kind && (rule.dataset ?? dataset) === dataset);
  const own = fitting.filter((rule) => rule.dataset !== null);
  return (own.at(-1) ?? fitting.at(-1))?.ms ?? null;
}

/** A rule as it is written. */
export function keepText({ dataset, kind, ms }: KeepRule): string {
  return `${dataset === null ? '' : `${dataset}.`}${kind}=${ageText(ms)}`;
}

/** An age in hours or days. */
export function ageText(ms: number): string {
  return ms % unitMs.d === 0 ? `${ms / unitMs.d}d` : `${ms / unitMs.h}h`;
}
