/**
 * The stores that requests wait for. The client tries a request again without a word, so who shows outages asks here.
 *
 *   answering ── a request fails and is not answered for shownAfterMs ──▶ away
 *       ▲                                                                  │
 *       └── a request is answered, or there has been none for lingerMs ───┘
 */
import { type Outage, outageOf } from '../../errors/outage.ts';
import { type NamedStore, storeError } from '../store-error.ts';

/** How long requests are tried again before they are worth a word. */
const shownAfterMs = 3_000;

/** The caller of a request that has failed sends it again within this time, if it waits for the store. */
const lingerMs = 10_000;

/** `store`: the use and the bucket. Null: the outage is over. */
export type StoreListener = (store: string, outage: Outage | null) => void;

/** A request that is in flight. */
export interface Waiting {
  /** An attempt has failed. Errors that are an answer of the server end the outage. */
  failed(error: unknown): void;
  answered(): void;
  /** The request has ended, answered or not. */
  end(): void;
}

/** Requests to a source are not watched: the run that sends them says what it waits for. */
const unwatched: Waiting = { failed() {}, answered() {}, end() {} };

class StoreOutages {
  private readonly stores = new Map<string, WatchedStore>();
  private readonly listeners = new Set<StoreListener>();

  /** Calls `listener` with each outage, those that are there included, until the result is called. */
  subscribe(listener: StoreListener): () => void {
    this.listeners.add(listener);
    for (const [name, { outage }] of this.stores) if (outage !== null) listener(name, outage);
    return () => void this.listeners.delete(listener);
  }

  /** Call this when a request is sent. */
  begin(store: NamedStore): Waiting {
    if (store.role === 'source') return unwatched;
    const name = `${store.role} ${store.url.split('/', 3).join('/')}`;
    let watched = this.stores.get(name);
    if (watched === undefined) {
      watched = new WatchedStore((outage) => {
        for (const listener of this.listeners) listener(name, outage);
      });
      this.stores.set(name, watched);
    }
    return new WaitingRequest(watched, store);
  }
}

export const storeOutages = new StoreOutages();

class WatchedStore {
  outage: Outage | null = null;
  private requests = 0;
  private leaving: NodeJS.Timeout | undefined;
  private readonly tell: (outage: Outage | null) => void;

  constructor(tell: (outage: Outage | null) => void) {
    this.tell = tell;
  }

  begin(): void {
    this.requests++;
    clearTimeout(this.leaving);
  }

  end(): void {
    if (--this.requests === 0 && this.outage !== null)
      this.leaving = setTimeout(() => this.answered(), lingerMs).unref();
  }

  away(outage: Outage): void {
    this.outage = outage;
    this.tell(outage);
  }

  answered(): void {
    if (this.outage === null) return;
    this.outage = null;
    this.tell(null);
  }
}

class WaitingRequest implements Waiting {
  private readonly watched: WatchedStore;
  private readonly store: NamedStore;
  private since = performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(watched: WatchedStore, store: NamedStore) {
    this.watched = watched;
    this.store = store;
    watched.begin();
  }

  failed(error: unknown): void {
    const failure = storeError(error, this.store);
    const outage = outageOf(failure);
    clearTimeout(this.timer);
    if (outage === null || failure.code !== 'LF_STORAGE') {
      this.answered();
      return;
    }
    const leftMs = this.since + shownAfterMs - performance.now();
    if (leftMs <= 0) this.watched.away(outage);
    else this.timer = setTimeout(() => this.watched.away(outage), leftMs).unref();
  }

  answered(): void {
    clearTimeout(this.timer);
    this.since = performance.now();
    this.watched.answered();
  }

  end(): void {
    clearTimeout(this.timer);
    this.watched.end();
  }
}
