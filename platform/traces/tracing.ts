/**
 * Traces, by the API of OpenTelemetry: whoever loads an SDK into the processes gets them
 * (docs/operations/README.md#traces). Without one, not even the API is loaded, and every call here does nothing.
 *
 *   file ─┬─ plan                              the coordinator
 *         ├─ submit ─▶ (queue) ─▶ scan, chunk ─┬─ copy     a worker
 *         │                                    └─ commit
 *         └─ finalise                          the coordinator
 *
 * A job of the queue carries the `trace` of its file, so that the spans of all processes are in one trace.
 */
import { idle, type OpenSpan, type SpanName, type SpanOptions, type TraceParent } from './contract.ts';

/** Where the API keeps the SDK that is registered with it. An SDK is loaded before anything of ours. */
const isTraced = Symbol.for('opentelemetry.js.api.1') in globalThis;
const tracing = isTraced ? await import('./open-telemetry.ts') : null;

/** Does the work in a span, which ends with it. What it begins meanwhile is below that span. */
export function inSpan<T>(
  name: SpanName,
  options: SpanOptions,
  work: (span: Pick<OpenSpan, 'set'>) => Promise<T>,
): Promise<T> {
  return tracing === null ? work(idle) : tracing.inSpan(name, options, work);
}

/** Begins a span. Its caller ends it. `parent`: what spans below it name as theirs; absent if nobody traces. */
export function beginSpan(
  name: SpanName,
  options: SpanOptions = {},
): OpenSpan & { readonly parent?: TraceParent } {
  return tracing === null ? idle : tracing.beginSpan(name, options);
}

/** Resolves when the spans that have ended are sent, or cannot be. Call it before the process ends. */
export async function flushSpans(): Promise<void> {
  await tracing?.flushSpans();
}
