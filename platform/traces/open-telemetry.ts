/** Spans by the API of OpenTelemetry. Only loaded where an SDK is: see tracing.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Context,
  context,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { describeError } from '../errors/errors.ts';
import { packageVersion } from '../package/package-version.ts';
import { idle, type OpenSpan, type SpanName, type SpanOptions, type TraceParent } from './contract.ts';

const tracer = trace.getTracer('landfall', packageVersion());

/** A job passes from one process to another between these. */
const kinds: Partial<Record<SpanName, SpanKind>> = {
  submit: SpanKind.PRODUCER,
  ...{ scan: SpanKind.CONSUMER, group: SpanKind.CONSUMER, chunk: SpanKind.CONSUMER },
  ...{ copy: SpanKind.CLIENT, commit: SpanKind.CLIENT },
};

/** Does the work in a span, which ends with it. What it begins meanwhile is below that span. */
export async function inSpan<T>(
  name: SpanName,
  options: SpanOptions,
  work: (span: Pick<OpenSpan, 'set'>) => Promise<T>,
): Promise<T> {
  const { span, within } = start(name, options);
  if (!isSpanContextValid(span.spanContext())) return work(idle);
  const open = openSpan(span);
  return context.with(within, async () => {
    try {
      const result = await work(open);
      open.end();
      return result;
    } catch (error) {
      open.fail(error);
      throw error;
    }
  });
}

/** Begins a span. Its caller ends it. */
export function beginSpan(
  name: SpanName,
  options: SpanOptions = {},
): OpenSpan & { readonly parent?: TraceParent } {
  const { span } = start(name, options);
  if (!isSpanContextValid(span.spanContext())) return idle;
  return { ...openSpan(span), parent: formatted(span) };
}

/** How long the spans that have ended may take to be sent. */
const flushMs = 2_000;

/** Has the SDK send the spans that have ended. Never rejects. */
export async function flushSpans(): Promise<void> {
  const provider = trace.getTracerProvider() as Flushable & { getDelegate?: () => Flushable };
  const sdk = provider.getDelegate?.() ?? provider;
  const sent = Promise.resolve(sdk.forceFlush?.()).catch(() => {});
  await Promise.race([sent, delay(flushMs, undefined, { ref: false })]);
}

/** An SDK as far as it is not in the API. */
interface Flushable {
  forceFlush?(): Promise<void>;
}

function start(
  name: SpanName,
  { attributes, parent, links = [] }: SpanOptions,
): { span: Span; within: Context } {
  const above = parent === undefined ? context.active() : contextOf(parent);
  const linked = links.flatMap((link): Link[] => {
    const spanContext = trace.getSpanContext(contextOf(link));
    return spanContext === undefined ? [] : [{ context: spanContext }];
  });
  const options = { kind: kinds[name] ?? SpanKind.INTERNAL, attributes, links: linked };
  const span = tracer.startSpan(name, options, above);
  return { span, within: trace.setSpan(above, span) };
}

function openSpan(span: Span): OpenSpan {
  return {
    set: (attributes) => void span.setAttributes(attributes),
    end: () => span.end(),
    fail(error) {
      const { code, message } = describeError(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message });
      span.setAttribute('error.type', code);
      span.end();
    },
  };
}

function formatted(span: Span): TraceParent {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** Of a text that is none, the context in which nothing is above. */
function contextOf(parent: TraceParent): Context {
  const [, traceId, spanId, flags] = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(parent) ?? [];
  if (traceId === undefined) return ROOT_CONTEXT;
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, spanContext);
}
