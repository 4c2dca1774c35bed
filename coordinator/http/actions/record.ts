/** Notes in the ledger what somebody asks for, before it is done, and what became of it. */
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { type NewAction, noted } from '../../../ledger/actions.ts';
import { isForwarded } from '../forward.ts';

/** What is asked: `undo`, of `12:trips.csv`. */
export type Asked = Pick<NewAction, 'what' | 'target' | 'details'>;

/** Does the work, and notes who asked for it. Throws what `work` throws. */
export function recorded<T>(
  pool: pg.Pool,
  request: FastifyRequest,
  asked: Asked,
  work: () => Promise<T>,
): Promise<T> {
  const { name: who, role } = request.who;
  return noted(pool, { via: 'http', who, role, address: addressOf(request), ...asked }, work);
}

/** Whoever sent the request; of one that was sent on, also whom it was sent on for. */
function addressOf({ raw, headers }: FastifyRequest): string | null {
  const address = raw.socket.remoteAddress ?? null;
  const first = [headers['x-forwarded-for'] ?? []].flat()[0];
  return first !== undefined && isForwarded(raw) ? `${first}, sent on by ${address}` : address;
}
