/**
 * DOM by construction. Nothing in the store ever parses a string as HTML: text arrives as text
 * nodes and attributes as attributes, so a product's title can hold any characters, and the page
 * runs under Trusted Types without a policy.
 */

/**
 * Makes an element. An attribute that is `false`, `null` or `undefined` is left out; `true` is
 * written empty.
 * @template {keyof HTMLElementTagNameMap} N
 * @param {N} name
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[N]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/**
 * The element of the page with this id.
 * @param {string} id
 * @returns {HTMLElement}
 * @throws {Error} when the page lacks it: page and script are not of one version
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`expected an element with the id "${id}" in ${location.pathname}`);
  return found;
}

/**
 * A button.
 * @param {string} label what it says
 * @param {Record<string, string | number | boolean | null | undefined>} attributes
 * @param {() => void} act
 * @returns {HTMLButtonElement}
 */
export function button(label, attributes, act) {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

/** Whether the visitor asked for less movement. */
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
