/** Columns of every type that the kernel reads, and texts that are nearly values of them. */
import type { KernelColumn, KernelType, ZoneTable } from '../../kernel/types.ts';
import { column, utc, zoneTable } from '../kernel/read.ts';
import type { Chance } from './random.ts';

/** Zones whose clocks have stopped changing: past the table's end the last offset holds, as Temporal says too. */
const policies = ['earlier', 'later', 'reject'] as const;
const zones: readonly ZoneTable[] = [
  utc,
  ...['Europe/Moscow', 'America/Sao_Paulo', 'Pacific/Apia', 'Africa/Monrovia'].flatMap((zone) =>
    policies.map((policy) => zoneTable(zone, { ambiguous: policy, skipped: policy })),
  ),
];
const formats = [
  ...[
    'yyyy-MM-dd HH:mm:ss',
    'yyyy-MM-ddTHH:mm:ss',
    'yyyy-MM-dd',
    'M/d/yyyy H:mm',
    'dd.MM.yy',
    'yyyyMMddHHmmss',
  ],
  ...['yyyy-MM-dd HH:mm:ss.S', "yyyy-MM-dd'T'HH:mm:ss.SSSX", 'M/d/yyyy h:mm:ss a', 'yyyy-MM-dd HH:mm Z'],
];

/** Texts of each kind: values, values at an edge, and what is none. */
const texts: Record<KernelType['kind'], readonly string[]> = {
  dictionary: ['a', 'Prague', 'Zürich', 'x'.repeat(70), '', 'N/A', 'é'],
  utf8: ['a', 'Жуть', '😀', '', 'NULL', '\0', 'y'.repeat(300)],
  int32: [
    '0',
    '7',
    '-7',
    '12345678',
    '2147483647',
    '-2147483649',
    '007',
    '+1',
    '1.0',
    '99999999999999999999',
  ],
  int64: ['0', '9223372036854775807', '-9223372036854775808', '9223372036854775808', '1e3', '-'],
  decimal: ['0', '1.5', '-.5', '5.', '12.345', '999999999999999999', '0.00000000000000001', '1e2', '.'],
  float64: [
    '0',
    '-0',
    '14.432118300000001',
    '1e308',
    '5e-324',
    '1.7976931348623159e308',
    '123456789.123456789123',
    'NaN',
    '-inf',
    '.',
    '1e',
  ],
  boolean: ['true', 'f', 'YES', '0', 'off', 'да', 'нет', '2', 'truE '],
  date: ['2024-02-29', '1900-02-29', '0001-01-01', '31.12.69', '2024-1-1'],
  timestamp: [
    '2024-02-29 23:59:59',
    '2016-12-31 23:59:60',
    '2017-11-05T01:30:00',
    '2018-03-11 02:30:00',
    '11/5/2017 1:30',
    '2017-01-02 03:04:05.678',
    '2017-01-02T03:04:05.678+03:00',
    '1/2/2017 12:00:01 AM',
    '20170102030405',
  ],
  uuid: [
    '00112233445566778899aabbccddeeff',
    '00112233-4455-6677-8899-AABBCCDDEEFF',
    '{00112233-4455-6677-8899-aabbccddeeff}',
    'urn:uuid:00112233445566778899aabbccddeeff',
    '00112233',
  ],
  point: [
    'POINT (14.43 50.08)',
    'point(1 2)',
    'POINT (181 0)',
    '50.08,14.43',
    'POINT  ( 1e1   -90 ) ',
    'POINT EMPTY',
  ],
};

function anyType(chance: Chance): KernelType {
  const kind = chance.of(Object.keys(texts) as KernelType['kind'][]);
  switch (kind) {
    case 'int32':
      return chance.once(2) ? { kind, min: -(2 ** 31), max: 2 ** 31 - 1 } : { kind, min: -5, max: 300 };
    case 'decimal': {
      const precision = chance.between(1, 18);
      return { kind, precision, scale: chance.between(0, precision) };
    }
    case 'float64':
      return { kind, nonFinite: chance.of(['reject', 'null', 'keep']) };
    case 'date':
      return { kind, formats: chance.list(3, () => chance.of(formats.slice(0, 5)), 1) };
    case 'timestamp':
      return {
        ...{ kind, formats: chance.list(4, () => chance.of(formats), 1), zone: chance.of(zones) },
        leapSecond: chance.of(['reject', 'clamp']),
      };
    case 'point':
      return { kind, form: chance.of(['wkt', 'latlon']) };
    default:
      return { kind };
  }
}

export function anyColumn(chance: Chance): KernelColumn {
  const nulls = chance.once(3)
    ? []
    : chance.of([[''], ['', 'NULL'], ['NULL', 'N/A', 'x'.repeat(70), 'é'], ['0']]);
  return column(anyType(chance), { required: chance.once(6), nulls });
}

/** A text that is, or nearly is, one of the column. */
export function anyValue(chance: Chance, { type }: KernelColumn): string {
  if (chance.once(20)) return '';
  const text = chance.of(texts[type.kind]);
  if (chance.once(2)) return text;
  switch (type.kind) {
    case 'float64':
    case 'decimal':
    case 'point': {
      const number = () => anyNumber(chance);
      if (type.kind !== 'point') return number();
      return type.form === 'wkt' ? `POINT (${number()} ${number()})` : `${number()},${number()}`;
    }
    case 'int32':
    case 'int64':
      return `${chance.of(['', '-', '+', '0'])}${digits(chance, chance.between(1, 20))}`;
    case 'date':
    case 'timestamp':
      return new Date((chance.word() - 2 ** 31) * chance.of([1000, 4000, 30_000]))
        .toISOString()
        .slice(0, type.kind === 'date' ? 10 : 19)
        .replace('T', chance.of(['T', ' ']));
    default:
      return text;
  }
}

function digits(chance: Chance, count: number): string {
  let text = '';
  while (text.length < count) text += String(chance.word()).slice(-9);
  return text.slice(0, count);
}

function anyNumber(chance: Chance): string {
  const whole = digits(chance, chance.between(0, chance.once(5) ? 40 : 4));
  const fraction = chance.once(4) ? '' : `.${digits(chance, chance.between(0, chance.once(5) ? 60 : 18))}`;
  const exponent = chance.once(5)
    ? `${chance.of(['e', 'E'])}${chance.of(['', '-', '+'])}${chance.below(chance.of([10, 400]))}`
    : '';
  return `${chance.of(['', '', '-', '+'])}${whole}${fraction}${exponent}`;
}
