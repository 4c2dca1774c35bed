/** Headers that are not cut as the rows are, or stand apart from them. */
import { expect, it } from 'vitest';
import { exploreHead } from '../../../coordinator/explore/explore-file.ts';
import type { Dialect } from '../../../model/language/define.ts';

it.each<[what: string, content: string, dialect: Dialect, header: readonly string[] | null]>([
  [
    'a line of signs below the names',
    '# by hand\nzabs,gamma,name\n---------------\n0.5,1,chi\n0.25,2,cash\n0.75,3,stat\n',
    { delimiter: ',', comment: '#', headerRows: 2 },
    ['zabs ---------------', 'gamma', 'name'],
  ],
  [
    'a header with another delimiter',
    'moment\thumidity\tlabel\n1,45.9,27\n2,45.8,27\n3,45.7,28\n',
    { delimiter: ',', header: false, skipLines: 1 },
    ['moment', 'humidity', 'label'],
  ],
  [
    'a header between blanks',
    'moment mote humidity temperature\n1\t4\t45.9\t27\n2\t4\t45.8\t27\n3\t4\t45.7\t28\n',
    { delimiter: '\t', header: false, skipLines: 1 },
    ['moment', 'mote', 'humidity', 'temperature'],
  ],
  [
    'a title of as many words as a table has columns, above its header',
    'Sales of the month\nid,name,price,day\n1,a,2.5,2024-01-01\n2,b,3.5,2024-01-02\n',
    { delimiter: ',', skipLines: 1 },
    ['id', 'name', 'price', 'day'],
  ],
  [
    'a title of too many words above rows without a header',
    'Sales of the whole month\n1,a,2.5,2024-01-01\n2,b,3.5,2024-01-02\n',
    { delimiter: ',', header: false, skipLines: 1 },
    null,
  ],
])('%s', (_, content, dialect, header) => {
  const found = exploreHead({ name: 'x.csv', bytes: Buffer.from(content), whole: true })!;
  expect([found.dialect, found.header]).toEqual([dialect, header]);
});
