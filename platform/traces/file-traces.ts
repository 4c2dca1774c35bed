/** The spans of the files that this process takes through, from the time that it knows of one until it has ended. */
import type { OpenSpan, TraceParent } from './contract.ts';
import { beginSpan } from './tracing.ts';

const open = new Map<number, OpenSpan & { readonly parent?: TraceParent }>();

/** Begins the trace of a file. Nothing if nobody traces, or if it has begun. */
export function beginFileTrace(file: {
  readonly fileId: number;
  readonly dataset: string;
  readonly name: string;
  readonly bytes: number;
}): void {
  if (open.has(file.fileId)) return;
  const { fileId, dataset, name, bytes } = file;
  const attributes = {
    ...{ 'landfall.file.id': fileId, 'landfall.file.name': name },
    ...{ 'landfall.dataset': dataset, 'landfall.bytes': bytes },
  };
  const span = beginSpan('file', { attributes });
  if (span.parent !== undefined) open.set(fileId, span);
}

/** What the spans of a file are below; undefined if nobody traces. */
export function traceOfFile(fileId: number): TraceParent | undefined {
  return open.get(fileId)?.parent;
}

/** The same of some of the files. */
export function tracesOfFiles(fileIds: readonly number[]): TraceParent[] {
  return fileIds.flatMap((fileId) => traceOfFile(fileId) ?? []);
}

export function noteFileTrace(fileId: number, attributes: Parameters<OpenSpan['set']>[0]): void {
  open.get(fileId)?.set(attributes);
}

export function endFileTrace(fileId: number): void {
  open.get(fileId)?.end();
  open.delete(fileId);
}
