/** What needs a person, above everything else, until it is dealt with or dismissed. */
import { useState } from 'preact/hooks';
import { plural } from '../../../platform/plural.ts';
import type { AttentionKind } from '../../../platform/progress/attention.ts';
import type { ProgressState } from '../../../platform/progress/progress.ts';
import { count, moment } from '../format.ts';
import { PanelHead, useShortList } from '../panel.tsx';
import { Prose } from '../prose.tsx';
import { addressOf } from '../route.ts';
import { type Refusal, send } from '../stream/ask.ts';
import { useAnswer } from '../stream/use-answer.ts';
import { Changes } from './changes.tsx';
import './attention.css';
import { attentionKey, type Group, groupsOf, type Notice, noticesOf } from './attention-groups.ts';

/** Items that are shown until the reader asks for more. */
const shortList = 6;

const kindWords: Readonly<Record<AttentionKind, string>> = {
  outage: 'work waits',
  definition: 'broken definition',
  decision: 'decide',
  failed: 'failed',
  unknown: 'unknown dataset',
  mart: 'mart behind',
  source: 'source',
  late: 'late',
  webhook: 'webhook',
};

export function AttentionList({ state }: { state: ProgressState }) {
  const key = attentionKey(state);
  const answer = useAnswer<{ attention: readonly Notice[] }>('/api/attention', key);
  const [seesDismissed, seeDismissed] = useState(false);
  const notices = noticesOf(state, answer.value?.attention ?? []);
  const open = notices.filter(({ dismissed }) => dismissed === null);
  const dismissed = notices.filter((notice) => notice.dismissed !== null);
  const groups = groupsOf(open);
  const { shown, more } = useShortList(groups, shortList, 'item');
  if (notices.length === 0) return null;
  return (
    <section class="panel attention" aria-label="Needs a person">
      <PanelHead
        title={open.length > 0 ? `Needs a person: ${count(open.length)}` : 'Nothing needs a person'}
        note={
          dismissed.length > 0 && (
            <button
              type="button"
              class="ask"
              aria-expanded={seesDismissed}
              onClick={() => seeDismissed(!seesDismissed)}
            >
              {count(dismissed.length)} dismissed
            </button>
          )
        }
      />
      <div role="alert" aria-atomic="false">
        <ul>
          {shown.map((group) => (
            <Item key={`${group[0].kind} ${group[0].key}`} group={group} changed={answer.again} />
          ))}
        </ul>
      </div>
      {more}
      {seesDismissed && (
        <ul class="dismissed">
          {dismissed.map((notice) => (
            <Item key={`${notice.kind} ${notice.key}`} group={[notice]} changed={answer.again} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** `changed`: called when a notice was dismissed, or restored. */
function Item({ group, changed }: { group: Group; changed(): void }) {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [notice] = group;
  const { kind, since, message, code, fix, dismissed } = notice;
  const isRestored = dismissed !== null;
  const move = async () => {
    setRefusal(null);
    try {
      for (const { kind, key } of group)
        await send(`/api/attention/${isRestored ? 'restore' : 'dismiss'}`, { kind, key });
    } catch (error) {
      setRefusal(error as Refusal);
    }
    changed();
  };
  const names = group.length > 1 ? plural(group.length, 'file') : notice.key;
  return (
    <li class={`need of-${kind}`}>
      <div class="file-line">
        <span class="file-name">
          <span class="kind">{kindWords[kind]}</span> <About group={group} />
        </span>
        <span class="small quiet">
          {dismissed !== null
            ? `dismissed ${moment(dismissed.at)}${dismissed.by === null ? '' : ` by ${dismissed.by}`}`
            : since !== null && `since ${moment(since)}`}
        </span>
      </div>
      <p class="reason">
        <Prose text={message} /> {code && <span class="code">{code}</span>}
      </p>
      {!isRestored && fix !== '' && (
        <p class="fix quiet">
          <Prose text={fix} />
        </p>
      )}
      <p class="does small">
        <Deal group={group} />
        <Changes brief>
          <button
            type="button"
            class="ask"
            onClick={move}
            aria-label={`${isRestored ? 'Show again' : 'Dismiss'}: ${names}`}
          >
            {isRestored ? 'Show again' : group.length > 1 ? `Dismiss all ${count(group.length)}` : 'Dismiss'}
          </button>
        </Changes>
        {refusal && (
          <span class="warn" role="status">
            {refusal.message} {refusal.fix}
          </span>
        )}
      </p>
    </li>
  );
}

/** What it is about. */
function About({ group }: { group: Group }) {
  const [{ kind, key, dataset, name, fileId }] = group;
  if (group.length > 1)
    return (
      <b>
        <a href={addressOf('/files', { dataset: dataset ?? '', state: 'failed' })}>
          {plural(group.length, 'file')} of {dataset}
        </a>
      </b>
    );
  if (fileId !== null)
    return (
      <>
        <span class="quiet">{dataset}/</span>
        <b>
          <a href={`/files/${fileId}`}>{name ?? `file ${fileId}`}</a>
        </b>
      </>
    );
  return <b>{kind === 'definition' ? (dataset ?? key) : key}</b>;
}

/** Where it is dealt with. */
function Deal({ group }: { group: Group }) {
  const [{ kind, dataset, fileId }] = group;
  if (kind === 'source') return <a href="/sources">Look at the source</a>;
  if (kind === 'mart' && dataset !== null)
    return <a href={`/datasets/${encodeURIComponent(dataset)}`}>Look at the mart</a>;
  if (group.length > 1)
    return <a href={addressOf('/files', { dataset: dataset ?? '', state: 'failed' })}>See all of them</a>;
  if (fileId !== null)
    return (
      <a href={`/files/${fileId}`}>{kind === 'decision' ? 'Look at it and decide' : 'Look at the file'}</a>
    );
  if (dataset !== null && kind === 'late')
    return <a href={addressOf('/files', { dataset })}>Files of {dataset}</a>;
  return null;
}
