/** Makes an element with attributes and what it holds. Texts are never read as HTML. */
export function html<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes,
  ...content: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  fill(element, attributes, content);
  return element;
}

/** The same for what is drawn. */
export function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Attributes,
  ...content: readonly (Node | string)[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  fill(element, attributes, content);
  return element;
}

type Attributes = Readonly<Record<string, string | number>>;

function fill(element: Element, attributes: Attributes, content: readonly (Node | string)[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, String(value));
  }
  element.append(...content);
}
