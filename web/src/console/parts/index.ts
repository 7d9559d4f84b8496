/* parts/index.ts: the small parts that rooms are made of, as the design language has them. A room uses these
 * and adds none of its own that could serve elsewhere. */

export * from './basic';
export * from './form';
export * from './format';
export * from './page';
export * from './table';
export * from './money';
export * from './range';
