/* The pure parts, bundled by `node tools/build.mjs --tests` before the tests run. */
export * from '../../../web/node_modules/.cache/portolan/parts.mjs';
export { sampleData } from '../../../web/node_modules/.cache/portolan/sample.mjs';
export * from '../../../web/node_modules/.cache/portolan/plan.mjs';
