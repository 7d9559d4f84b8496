/* difference.tsx: what changes in a file, line by line. */

const KINDS: [RegExp, string][] = [[/^(\+\+\+|---)/, 'file'], [/^\+/, 'plus'], [/^-/, 'minus'], [/^@@/, 'at']];

export function FileDifference({ text }: { text: string }) {
  const kind = (line: string): string => KINDS.find(([shape]) => shape.test(line))?.[1] || '';
  return <pre class="difference" tabIndex={0} role="group" aria-label="What changes in the files">{text.trimEnd().split('\n').map((line, i) => <span key={i} class={kind(line)}>{line + '\n'}</span>)}</pre>;
}
