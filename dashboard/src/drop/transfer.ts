/** Sends a file in pieces. After a cut it asks the server how much is there, and goes on from that: docs/http.md, uploads. */
import type { Refusal } from '../stream/ask.ts';

/** What is sent again at most after a cut, in bytes. */
const pieceBytes = 4 * 1024 * 1024;
/** Times between attempts, in ms; the last one is repeated. */
const pausesMs = [500, 1000, 2000, 5000, 10_000];
/** Attempts without a byte, after which sending is given up. */
const attemptsMost = 30;

export interface SendOptions {
  /** Told how many bytes are there. `isCut`: the connection is away. */
  readonly onProgress: (sent: number, isCut: boolean) => void;
  readonly signal: AbortSignal;
  /** Default: what pausesMs says. */
  readonly pause?: (attempt: number) => Promise<void>;
}

/** The number of the upload, as soon as all bytes are there. Throws a Refusal, and whatever `signal` is aborted with. */
export async function sendFile(
  file: File,
  { onProgress, signal, pause = rest }: SendOptions,
): Promise<string> {
  const announced = JSON.stringify({ name: file.name, bytes: file.size });
  const { id } = await untilAnswered(() => call('POST', '/api/uploads', signal, announced), 0);
  let offset = 0;
  for (let attempt = 0; offset < file.size; ) {
    try {
      const piece = file.slice(offset, offset + pieceBytes);
      offset = (await call('PATCH', `/api/uploads/${id}?offset=${offset}`, signal, piece)).offset;
      attempt = 0;
      onProgress(offset, false);
    } catch (error) {
      if (signal.aborted || !mayPass(error) || ++attempt > attemptsMost) throw error;
      onProgress(offset, true);
      await pause(attempt);
      const before = offset;
      offset = (await untilAnswered(() => call('GET', `/api/uploads/${id}`, signal), attempt)).offset;
      if (offset > before) attempt = 0;
    }
  }
  return id;

  /** Asks until it is answered. */
  async function untilAnswered(ask: () => Promise<Answer>, from: number): Promise<Answer> {
    for (let attempt = from; ; ) {
      try {
        return await ask();
      } catch (error) {
        if (signal.aborted || !mayPass(error) || ++attempt > attemptsMost) throw error;
        onProgress(0, true);
        await pause(attempt);
      }
    }
  }
}

interface Answer {
  readonly id: string;
  readonly offset: number;
}

const cut: Refusal = {
  code: 'LF_PAGE_OFFLINE',
  message: 'The coordinator does not answer.',
  fix: 'The upload goes on when it is back.',
};

async function call(
  method: string,
  path: string,
  signal: AbortSignal,
  body?: Blob | string,
): Promise<Answer> {
  const type = typeof body === 'string' ? 'application/json' : 'application/octet-stream';
  const headers = body === undefined ? undefined : { 'content-type': type };
  const response = await fetch(path, { method, signal, headers, body }).catch((error) => {
    throw signal.aborted ? error : cut;
  });
  const answer = await response.json().catch(() => cut);
  if (response.ok) return answer as Answer;
  throw answer;
}

/** Whether another attempt may succeed: the connection, or the coordinator, is away; or the server still has the last piece. */
function mayPass(error: unknown): boolean {
  const { code } = error as Partial<Refusal>;
  return ['LF_PAGE_OFFLINE', 'LF_HTTP_STANDBY', 'LF_UPLOAD_BUSY', 'LF_UPLOAD_OFFSET'].includes(code ?? '');
}

/** Until the next attempt, or until the browser has a network again. */
function rest(attempt: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, pausesMs[Math.min(attempt, pausesMs.length) - 1]);
    function done() {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    }
    addEventListener('online', done);
  });
}
