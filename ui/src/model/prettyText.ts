/** A text as it is shown: reformatted where that helps, and never longer than asked for. */
export type Shown = {
  kind: "json" | "xml" | "text";
  text: string;
  /** Nothing was left out. */
  whole: boolean;
  /** It is not what was sent, letter by letter. */
  changed: boolean;
};

/** Deeper than this, lines are not moved further to the right: somebody else's nesting must not cost memory. */
const DEEPEST = 24;

/**
 * Looks at no more of the text than is shown, because what others registered may have 5 MiB. So it is laid out by its
 * marks, not parsed: numbers and repeated names stay as they were sent.
 */
export function prettyText(text: string, most: number): Shown {
  const shown = json(text, most) ?? xml(text, most);
  if (shown) return { ...shown, changed: !shown.whole || shown.text !== text };
  return { kind: "text", text: text.slice(0, most), whole: text.length <= most, changed: false };
}

/** Lines of a block. */
const BLOCK = 500;

/** The text in pieces of whole lines, which a page can lay out one by one. */
export function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let from = 0;
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    lines += 1;
    if (lines % BLOCK === 0) {
      blocks.push(text.slice(from, at + 1));
      from = at + 1;
    }
  }
  if (from < text.length) blocks.push(text.slice(from));
  return blocks;
}

type Laid = Omit<Shown, "changed">;

const LITERAL = /true|false|null|[-+.0-9eE]+/y;

function json(text: string, most: number): Laid | null {
  let at = skipSpace(text, 0);
  if (text[at] !== "{" && text[at] !== "[") return null;
  const out: string[] = [];
  let length = 0;
  let depth = 0;
  const put = (piece: string) => {
    out.push(piece);
    length += piece.length;
  };
  while (at < text.length && length < most) {
    const mark = text[at] as string;
    let next = at + 1;
    if (mark === "{" || mark === "[") {
      next = skipSpace(text, next);
      if (text[next] === (mark === "{" ? "}" : "]")) {
        put(mark + text[next]);
        next += 1;
      } else {
        depth += 1;
        put(mark + newLine(depth));
      }
    } else if (mark === "}" || mark === "]") {
      depth -= 1;
      if (depth < 0) return null;
      put(newLine(depth) + mark);
    } else if (mark === ",") {
      put(mark + newLine(depth));
    } else if (mark === ":") {
      put(": ");
    } else if (mark === '"') {
      next = endOfString(text, at);
      if (next < 0) return null;
      put(text.slice(at, Math.min(next, at + most)));
    } else {
      LITERAL.lastIndex = at;
      const literal = LITERAL.exec(text)?.[0];
      if (!literal) return null;
      put(literal);
      next = at + literal.length;
    }
    at = skipSpace(text, next);
  }
  return finish("json", out, length, most, at >= text.length);
}

function xml(text: string, most: number): Laid | null {
  const start = skipSpace(text, 0);
  if (text[start] !== "<") return null;
  const part = text.slice(0, most);
  // Somebody has laid it out already.
  if (lines(part) > part.length / 200) {
    return { kind: "xml", text: part, whole: text.length <= most };
  }
  const out: string[] = [];
  let length = 0;
  let depth = 0;
  /** The present element has only text so far, and may close on its line. */
  let flat = true;
  const put = (piece: string) => {
    out.push(piece);
    length += piece.length;
  };
  let at = start;
  while (at < part.length && length < most) {
    if (part[at] !== "<") {
      const end = found(part.indexOf("<", at), part.length);
      const words = part.slice(at, end);
      if (words.trim() !== "") put(words);
      at = end;
      continue;
    }
    const end = endOfTag(part, at);
    const tag = part.slice(at, end);
    const closes = tag.startsWith("</");
    const opens = !closes && !tag.endsWith("/>") && !tag.startsWith("<?") && !tag.startsWith("<!");
    if (closes) depth = Math.max(0, depth - 1);
    if (length > 0 && !(closes && flat)) put(newLine(depth));
    put(tag);
    flat = opens;
    if (opens) depth += 1;
    at = end;
  }
  return finish("xml", out, length, most, at >= text.length);
}

function finish(kind: "json" | "xml", out: string[], length: number, most: number, all: boolean): Laid {
  const text = out.join("");
  return { kind, text: length > most ? text.slice(0, most) : text, whole: all && length <= most };
}

function endOfTag(text: string, at: number): number {
  const close = text.startsWith("<!--", at) ? "-->" : text.startsWith("<![CDATA[", at) ? "]]>" : ">";
  const end = text.indexOf(close, at);
  return end < 0 ? text.length : end + close.length;
}

/** Behind the closing mark of a string; -1 when it has none. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
  return -1;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at] as string)) at += 1;
  return at;
}

function lines(text: string): number {
  let amount = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) amount += 1;
  return amount;
}

const newLine = (depth: number): string => `\n${"  ".repeat(Math.min(depth, DEEPEST))}`;
const found = (index: number, otherwise: number): number => (index < 0 ? otherwise : index);
