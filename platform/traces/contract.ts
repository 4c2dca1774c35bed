import type { Attributes } from '@opentelemetry/api';

/** Names of spans. */
export type SpanName =
  | 'file'
  | 'plan'
  | 'submit'
  | 'scan'
  | 'group'
  | 'chunk'
  | 'copy'
  | 'commit'
  | 'finalise';

/** Where a span is, as W3C Trace Context writes it: `00-TRACE-SPAN-FLAGS`. https://www.w3.org/TR/trace-context/ */
export type TraceParent = string;

export interface SpanOptions {
  readonly attributes?: Attributes;
  /** Default: the span in which the caller runs, if any. */
  readonly parent?: TraceParent | undefined;
  /** Other traces that the work belongs to. */
  readonly links?: readonly TraceParent[];
}

/** A span that has begun. */
export interface OpenSpan {
  set(attributes: Attributes): void;
  end(): void;
  /** Ends it, with the code of the error. */
  fail(error: unknown): void;
}

/** Of what nobody traces. */
export const idle: OpenSpan = { set: () => {}, end: () => {}, fail: () => {} };
