/** The receipt of a file: the sums that prove that nothing was lost or doubled, and what they were made of. */
import { plural } from '../../../platform/plural.ts';
import { driftLines } from '../../../platform/progress/drift-words.ts';
import type { FileProgress } from '../../../platform/progress/progress.ts';
import { referenceWords } from '../../../platform/progress/reference-words.ts';
import { compact, count, duration, moment, size } from '../format.ts';
import { Fact, PanelHead } from '../panel.tsx';
import type { FileDetail } from './file-detail.ts';

export function ReceiptPanel({ detail }: { detail: FileDetail }) {
  const { receipt } = detail;
  if (receipt === null) return null;
  const broken = receipt.checks.filter(({ ok }) => !ok).length;
  const checks = plural(receipt.checks.length, 'check');
  return (
    <section class="panel" aria-label="Receipt">
      <PanelHead
        title="Receipt"
        note={
          receipt.checks.length === 0
            ? undefined
            : broken === 0
              ? `${checks} hold`
              : `${broken} of ${checks} do not hold`
        }
      />
      {receipt.status === 'done' && <Sums receipt={receipt} />}
      <ul class="checks small">
        {receipt.checks.map(({ name, ok, detail, severity }) => (
          <li key={name} class={ok ? undefined : severity === 'info' ? 'quiet' : 'warn'}>
            <span class="sign" aria-hidden="true">
              {ok ? '✓' : '✕'}
            </span>
            <span>
              <span class="unseen">{ok ? 'holds: ' : 'does not hold: '}</span>
              <b>{name}</b> <span class="quiet">{detail}</span>
            </span>
          </li>
        ))}
      </ul>
      {receipt.undone && (
        <p class="small pad warn">
          Undone {moment(receipt.undone.at)}: {receipt.undone.reason}. What is above is what the file was.
        </p>
      )}
      {(receipt.rollups ?? []).map((note) => (
        <p class="small quiet pad" key={note}>
          {note}
        </p>
      ))}
      {(receipt.marts ?? []).map(({ name, since, error }) => (
        <p class="small warn pad" key={name}>
          mart {name} is behind since {moment(since)}
          {error && `: ${error.message}`}
        </p>
      ))}
    </section>
  );
}

/** parsed = loaded + rejected + deduplicated, and loaded = star = lake. */
function Sums({ receipt }: { receipt: NonNullable<FileDetail['receipt']> }) {
  const { rows, starRows, lakeRows, parts, lakeBytes } = receipt;
  return (
    <div class="sums">
      <p>
        <Sum value={rows.parsed} name="parsed" /> <i>=</i> <Sum value={rows.loaded} name="loaded" strong />{' '}
        <i>+</i> <Sum value={rows.rejected} name="rejected" warn={rows.rejected > 0} />{' '}
        {rows.deduplicated > 0 && (
          <>
            <i>+</i> <Sum value={rows.deduplicated} name="deduplicated" />
          </>
        )}
      </p>
      <p>
        <Sum value={rows.loaded} name="loaded" strong />{' '}
        {starRows !== null && (
          <>
            <i>=</i> <Sum value={starRows} name="in the star" />{' '}
          </>
        )}
        <i>=</i> <Sum value={lakeRows} name={`in ${plural(parts, 'part')}, ${size(lakeBytes)}`} />
      </p>
    </div>
  );
}

function Sum(props: { value: number; name: string; strong?: boolean; warn?: boolean }) {
  return (
    <span class={`sum${props.strong ? ' strong' : ''}${props.warn ? ' warn' : ''}`}>
      <b>{count(props.value)}</b> <small>{props.name}</small>
    </span>
  );
}

/** What is known of the file apart from its rows: how it is read, with what, and how its columns differ. */
export function AboutPanel({ detail, file }: { detail: FileDetail; file: FileProgress }) {
  const { layout, contentHash, definitionVersion, url } = detail;
  const took = Date.parse(file.finishedAt ?? '') - Date.parse(file.startedAt ?? '');
  return (
    <section class="panel" aria-label="About the file">
      <PanelHead title="About the file" />
      <dl class="about small">
        <Fact name="Landed">{moment(file.landedAt)}</Fact>
        {file.finishedAt && (
          <Fact name="Ended">
            {moment(file.finishedAt)}
            {took > 0 && `, after ${duration(took / 1000)}`}
            {took > 0 && file.rows.parsed >= 1000 && `, ${compact((file.rows.parsed * 1000) / took)} rows/s`}
          </Fact>
        )}
        <Fact name="Where">
          <code>{url}</code>
        </Fact>
        {contentHash && (
          <Fact name="Content">
            <code>{contentHash}</code>
          </Fact>
        )}
        {definitionVersion && (
          <Fact name="Definition">
            {file.dataset}, version <code>{definitionVersion}</code>
          </Fact>
        )}
        {layout && <Fact name="Read as">{layoutWords(layout)}</Fact>}
        {file.references && <Fact name="Joined with">{referenceWords(file.references)}</Fact>}
        {file.drift && (
          <Fact name="Columns">
            {driftLines(file.drift).map((line) => (
              <div key={line}>{line}</div>
            ))}
          </Fact>
        )}
      </dl>
    </section>
  );
}

function layoutWords(layout: NonNullable<FileDetail['layout']>): string {
  const { encoding, format, delimiter, quote, fieldCount, header, compression } = layout;
  const separator = delimiter === '\t' ? 'tab' : `"${delimiter}"`;
  const words = [
    format ? format.kind.toUpperCase() : `fields separated by ${separator}`,
    format || quote === null ? '' : `quoted by ${quote}`,
    format ? '' : `${plural(fieldCount, 'field')}${header.length === 0 ? ', no header' : ''}`,
    encoding,
    compression ? 'compressed' : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}
