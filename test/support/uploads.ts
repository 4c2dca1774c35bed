/**
 * A server in front of another one that answers what is asked about uploads, as S3 does: two of them, or two parts, at
 * a time. The server of these tests does not know those requests.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

export interface KnownUpload {
  /** With the bucket: `bucket/key`. */
  readonly path: string;
  readonly begun: Date;
  /** When its parts were uploaded. */
  readonly parts: readonly Date[];
}

export interface UploadsServer {
  readonly port: number;
  /** Paths of uploads that were not aborted. */
  left(): string[];
  close(): void;
}

const pageSize = 2;

export async function openUploads(port: number, known: readonly KnownUpload[]): Promise<UploadsServer> {
  const uploads = new Map(known.map((upload, i) => [`upload-${i}`, upload]));
  const listUploads = (bucket: string, query: URLSearchParams) => {
    const prefix = `${bucket}/${query.get('prefix') ?? ''}`;
    const all = [...uploads]
      .filter(([, { path }]) => path.startsWith(prefix))
      .filter(([id]) => id > (query.get('upload-id-marker') ?? ''));
    const page = all.slice(0, pageSize);
    const items = page.map(([id, { path, begun }]) => {
      const key = path.slice(bucket.length + 1);
      return `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${begun.toISOString()}</Initiated></Upload>`;
    });
    const last = page.at(-1);
    const next =
      last &&
      `<NextKeyMarker>${last[1].path}</NextKeyMarker><NextUploadIdMarker>${last[0]}</NextUploadIdMarker>`;
    return `<ListMultipartUploadsResult><IsTruncated>${all.length > pageSize}</IsTruncated>${next ?? ''}${items.join('')}</ListMultipartUploadsResult>`;
  };
  const listParts = ({ parts }: KnownUpload, query: URLSearchParams) => {
    const from = Number(query.get('part-number-marker') ?? 0);
    const page = parts.slice(from, from + pageSize);
    const items = page.map(
      (at, i) =>
        `<Part><PartNumber>${from + i + 1}</PartNumber><LastModified>${at.toISOString()}</LastModified></Part>`,
    );
    const isTruncated = from + pageSize < parts.length;
    return `<ListPartsResult><IsTruncated>${isTruncated}</IsTruncated><NextPartNumberMarker>${from + page.length}</NextPartNumberMarker>${items.join('')}</ListPartsResult>`;
  };
  const answer = ({ method, url }: IncomingMessage, response: ServerResponse): boolean => {
    const { pathname, searchParams: query } = new URL(url!, 'http://localhost');
    const id = query.get('uploadId') ?? '';
    if (method === 'GET' && query.has('uploads')) response.end(listUploads(pathname.split('/')[1], query));
    else if (method === 'GET' && uploads.has(id)) response.end(listParts(uploads.get(id)!, query));
    else if (method === 'DELETE' && uploads.delete(id)) response.writeHead(204).end();
    else return false;
    return true;
  };
  const server = createServer((asking, response) => {
    if (answer(asking, response)) return;
    const { method, url: path, headers } = asking;
    const passed = request({ port, method, path, headers, host: '127.0.0.1' }, (from) => {
      response.writeHead(from.statusCode!, from.headers);
      from.pipe(response);
    });
    passed.on('error', () => response.destroy());
    asking.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    left: () => [...uploads.values()].map(({ path }) => path),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
