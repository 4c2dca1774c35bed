/** What needs a person, of all that the progress tells: the page's first list, and `/api/attention`. */
import {
  type FileProgress,
  faultOf,
  isLacking,
  needsCare,
  type ProgressState,
  type SourceProgress,
} from './progress.ts';

export type AttentionKind =
  | 'failed'
  /** A file that waits for a person's decision: accept it, or not. */
  | 'decision'
  | 'unknown'
  | 'outage'
  | 'mart'
  | 'definition'
  | 'late'
  | 'source'
  /** An endpoint of a webhook that does not take what it is told. */
  | 'webhook';

/** Something that needs a person until it is dealt with or dismissed. */
export interface Attention {
  readonly kind: AttentionKind;
  /** Names what it is about, among those of its kind. */
  readonly key: string;
  /** Tells one occurrence from the next: a dismissal holds for one of them. */
  readonly occurrence: string;
  readonly dataset: string | null;
  /** The file's number; null where it is about no file of the ledger. */
  readonly fileId: number | null;
  /** The file's name; null where it has no number. */
  readonly name: string | null;
  /** ISO 8601 UTC; null where nobody knows. */
  readonly since: string | null;
  /** Null: no error, such as for a file that is late. */
  readonly code: string | null;
  readonly message: string;
  readonly fix: string;
}

/** The code of a file that a person may accept. */
const decisions: ReadonlySet<string> = new Set(['LF_SNAPSHOT_SHRUNK']);

/** A failed file. Its error is that of the ledger. */
export function failedAttention({
  fileId,
  dataset,
  name,
  finishedAt,
  error,
}: Pick<FileProgress, 'fileId' | 'dataset' | 'name' | 'finishedAt' | 'error'>): Attention {
  const { code = '', message = '', fix = '' } = error ?? {};
  const kind = decisions.has(code) ? 'decision' : 'failed';
  const key = String(fileId);
  return { kind, key, occurrence: key, dataset, fileId, name, since: finishedAt, code, message, fix };
}

/** How long an endpoint may refuse what it is told before a person is needed, in ms. */
const refusedMs = 900_000;

/** What an endpoint of a webhook was not told. */
export interface RefusedReport {
  /** Deliveries that were given up. */
  readonly failed: number;
  /** Null: it has refused nothing. */
  readonly failingSince: Date | null;
}

/** When an endpoint needs a person, in ms since 1970; null: not as things stand. */
export function neededAt({ failed, failingSince }: RefusedReport): number | null {
  if (failingSince === null) return null;
  return failingSince.getTime() + (failed > 0 ? 0 : refusedMs);
}

/** An endpoint of a webhook; null where nobody is needed. `now`: ms. */
export function webhookAttention(
  report: RefusedReport & {
    readonly endpoint: string;
    readonly waiting: number;
    readonly answer: string | null;
  },
  now: number,
): Attention | null {
  const { endpoint: key, waiting, failed, failingSince, answer } = report;
  const at = neededAt(report);
  if (failingSince === null || at === null || now < at) return null;
  const since = failingSince.toISOString();
  const message = `The endpoint ${key} was not told: ${failed} given up, ${waiting} waiting. ${answer ?? ''}`;
  const fix =
    '`landfall webhooks list` shows its answers, `landfall webhooks replay --failed` tells it again.';
  const about = { dataset: null, fileId: null, name: null, since, code: null };
  return { kind: 'webhook', key, occurrence: since, ...about, message: message.trim(), fix };
}

/** All but the failed files and the endpoints of webhooks: those the ledger knows (failedAttention, webhookAttention). */
export function attentionOf(state: ProgressState): Attention[] {
  const { outages, definitions, marts, freshness, sources, files } = state;
  return [
    ...outages.map(({ with: key, since, ...error }): Attention => {
      return {
        kind: 'outage',
        key,
        occurrence: since,
        dataset: null,
        fileId: null,
        name: null,
        since,
        ...error,
      };
    }),
    ...definitions.broken.map(({ dataset, file, ...error }): Attention => {
      const occurrence = shortly(error.message);
      return {
        kind: 'definition',
        key: file,
        occurrence,
        dataset,
        fileId: null,
        name: null,
        since: null,
        ...error,
      };
    }),
    ...files.filter(({ state }) => state === 'unknown').map(unknownAttention),
    ...marts.map(({ dataset, name, since, ...error }): Attention => {
      const key = `${dataset}.${name}`;
      return { kind: 'mart', key, occurrence: since, dataset, fileId: null, name: null, since, ...error };
    }),
    ...sources.filter(needsCare).map(sourceAttention),
    ...freshness.filter(isLacking).map(({ dataset, since, window, due, missed }): Attention => {
      const message = `A file of ${dataset} was due at ${due}.${missed > 1 ? ` ${missed} are missing.` : ''}`;
      const fix = 'Ask whoever delivers the files; drop the file, or fetch it again.';
      const about = { code: null, message, fix };
      const occurrence = since ?? window;
      return {
        kind: 'late',
        key: dataset,
        occurrence,
        dataset,
        fileId: null,
        name: null,
        since: since ?? due,
        ...about,
      };
    }),
  ];
}

function unknownAttention({ dataset, name, bytes, landedAt, error }: FileProgress): Attention {
  const { code = '', message = '', fix = '' } = error ?? {};
  const key = `${dataset}/${name}`;
  const about = { dataset, fileId: null, name: null, since: landedAt };
  return { kind: 'unknown', key, occurrence: `${bytes} ${code}`, ...about, code, message, fix };
}

function sourceAttention(source: SourceProgress): Attention {
  const { dataset, source: name, last, lateSince, missing } = source;
  const fault = faultOf(source);
  const late = `${dataset}.${name} is late: what was due since ${lateSince} is not fetched.`;
  const lacks = `${dataset}.${name} needs ${missing.join(', ')}, which the coordinator does not have.`;
  const said = fault ?? {
    code: null,
    message: missing.length > 0 ? lacks : late,
    fix:
      missing.length > 0
        ? 'Set it where the coordinator runs, and start that again.'
        : 'Run the source; its runs say what they wait for.',
  };
  const failedAt = last?.state === 'failed' ? last.endedAt : null;
  const occurrence = shortly([said.code, failedAt, lateSince, ...missing].join(' '));
  const key = `${dataset}.${name}`;
  return {
    kind: 'source',
    key,
    occurrence,
    dataset,
    fileId: null,
    name: null,
    since: failedAt ?? lateSince,
    ...said,
  };
}

/** The ledger keeps so much of what tells two occurrences apart. */
function shortly(text: string): string {
  return text.slice(0, 500);
}
