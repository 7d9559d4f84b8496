/* parts.ts: everything about charts that needs no document, for the build and the tests. */

export * from './axis';
export * from './basic';
export * from './dates';
export * from './export';
export * from './kind';
export * from './layout';
export * from './line';
export * from './marks';
export * from './numbers';
export * from './rows';
export * from './svg';
export * from './table';
export * from './tokens';
export * from './view';
export * from './words';
