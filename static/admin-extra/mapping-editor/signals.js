// What one part of the editor tells the others; synchronous, so that the caller goes on with the page redrawn.
const signal = (name, detail) => document.dispatchEvent(new CustomEvent(`mapping:${name}`, { detail }));

export const changed = () => signal("changed");
export const redraw = () => signal("redraw");
export const selectRule = (index) => signal("select-rule", index);
export const openField = (name) => signal("open-field", name);

export function on(name, act) {
  document.addEventListener(`mapping:${name}`, ({ detail }) => act(detail));
}
