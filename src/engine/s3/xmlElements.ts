import { MalformedAnswer } from '../failures/malformedAnswer';

/** Takes the elements of a document as they come; names are without the prefix of a namespace. */
export interface ElementSink {
  /** The root has depth 0. */
  opened(name: string, depth: number): void;
  /** `text` is what stood in it, up to the first element in it. */
  closed(name: string, depth: number, text: string): void;
}

/**
 * Reads a document of elements and text, as stores send them: attributes, comments and declarations
 * are passed over. Line ends stay as they are, unlike in section 2.11: stores that escape nothing send
 * names with a carriage return like that, which would be taken for other names. Throws `MalformedAnswer` where it is not well-formed, or defines entities of its
 * own (https://www.w3.org/TR/xml/).
 */
export function readElements(document: string, sink: ElementSink): void {
  const open: string[] = [];
  let content = '';
  let isLeaf = false;
  let position = 0;
  for (;;) {
    const tag = document.indexOf('<', position);
    const between = document.slice(position, tag === -1 ? undefined : tag);
    if (open.length === 0) {
      if (!/^\uFEFF?\s*$/.test(between)) throw malformed('text outside of the root');
    } else if (isLeaf && between !== '') {
      content += withoutEntities(between);
    }
    if (tag === -1) break;
    switch (document.charCodeAt(tag + 1)) {
      case slash: {
        const end = endOf(document, '>', tag);
        const name = open.pop();
        if (name === undefined || document.slice(tag + 2, end).trimEnd() !== name) {
          throw malformed('an element that is not closed');
        }
        sink.closed(withoutPrefix(name), open.length, isLeaf ? content : '');
        isLeaf = false;
        content = '';
        position = end + 1;
        break;
      }
      case questionMark:
        position = endOf(document, '?>', tag) + 2;
        break;
      case exclamationMark:
        if (document.startsWith(comment, tag)) {
          position = endOf(document, '-->', tag + comment.length) + 3;
        } else if (document.startsWith(cdata, tag) && open.length > 0) {
          const end = endOf(document, ']]>', tag);
          if (isLeaf) content += document.slice(tag + cdata.length, end);
          position = end + 3;
        } else {
          throw malformed('a declaration');
        }
        break;
      default: {
        const end = endOfTag(document, tag);
        const isEmpty = document.charCodeAt(end - 1) === slash;
        const name = nameIn(document.slice(tag + 1, isEmpty ? end - 1 : end));
        const plain = withoutPrefix(name);
        sink.opened(plain, open.length);
        isLeaf = !isEmpty;
        content = '';
        if (isEmpty) sink.closed(plain, open.length, '');
        else open.push(name);
        position = end + 1;
      }
    }
  }
  if (open.length > 0) throw malformed('the end is missing');
}

const slash = 0x2f;
const questionMark = 0x3f;
const exclamationMark = 0x21;
const comment = '<!--';
const cdata = '<![CDATA[';

function endOf(document: string, mark: string, from: number): number {
  const end = document.indexOf(mark, from);
  if (end === -1) throw malformed('the end is missing');
  return end;
}

/** The `>` of a tag; one within the value of an attribute does not count. */
function endOfTag(document: string, from: number): number {
  const end = endOf(document, '>', from);
  const inside = document.slice(from, end);
  if (!inside.includes('"') && !inside.includes("'")) return end;
  endingTag.lastIndex = from;
  const found = endingTag.exec(document);
  if (found === null) throw malformed('the end is missing');
  return from + found[0].length - 1;
}

const endingTag = /<(?:[^<>"']|"[^"<]*"|'[^'<]*')*>/y;

function nameIn(tag: string): string {
  const space = tag.search(/\s/);
  const name = space === -1 ? tag : tag.slice(0, space);
  if (!elementName.test(name)) throw malformed('a tag without a name');
  return name;
}

const elementName = /^[\p{L}_][\p{L}\p{N}_.:-]*$/u;

function withoutPrefix(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}

/** Returns a text with its references replaced. Throws `MalformedAnswer` where one is unknown. */
export function withoutEntities(text: string): string {
  if (!text.includes('&')) return text;
  // Those of each ETag.
  const unquoted = text.replaceAll('&quot;', '"');
  if (!unquoted.includes('&')) return unquoted;
  return text.replaceAll(/&([^;]*;?)/g, (_, found: string) => {
    const named = entities[found];
    if (named !== undefined) return named;
    const digits = /^#(?:x(?<hex>[0-9a-f]{1,6})|(?<decimal>\d{1,7}));$/i.exec(found)?.groups;
    const code = Number.parseInt(
      digits?.['hex'] ?? digits?.['decimal'] ?? '',
      digits?.['hex'] === undefined ? 10 : 16,
    );
    if (Number.isNaN(code) || code > 0x10_ff_ff) throw malformed('an unknown entity');
    return String.fromCodePoint(code);
  });
}

const entities: Readonly<Record<string, string>> = {
  'lt;': '<',
  'gt;': '>',
  'amp;': '&',
  'quot;': '"',
  'apos;': "'",
};

function malformed(what: string): MalformedAnswer {
  return new MalformedAnswer(`The answer is no XML: ${what}.`);
}
