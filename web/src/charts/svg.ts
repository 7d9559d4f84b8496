/* svg.ts: pieces of svg as text. Colours are named by token: paint('ink') is var(--ink). */

export const paint = (token: string): string => `var(--${token})`;

/** For text and for attributes alike. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Coordinates are written to a tenth of a px; more is noise in the file. */
export const px = (n: number): string => String(Math.round(n * 10) / 10);

export interface TextStyle {
  size?: number;
  weight?: number;
  fill?: string; /* token */
  anchor?: 'start' | 'middle' | 'end';
  halo?: boolean; /* an edge in page colour, where the text crosses lines */
}

export function text(x: number, y: number, words: string, style: TextStyle = {}): string {
  const { size = 12, weight = 400, fill = 'ink3', anchor = 'start', halo = false } = style;
  return (
    `<text x="${px(x)}" y="${px(y)}" font-size="${size}" fill="${paint(fill)}"` +
    (weight === 400 ? '' : ` font-weight="${weight}"`) +
    (anchor === 'start' ? '' : ` text-anchor="${anchor}"`) +
    (halo ? ` paint-order="stroke" stroke="${paint('page')}" stroke-width="4" stroke-linejoin="round"` : '') +
    `>${escape(words)}</text>`
  );
}

export function rule(x1: number, y1: number, x2: number, y2: number, token: string, width = 1, dash = ''): string {
  return (
    `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${paint(token)}"` +
    ` stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`
  );
}

export function box(x: number, y: number, w: number, h: number, fill: string, more = ''): string {
  return `<rect x="${px(x)}" y="${px(y)}" width="${px(Math.max(0, w))}" height="${px(h)}" fill="${fill}"${more}/>`;
}

/** Filled is now, hollow is if; both cut the line below them with an edge in page colour. */
export function dot(x: number, y: number, r: number, token: string, hollow = false): string {
  return hollow
    ? `<circle cx="${px(x)}" cy="${px(y)}" r="${r}" fill="${paint('page')}" stroke="${paint(token)}" stroke-width="2"/>`
    : `<circle cx="${px(x)}" cy="${px(y)}" r="${r + 0.7}" fill="${paint(token)}" stroke="${paint('page')}" stroke-width="1.4"/>`;
}

/** Band lo to hi around the middle y, with its edges; ends may be open where the scale stops. */
export function band(x1: number, x2: number, y: number, h: number): string {
  const top = y - h / 2;
  return (
    box(x1, top, x2 - x1, h, paint('band')) +
    rule(x1, top, x1, top + h, 'bandEdge', 1.2) +
    rule(x2, top, x2, top + h, 'bandEdge', 1.2)
  );
}

/** The pattern of what only a prior speaks for. */
export function hatchPattern(id: string): string {
  return (
    `<pattern id="${id}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
    `<line x1="0" y1="0" x2="0" y2="7" stroke="${paint('mute')}" stroke-width="1.4"/></pattern>`
  );
}
