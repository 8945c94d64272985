// What a browser remembers of this reader's wishes; in another program's frame it may refuse to remember anything.
const here = new Map();

export function setting(name) {
  return attempt((storage) => storage.getItem(name)) ?? here.get(name) ?? null;
}

export function set(name, value) {
  if (value === null) here.delete(name);
  else here.set(name, value);
  attempt((storage) => (value === null ? storage.removeItem(name) : storage.setItem(name, value)));
}

function attempt(act) {
  try {
    return act(window.localStorage);
  } catch {
    return null;
  }
}
