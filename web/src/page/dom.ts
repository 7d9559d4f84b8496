/* dom.ts: the few handles on the document that every part of the page needs. */

import type { Measure } from '../charts/layout';
import { SANS } from '../charts/tokens';

type Attributes = Record<string, string>;

/** An element with attributes and text. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, words = ''): HTMLElementTagNameMap[K] {
  const el = document.createElement(tag);
  Object.keys(attributes).forEach((name) => el.setAttribute(name, attributes[name] as string));
  if (words) el.textContent = words;
  return el;
}

export function all<T extends Element>(selector: string, root: ParentNode = document): T[] {
  return [...root.querySelectorAll<T>(selector)];
}

let pen: CanvasRenderingContext2D | null | undefined;

/** Width of text in the page's own font. */
export const measured: Measure = (words, size, weight) => {
  if (pen === undefined) pen = document.createElement('canvas').getContext('2d');
  if (!pen) return words.length * size * 0.6;
  pen.font = `${weight} ${size}px ${SANS}`;
  return pen.measureText(words).width;
};

/** Hands a file to the reader; nothing leaves the machine. */
export function save(name: string, type: string, content: string | Blob): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
  const url = URL.createObjectURL(blob);
  const link = make('a', { href: url, download: name });
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** A picture of an svg document, at twice its size. The data address keeps the canvas readable
 * where the page was opened from a file. */
export function savePng(name: string, svg: string): void {
  const image = new Image();
  image.onload = () => {
    const canvas = make('canvas');
    canvas.width = image.width * 2;
    canvas.height = image.height * 2;
    const to = canvas.getContext('2d');
    if (!to) return;
    to.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => blob && save(name, 'image/png', blob), 'image/png');
  };
  image.src = 'data:image/svg+xml,' + encodeURIComponent(svg);
}

/** Single keys never fire inside a field or with a modifier. */
export function plainKey(e: KeyboardEvent): boolean {
  const at = e.target as HTMLElement;
  return !e.ctrlKey && !e.metaKey && !e.altKey && !/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !at.isContentEditable;
}
