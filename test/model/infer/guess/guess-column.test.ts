/** What `landfall init` makes of a column's values. */
import { describe, expect, it, test } from 'vitest';
import type { ColumnGuess } from '../../../../model/infer/contract.ts';
import { type GuessOptions, guessColumn } from '../../../../model/infer/guess/guess-column.ts';

function sampleOf(texts: readonly string[], header = 'v') {
  const values = new Map<string, number>();
  for (const text of texts) if (text !== '') values.set(text, (values.get(text) ?? 0) + 1);
  return { header, values, blanks: texts.filter((text) => text === '').length };
}

const guess = (texts: readonly string[], header = 'v', options: GuessOptions = {}) =>
  guessColumn(sampleOf(texts, header), options);

/** As a definition would say it, without nulls. */
function said({ type, digits, options }: ColumnGuess): string {
  const written = Object.keys(options).length > 0 ? [JSON.stringify(options).replaceAll('"', "'")] : [];
  return `${type}(${[...(digits ?? []), ...written].join(', ')})`;
}

const checks = ({ remarks }: ColumnGuess) =>
  remarks.flatMap(({ kind, text }) => (kind === 'check' ? [text] : []));

describe('numbers', () => {
  test.each<[string, string[], string, string?]>([
    ['small ones', ['1', '-5'], 'integer()'],
    ['0 and 1', ['0', '1'], 'integer()'],
    ['no room in 32 bits', ['2147483647', '1'], 'bigint()'],
    ['little room in 32 bits', ['1000000001'], 'bigint()'],
    ['room in 32 bits', ['1000000000'], 'integer()'],
    ['more than 32 bits', ['1', '-3000000000'], 'bigint()'],
    ['ids of 17 digits', ['12345678901234567', '98765432109876543'], 'bigint()'],
    ['the largest of 64 bits', ['9223372036854775807'], 'bigint()'],
    ['more than 64 bits', ['9223372036854775808', '1'], 'text()', 'whole numbers beyond 64 bits'],
    ['leading zeros', ['01067', '4109'], 'text()'],
    ['leading zeros of decimals', ['01.5', '4.25'], 'text()'],
    ['00', ['0', '00'], 'text()'],
    ['a leading +', ['+4912345678', '+49301234'], 'text()'],
    ['an exponent or a code', ['12E5', '13E7'], 'text()', "'12E5' may be a code"],
    ['codes', ['12E5', '12F5', '123'], 'text()'],
    ['exponents', ['1.5e-7', '2.25E+05', '3'], 'float8()'],
    ['exponents beyond doubles', ['1e400', '1.5'], 'text()', 'no number type holds every digit'],
    ['infinity', ['1.5', '-inf', 'Infinity'], "float8({'nonFinite':'keep'})", 'infinity is kept'],
    ['two digits', ['1.25', '3.5', '10'], 'numeric(12, 2)'],
    ['six digits', ['1.250000', '3.500000'], 'numeric(12, 6)'],
    ['large ones', ['1234567890.25'], 'numeric(16, 2)'],
    ['18 digits while they suffice', ['123456789012345.25'], 'numeric(18, 2)'],
    ['38 digits', ['1234567890123456789012345678901234567.1'], 'numeric(38, 1)'],
    ['39 digits', ['12345678901234567890123456789012345678.1'], 'text()', 'no number type holds every digit'],
    ['coordinates', ['48.85661399', '2.3522219', '-0.12'], 'float8()'],
    ['varying long fractions', ['48.85661', '2.35222', '-0.1'], 'float8()'],
    ['17 digits of a double', ['14.432118300000003', '1.25'], 'float8()'],
    ['a digit that a double loses', ['14.4321183000000034', '1.25'], 'numeric(22, 16)'],
    ['19 digits of a power of two', ['0.00000001490116119384765625'], 'numeric(31, 26)'],
    ['19 digits', ['0.1234567890123456789', '1.5'], 'numeric(24, 19)'],
    ['bare points', ['.5', '-.25', '5.'], 'numeric(12, 2)'],
    ['versions', ['1.2.3', '1.2.10'], 'text()'],
    ['addresses', ['192.168.1.200', '10.0.0.1'], 'text()'],
    ['an address of full groups', ['192.168.100.200'], 'text()', 'may be a code'],
    ['fractions of others', ['3/4', '1/2'], 'text()'],
    ['phone numbers', ['555-123-4567'], 'text()'],
    ['hexadecimal', ['0x1F', '0x2A'], 'text()'],
  ])('%s', (_, texts, expected, remark) => {
    const found = guess(texts);
    expect(said(found)).toBe(expected);
    if (remark === undefined) expect(checks(found)).toEqual([]);
    else expect(checks(found).join()).toContain(remark);
  });

  test.each<[string[], string, string?]>([
    [['$74.69', '$5'], "numeric(12, 2, {'strip':['$']})"],
    [
      ['$1,234.50', '($3.00)', '-$5'],
      "numeric(12, 2, {'thousands':',','strip':['$'],'negative':'parentheses'})",
    ],
    [['(1,234.50)', '12.00'], "numeric(12, 2, {'thousands':',','negative':'parentheses'})"],
    [['1,234.50-', '3.00'], "numeric(12, 2, {'thousands':',','negative':'trailing'})"],
    [['1 234,5', '12,25'], "numeric(12, 2, {'decimal':',','thousands':' '})"],
    [['1\u00a0234,5', '1\u202f234,25'], "numeric(12, 2, {'decimal':',','thousands':' '})"],
    [["1'234.50", '12.00'], "numeric(12, 2, {'thousands':'''})"],
    [['1_234', '12'], "integer({'thousands':'_'})"],
    [['1.469,06 €', '12,00 €'], "numeric(12, 2, {'decimal':',','thousands':'.','strip':['€']})"],
    [['USD 5.00', 'USD 6.50'], "numeric(12, 2, {'strip':['USD']})"],
    [['Rs.500', 'Rs. 1,00,000'], "numeric(12, 2, {'thousands':',','strip':['Rs.']})"],
    [['12 %', '7,5 %'], "numeric(12, 2, {'decimal':',','strip':['%']})"],
    [['12%', '7%'], "numeric(12, 2, {'strip':['%']})"],
    [['5 kg', '6 kg'], "integer({'strip':['kg']})"],
    [['€5', '7 EUR'], "numeric(12, 2, {'strip':['EUR','€']})"],
    [['$5', '$6', '7'], "numeric(12, 2, {'strip':['$']})", 'some values have no $'],
    [['12,34,567', '1,000'], "integer({'thousands':','})"],
    [['1.234.567', '12.345'], "integer({'decimal':',','thousands':'.'})"],
    [['1.234,5', '12'], "numeric(12, 1, {'decimal':',','thousands':'.'})"],
    // One mark before three digits.
    [['1,234', '2,345'], "integer({'thousands':','})", 'no value tells'],
    [['1.234', '2.345'], 'numeric(12, 3)', 'no value tells'],
    [
      ['1.234 €', '2.345 €'],
      "numeric(12, 2, {'decimal':',','thousands':'.','strip':['€']})",
      'no value tells',
    ],
    [['1,234', '12,345,678'], "integer({'thousands':','})"],
    [['1,234', '12,34'], "numeric(12, 3, {'decimal':','})"],
    [['0,123', '1,456'], "numeric(12, 3, {'decimal':','})"],
    [['1,234', '0.5'], "numeric(12, 1, {'thousands':','})"],
    [['1234,567', '1,234'], "numeric(12, 3, {'decimal':','})"],
    [['1 234', '56', '12 345 678'], "integer({'thousands':' '})"],
    // What may be something else.
    [['110 001', '560 002'], 'text()', 'may be a code'],
    [['5 kg', '6 lb'], 'text()', 'different units'],
    [['5%', '6'], 'text()', 'different units'],
    [['€5', '$6'], 'text()', 'different units'],
    [['(1)', '(2)'], 'text()', 'a mark or a negative number'],
    [['5-', '10-'], 'text()', 'a grade or a negative number'],
    [['(1.5)', '1.5-'], 'text()', 'negative numbers are written in two ways'],
    [['A12', 'A13'], 'text()'],
    [['1.234,5', '1,234.5'], 'text()', 'numeric but for'],
    [['12x', '13x'], 'text()'],
  ])('%j', (texts, expected, remark) => {
    const found = guess(texts);
    expect(said(found)).toBe(expected);
    if (remark === undefined) expect(checks(found)).toEqual([]);
    else expect(checks(found).join()).toContain(remark);
  });

  test.each<[string[], GuessOptions, string]>([
    [['1,234'], { decimalHint: ',' }, "numeric(12, 3, {'decimal':','})"],
    [['1,234'], { decimalHint: '.' }, "integer({'thousands':','})"],
    [['1.234'], { decimalHint: ',' }, "integer({'decimal':',','thousands':'.'})"],
    [['1.234 €'], { decimalHint: '.' }, "numeric(12, 3, {'strip':['€']})"],
    // Values outweigh other columns.
    [['1.5'], { decimalHint: ',' }, 'numeric(12, 1)'],
    [['1,5'], { decimalHint: '.' }, "numeric(12, 1, {'decimal':','})"],
  ])('%j where other columns say %j', (texts, options, expected) => {
    expect(said(guess(texts, 'v', options))).toBe(expected);
  });

  it('are codes where the header says so', () => {
    expect(guess(['1.10', '1.9'], 'Version')).toMatchObject({ type: 'text' });
    expect(guess(['250.01', '4.5'], 'icd_code').type).toBe('text');
    expect(guess(['1.10', '1.9'], 'conversion').type).toBe('numeric');
  });

  it('of which one may stand for no value are said', () => {
    expect(checks(guess(['1.5', '-9999'])).join()).toContain('-9999 may stand for no value');
    expect(checks(guess(['-1.5', '-9999']))).toEqual([]);
  });
});

describe('days and times', () => {
  const zone = 'the file does not name its zone: UTC is assumed';
  const short = 'years of two digits';
  const inUtc = (...formats: string[]) =>
    `timestamp(${JSON.stringify({ formats, zone: 'UTC' }).replaceAll('"', "'")})`;
  const dates = (...formats: string[]) => `date(${JSON.stringify({ formats }).replaceAll('"', "'")})`;

  test.each<[string[], string, string?]>([
    [['2024-01-13'], 'date()'],
    [['2024/01/13'], dates('yyyy/MM/dd')],
    [['2024-1-13', '2024-10-1'], dates('yyyy-M-d')],
    [['01/13/2024', '12/31/2023'], dates('MM/dd/yyyy')],
    [['1/13/2024', '12/31/2023'], dates('M/d/yyyy')],
    [['13/01/2024', '31/12/2023'], dates('dd/MM/yyyy')],
    [['13.1.2024', '31.12.2023'], dates('d.M.yyyy')],
    // Nothing shows that a 0 would be put before a number below 10.
    [['11/13/2024', '12/31/2023'], dates('M/d/yyyy')],
    [['03/04/2024', '05/06/2023'], dates('MM/dd/yyyy'), 'no value tells'],
    [['03-04-2024', '05-06-2023'], dates('dd-MM-yyyy'), 'no value tells'],
    [['03.04.2024', '05.06.2023'], dates('dd.MM.yyyy')],
    [['13.01.24', '31.12.23'], dates('dd.MM.yy'), short],
    [['1/13/24', '2/3/24'], dates('M/d/yy'), short],
    [['24-01-13', '23-12-31', '24-02-29'], dates('yy-MM-dd'), 'the year stands first'],
    [['45-01-13', '23-12-31'], dates('yy-MM-dd'), 'the year stands first'],
    [['13-Jan-2024', '01-Feb-2024'], dates('dd-MMM-yyyy')],
    [['13Jan2024', '01FEB2024'], dates('ddMMMyyyy')],
    [['Jan 5, 2024', 'Feb. 13, 2024'], dates('MMM d, yyyy')],
    [['2024 January 05'], dates('yyyy MMMM dd')],
    [['20240113', '20231231'], dates('yyyyMMdd'), 'days from 1900 to 2100'],
    [['2024-01', '2023-12'], dates('yyyy-MM')],
    [['01/2024', '12/2023'], dates('MM/yyyy')],
    [['March 2024', 'May 2024'], dates('MMMM yyyy')],
    [['Jan-24', 'Feb-24'], dates('MMM-yy'), short],
    [
      ['January 1st, 2024', 'March 3rd, 2024'],
      dates(...['st', 'nd', 'rd', 'th'].map((end) => `MMMM d'${end}', yyyy`)),
    ],
    [['2024-01-13 10:15:30'], inUtc('yyyy-MM-dd HH:mm:ss'), zone],
    [['2024-01-13T10:15', '2024-01-13 10:15'], inUtc('yyyy-MM-ddTHH:mm', 'yyyy-MM-dd HH:mm'), zone],
    [['2024-01-13 10:15:30.123'], inUtc('yyyy-MM-dd HH:mm:ss.SSS'), zone],
    [['2024-01-13 10:15:30.1', '2024-01-13 10:15:30.123456'], inUtc('yyyy-MM-dd HH:mm:ss.S'), zone],
    [['2024-01-13 10:15:30,123'], inUtc('yyyy-MM-dd HH:mm:ss,SSS'), zone],
    [['1/13/2024 1:05 PM', '12/31/2023 12:00 am'], inUtc('M/d/yyyy h:mm a'), zone],
    [['13.01.2024, 09:05', '31.12.2023, 10:00'], inUtc('dd.MM.yyyy, HH:mm'), zone],
    [['20240113T101530', '20240114T000000'], inUtc('yyyyMMddTHHmmss'), zone],
    [['20240113103000', '20240114000000'], inUtc('yyyyMMddHHmmss'), zone],
    [['10:15 13.01.2024', '09:00 31.12.2023'], inUtc('HH:mm dd.MM.yyyy'), zone],
    [['2024-01-13', '2024-01-13 10:15'], inUtc('yyyy-MM-dd', 'yyyy-MM-dd HH:mm'), 'midnight is assumed'],
    [
      ['2024-01-13T10:00:00Z', '2024-01-13T10:00:00+02:00'],
      "timestamp({'formats':['yyyy-MM-ddTHH:mm:ssX']})",
    ],
    [['Sat, 13 Jan 2024 09:00:00 GMT'], "timestamp({'formats':['EEE, d MMM yyyy HH:mm:ss VV']})"],
    [['2024-01-13 10:00:00 UTC'], "timestamp({'formats':['yyyy-MM-dd HH:mm:ss VV']})"],
    [
      ['2024-01-13 10:00 Europe/Moscow', '2024-01-13 10:00 America/New_York'],
      "timestamp({'formats':['yyyy-MM-dd HH:mm VV']})",
    ],
    [['13/Jan/2024:01:00:00 +0100'], "timestamp({'formats':['d/MMM/yyyy:HH:mm:ss X']})"],
    [
      ['2024-01-13T10:00:00.123456789Z'],
      "timestamp({'formats':['yyyy-MM-ddTHH:mm:ss.SSSSSSSSSX'],'fraction':'truncate'})",
      'beyond microseconds are cut off',
    ],
    [['08:30', '17:05:10', '17:05:10.5'], 'time()', 'a length of time is interval()'],
    [['8:30', '17:05'], "time({'formats':['H:mm']})", 'a length of time is interval()'],
    [['1:05 PM', '12:00 AM'], "time({'formats':['h:mm a']})", 'a length of time is interval()'],
    [['PT1H', 'P1DT2H30M'], 'interval()', 'a length of time'],
    [['1:02:11', '26:30:00'], 'interval()', 'a length of time'],
    [['-00:30:00', '00:30:00'], 'interval()', 'a length of time'],
    [['08:30', '26:30:00'], 'interval()', "'08:30' is read as hours and minutes"],
    // Of what is written in two ways nobody knows what it is.
    [['8:30', '8:30:15'], 'text()', 'hours and minutes or minutes and seconds'],
    [['58:11', '1:02:11'], 'text()', 'hours and minutes or minutes and seconds'],
    [['P1M', 'P1D'], 'text()', "interval but for 'P1M'"],
    [['2023-02-29', '2024-02-29'], 'text()', "date but for '2023-02-29'"],
    [['1900-02-29', '2000-02-29'], 'text()', "date but for '1900-02-29'"],
    [['2024-02-30', '2024-02-28'], 'text()', "date but for '2024-02-30'"],
    [['13/01/2024', '01/13/2024'], 'text()', 'date but for'],
    [['2024-W02', '2024-W52'], 'text()', 'weeks have no format'],
    [['2024-Q1', '2024-Q2'], 'text()', 'no format reads parts of years'],
    [['2024年1月1日', '2024年12月31日'], 'text()', 'no format reads 年, 月 and 日'],
    [['1.2.24', '13.12.24'], 'text()', "'1.2.24' may be a day or a version"],
    [['1.2.24', '1.14.9'], 'text()'],
    [['2009-10', '2010-11'], 'text()', 'a season or a month'],
    [['2024-01-13 10:00 EST', '2024-01-13 10:00 PST'], 'text()', 'abbreviations of zones'],
    [['2024-01-13 10:00 EST'], 'text()', 'abbreviations of zones'],
    [['2024-01-13 10:00amZ'], 'text()'],
    [['1:05 odp. 13.01.2024'], 'text()'],
    [['24-Jan', '25-Feb'], 'text()'],
    [['2024', '2023'], 'integer()'],
    [['20241301', '20240113'], 'integer()'],
    [['20240113'], 'integer()'],
  ])('%j', (texts, expected, remark) => {
    const found = guess(texts);
    expect(said(found)).toBe(expected);
    if (remark === undefined) expect(checks(found)).toEqual([]);
    else expect(checks(found).join()).toContain(remark);
  });

  it('of a column of check-ins are of three forms', () => {
    const texts = ['2019-09-27 00:00:00 UTC', '2019-09-27 10:00:00.5 UTC', '2019-09-26 00:00:00.123456 UTC'];
    expect(guess([...texts, '09/27/2019 12:00 AM', '26 сентября 2019 00:00'])).toMatchObject({
      type: 'timestamp',
      options: {
        formats: [
          'yyyy-MM-dd HH:mm:ss.S VV',
          'yyyy-MM-dd HH:mm:ss VV',
          'MM/dd/yyyy h:mm a',
          'd MMMM yyyy HH:mm',
        ],
        locale: 'ru',
        zone: 'UTC',
      },
    });
  });

  test.each<[string[], string, string]>([
    [['26 сентября 2019', '1 мая 2018'], 'd MMMM yyyy', 'ru'],
    [['5 janv. 2024', '13 mai 2024'], 'd MMM yyyy', 'fr'],
    [['5. März 2024', '13. Mai 2024'], 'd. MMM yyyy', 'de'],
    [['13 de enero de 2024', '1 de marzo de 2024'], "d 'de' MMMM 'de' yyyy", 'es'],
    [['13-ott-2024', '01-gen-2024'], 'dd-MMM-yyyy', 'it'],
    [['13 mrt 2024', '1 mei 2024'], 'd MMM yyyy', 'nl'],
  ])('%j has names of months', (texts, format, locale) => {
    expect(guess(texts)).toMatchObject({ type: 'date', options: { formats: [format], locale } });
  });

  it('names the language at the format where there are several', () => {
    expect(guess(['5 May 2024', '26 сентября 2019', '2024-01-13']).options).toEqual({
      formats: ['d MMMM yyyy', { format: 'd MMMM yyyy', locale: 'ru' }, 'yyyy-MM-dd'],
    });
  });

  it('are read by the order that other values or columns show', () => {
    expect(said(guess(['03/04/2024', '13/04/2024 10:00']))).toBe(inUtc('dd/MM/yyyy', 'dd/MM/yyyy H:mm'));
    const other = guess(['03/04/2024'], 'v', { dayFirstHint: true });
    expect(said(other)).toBe(dates('dd/MM/yyyy'));
    expect(checks(other).join()).toContain('as in other columns');
    expect(said(guess(['03.04.2024'], 'v', { dayFirstHint: false }))).toBe(dates('MM.dd.yyyy'));
    expect(said(guess(['13/04/2024'], 'v', { dayFirstHint: false }))).toBe(dates('dd/MM/yyyy'));
  });

  it('since 1970 are recognised by header and range', () => {
    expect(said(guess(['1705140000'], 'created_at'))).toBe("timestamp({'epoch':'s'})");
    expect(said(guess(['1705140000123'], 'epochms'))).toBe("timestamp({'epoch':'ms'})");
    expect(said(guess(['1705140000123456'], 'updatedAt'))).toBe("timestamp({'epoch':'us'})");
    expect(said(guess(['1705140000', '17'], 'created_at'))).toBe('bigint()');
    expect(said(guess(['1705140000'], 'account'))).toBe('bigint()');
    expect(checks(guess(['45304', '45291'], 'date')).join()).toContain('as spreadsheets count them');
    expect(said(guess(['20240113'], 'birthday'))).toBe(dates('yyyyMMdd'));
  });

  it('are lengths of time where the header says so', () => {
    expect(said(guess(['1:02:11', '1:03:12'], 'duration'))).toBe('interval()');
    expect(checks(guess(['5:30', '6:15'], 'pace')).join()).toContain(
      'hours and minutes or minutes and seconds',
    );
  });
});

describe('other types', () => {
  test.each<[string[], string, string?]>([
    [['true', 'FALSE'], 'boolean()'],
    [['Y', 'N'], 'boolean()'],
    [['yes', 'No', 'YES'], 'boolean()'],
    [['t', 'f'], 'boolean()', 't and f are truth values'],
    [['on', 'off'], 'boolean()', 'on and off'],
    [['да', 'Нет'], 'boolean()'],
    [['ja', 'nein'], "boolean({'true':['ja'],'false':['nein']})"],
    [['Oui', 'Non'], "boolean({'true':['oui'],'false':['non']})"],
    [['true'], 'boolean()'],
    [['Y'], 'text()', "'Y' alone may be a truth value"],
    [['NO', 'SE'], 'text()', undefined],
    [['yes', 'no', 'maybe'], 'text()', "boolean but for 'maybe'"],
    [['M', 'F'], 'text()'],
    [['00112233-4455-6677-8899-AABBCCDDEEFF'], 'uuid()'],
    [['00112233445566778899aabbccddeeff'], 'text()'],
    [['{"a": 1}', '[]'], 'json()'],
    [['{"a": 1}', '{a: 1}'], 'text()', "json but for '{a: 1}'"],
    [['{"a": "\\u0000"}'], 'text()'],
    [['POINT (14.43 50.08)'], 'point()'],
    [['50.1, 14.2'], "point({'form':'latlon'})"],
    [['POINT (14.43 95)'], 'text()'],
    [['["a", 1', 'b'], 'text()'],
    [['Ada', 'Bob'], 'text()'],
  ])('%j', (texts, expected, remark) => {
    const found = guess(texts);
    expect(said(found)).toBe(expected);
    if (texts[0] === 'NO') return;
    if (remark === undefined) expect(checks(found)).toEqual([]);
    else expect(checks(found).join()).toContain(remark);
  });

  it('are text where there is no value', () => {
    expect(guess(['', '', ''])).toEqual({
      type: 'text',
      options: {},
      nulls: [],
      misfits: [],
      remarks: [{ kind: 'evidence', text: 'no value in 3 rows' }],
    });
    expect(guess(['NA', 'NA'])).toMatchObject({ type: 'text', nulls: [] });
  });
});

describe('what looks like null', () => {
  const tokens = [
    'NA',
    'N/A',
    'None',
    'NULL',
    'null',
    'nan',
    '-',
    '\\N',
    '#N/A',
    '#DIV/0!',
    '?',
    '.',
    '..',
    '(null)',
  ];

  test.each([
    ['integer', ['1', '2']],
    ['numeric', ['1.5', '2']],
    ['date', ['2024-01-13', '2024-01-14']],
    ['boolean', ['Y', 'N']],
    ['uuid', ['00112233-4455-6677-8899-aabbccddeeff']],
  ])('is null in a column of %s, and said', (type, texts) => {
    const found = guess([...texts, ...tokens, 'NA']);
    expect(found).toMatchObject({ type, nulls: tokens });
    expect(found.remarks.map(({ text }) => text).join()).toContain("'NA' in 2 rows");
    expect(checks(found)).toEqual([]);
  });

  it('stays in a column of texts, and is said', () => {
    const found = guess(['AF', 'NA', 'NA', 'SA', '\\N']);
    expect(found).toMatchObject({ type: 'text', nulls: [] });
    expect(checks(found).join()).toContain("'NA' in 2 rows, '\\N' in 1 row: kept, may mean no value");
  });

  it('is null in texts where a database wrote it', () => {
    expect(guess(['AF', 'NA', '\\N'], 'v', { dump: true })).toMatchObject({ type: 'text', nulls: ['\\N'] });
  });

  it('is a day with zeros', () => {
    expect(guess(['0000-00-00', '2024-01-13'])).toMatchObject({ type: 'date', nulls: ['0000-00-00'] });
  });
});

describe('what does not fit', () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));

  it('is null if it is a word that recurs', () => {
    const found = guess([...numbers(20), 'low', 'low', 'n/k', 'n/k']);
    expect(found).toMatchObject({ type: 'integer', nulls: ['low', 'n/k'], misfits: [] });
    expect(checks(found)).toEqual(["'low' in 2 rows, 'n/k' in 2 rows: taken to mean no value"]);
  });

  test.each<[string, string[]]>([
    ['four words', ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd']],
    ['a word with a digit', ['level 1', 'level 1']],
    ['a word that is seen once', ['low']],
    ['a fifth of the rows', Array.from({ length: 6 }, () => 'low')],
  ])('keeps the column text: %s', (_, others) => {
    expect(guess([...numbers(20), ...others])).toMatchObject({ type: 'text', nulls: [], misfits: [] });
  });

  it('is no third truth value', () => {
    expect(
      guess([...Array.from({ length: 50 }, (_, i) => (i % 2 ? 'yes' : 'no')), 'maybe', 'maybe']).type,
    ).toBe('text');
  });

  it('is rejected if it is rare', () => {
    const found = guess([...numbers(5000), 'abc', '12;5', '1/2', 'x5']);
    expect(found).toMatchObject({ type: 'integer', nulls: [], misfits: ['abc', '12;5', '1/2', 'x5'] });
    expect(checks(found).join()).toContain("'abc', '12;5', '1/2' and 1 more: rejected in 4 rows");
  });

  it('keeps the column text otherwise, and is said', () => {
    expect(checks(guess([...numbers(48), 'abc']))).toEqual(["integer but for 'abc': 1 row"]);
    expect(guess([...numbers(49), 'abc'])).toMatchObject({ type: 'integer', misfits: ['abc'] });
    expect(guess([...numbers(300), 'a1', 'a2']).type).toBe('text');
    expect(guess([...numbers(400), 'a1', 'a2'])).toMatchObject({ type: 'integer', misfits: ['a1', 'a2'] });
    expect(guess([...numbers(50_000), ...Array.from({ length: 11 }, (_, i) => `a${i}`)]).type).toBe('text');
    expect(checks(guess([' 5', '6 ', '7'])).join()).toContain("integer but for the spaces around ' 5'");
  });

  it('is a code where all texts are equally long', () => {
    const codes = Array.from({ length: 900 }, (_, i) => String(110_018_063 + i));
    expect(guess([...codes, '0&&&&&&&&']).type).toBe('text');
    expect(guess([...codes, '0&&&&&&&']).type).toBe('integer');
  });

  it('is never a leading zero: it shows that all are codes', () => {
    expect(guess([...numbers(50_000), '007']).type).toBe('text');
  });
});
