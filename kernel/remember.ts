/** Memoises `make` by object. A result is kept for as long as its object exists. */
export function remember<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    let made = known.get(key);
    if (made === undefined) known.set(key, (made = { value: make(key) }));
    return made.value;
  };
}
