/** What `up` and `doctor` say of the way to the data. */
export const howToAsk =
  'ask with `landfall query "select …"` or `landfall psql`; `landfall url` prints the address of the database';
