/* tokens.ts: the colours of the design language, once. The build writes them into the style as
 * custom properties; drawings name them as var(--ink) and an export replaces the names by the
 * light values, so a chart looks the same in the page and in a slide. */

export const LIGHT: Record<string, string> = {
  page: '#FFFFFF',
  rail: '#F7F6F3',
  sunk: '#F4F2EE',
  sel: '#F8F7F4',
  raised: '#FFFFFF',
  ink: '#17212B',
  ink2: '#47525D',
  ink3: '#5F6A74',
  accent: '#0B5A8C',
  accentInk: '#FFFFFF',
  accentSoft: '#E6F0F6',
  good: '#17734A',
  warn: '#8A5700',
  bad: '#B3261E',
  goodSoft: '#E5F2EA',
  warnSoft: '#FAEFDA',
  badSoft: '#FBE9E6',
  edge: '#8A8781',
  bandEdge: '#4F8DB5',
  band: '#C3DBEA',
  band2: '#94BFDA',
  line: '#E5E2DB',
  mute: '#B9B5AC',
  seq1: '#EEF4F8',
  seq2: '#D6E6F0',
  seq3: '#B0CFE2',
  seq4: '#7FB0CE',
  seq5: '#2E77A5',
};

export const DARK: Record<string, string> = {
  page: '#0F1417',
  rail: '#0B0F12',
  sunk: '#171D21',
  sel: '#151A1E',
  raised: '#1A2126',
  ink: '#E9EDF0',
  ink2: '#B4BEC6',
  ink3: '#919CA5',
  accent: '#74B7E6',
  accentInk: '#0B1A24',
  accentSoft: '#14283A',
  good: '#5DC290',
  warn: '#E2A93F',
  bad: '#FF8272',
  goodSoft: '#12291F',
  warnSoft: '#2C2310',
  badSoft: '#321A17',
  edge: '#6B7680',
  bandEdge: '#4C86AD',
  band: '#1D3F56',
  band2: '#2A5A7C',
  line: '#262E34',
  mute: '#4A545C',
  seq1: '#15212A',
  seq2: '#1A3142',
  seq3: '#20455F',
  seq4: '#2B6186',
  seq5: '#74B7E6',
};

export const SANS =
  'system-ui, -apple-system, "Segoe UI", Roboto, Inter, "Noto Sans", sans-serif';

/** Every var(--name) of a drawing becomes its light value. */
export function inLight(drawing: string): string {
  return drawing.replace(/var\(--(\w+)\)/g, (whole, name: string) => LIGHT[name] || whole);
}
