// http_described.mjs BASE KEY DOCUMENT MODULES: the description against its meta-schema, the server against the description.
import fs from 'node:fs';
import http from 'node:http';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const [base, key, file, modules] = process.argv.slice(2);
const load = createRequire(pathToFileURL(`${fs.realpathSync(modules)}/`));
const {Validator} = await import(pathToFileURL(load.resolve('@seriousme/openapi-schema-validator')));
const Ajv = load('ajv/dist/2020.js').default, formats = load('ajv-formats').default;
const {hostname, port} = new URL(base);
const agent = new http.Agent({keepAlive: true, maxSockets: 8});
let failures = 0, checks = 0;
function check(holds, what) {
    checks++;
    if (!holds && ++failures < 30) console.error(`FAILED: ${what}`);
    return holds;
}

// --- the document itself ------------------------------------------------------------------------
const document = JSON.parse(fs.readFileSync(file, 'utf8'));
const validator = new Validator();
const verdict = await validator.validate(structuredClone(document));
check(validator.version === '3.1', `version ${validator.version}`);
check(verdict.valid, `the meta-schema: ${JSON.stringify(verdict.errors ?? '').slice(0, 600)}`);
// a description that is wrong must be told apart, or the line above says nothing
for (const spoil of [(d) => { delete d.info; }, (d) => { d.paths['/api/v1/status'].get.responses = 7; }, (d) => { d.paths['/api/v1/status'].get.parameters = [{name: 'x'}]; }]) {
    const wrong = structuredClone(document);
    spoil(wrong);
    check(!(await new Validator().validate(wrong)).valid, `a wrong description is refused: ${spoil}`);
}

function ask(method, path, {headers = {}, body} = {}) {
    return new Promise((resolve, reject) => {
        const request = http.request({hostname, port, method, path, agent, headers: {Authorization: `Bearer ${key}`, ...headers}}, (answer) => {
            const parts = [];
            answer.on('data', (part) => parts.push(part));
            answer.on('end', () => resolve({status: answer.statusCode, type: (answer.headers['content-type'] ?? '').split(';')[0], bytes: Buffer.concat(parts)}));
        });
        request.on('error', reject);
        request.end(body);
    });
}
check(JSON.stringify(JSON.parse((await ask('GET', '/api/v1/openapi.json')).bytes)) === JSON.stringify(document), 'the server hands out the same');

// --- values from a schema -----------------------------------------------------------------------
const resolve = (x) => (x?.$ref ? resolve(x.$ref.slice(2).split('/').reduce((y, k) => y[k], document)) : x);
const flat = (schema) => Object.assign({}, resolve(schema), ...(resolve(schema).allOf ?? []).map(flat));
let seed = Number(process.env.PTL_SEED ?? 20261123);
const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const pick = (list) => list[Math.floor(random() * list.length)];
const TEXTS = ['a', 'orders', 'revenue', '2026-09', '1', 'ä€😀', ' ', '', 'x'.repeat(300), "'; --", '<b>', '../x', '%s'];
/** [valid or at a bound, wrong]: a wrong one must be refused. */
function valuesOf(schema) {
    const s = flat(schema);
    if (s.enum) return [s.enum, ['no-such-choice', s.enum[0].toUpperCase() + '!', '']];
    if (s.type === 'integer') {
        const low = s.minimum ?? -(2 ** 31), high = s.maximum ?? 2 ** 31;
        return [[low, Math.min(high, low + 1), s.default ?? low], [low - 1, ...(high < Number.MAX_SAFE_INTEGER ? [high + 1] : []), 'one', '1.5', '']];
    }
    if (s.type === 'number') return [[s.minimum ?? 0, s.maximum ?? 1, s.default ?? 0.5].filter((v) => v !== undefined), ['many', '']];
    if (s.type === 'boolean') return [[true, false], ['perhaps', '2']];
    if (s.type === 'array') {
        const [fine, wrong] = valuesOf(s.items);
        return [[[fine[0]], fine.slice(0, 2)], wrong.map((v) => [v])];
    }
    if (s.format === 'date') return [['2026-01-31', '1970-01-01', '2024-02-29'], ['2026-02-30', '31.01.2026', 'today', '']];
    return [TEXTS, []];
}

// --- answers against the description ------------------------------------------------------------
const ajv = new Ajv({strict: false, allErrors: false, validateFormats: true});
formats(ajv);
ajv.addSchema({$id: 'doc:', components: document.components});
const compiled = new Map();
function holds(schema, value, what) {
    const text = JSON.stringify(schema).replaceAll('"#/components', '"doc:#/components');
    if (!compiled.has(text)) compiled.set(text, ajv.compile(JSON.parse(text)));
    const validate = compiled.get(text);
    check(validate(value), `${what}: ${JSON.stringify(validate.errors?.[0])}`);
}
// OpenAPI's meta-schema leaves what a schema may hold to JSON Schema's own
const schemas = [];
(function gather(x) {
    if (!x || typeof x !== 'object') return;
    if (x.schema && typeof x.schema === 'object') schemas.push(x.schema);
    Object.values(x).forEach(gather);
})(document);
schemas.push(...Object.values(document.components.schemas));
for (const schema of schemas) check(ajv.validateSchema(schema), `a schema: ${JSON.stringify(schema).slice(0, 200)} ${JSON.stringify(ajv.errors?.[0])}`);
check(schemas.length > 200 && !ajv.validateSchema({type: 'sum'}), `${schemas.length} schemas were looked at`);

const counts = {};
function judge(o, answer, what, wanted) {
    counts[answer.status] = (counts[answer.status] ?? 0) + 1;
    const response = resolve(o.op.responses[answer.status] ?? o.op.responses.default);
    if (!check(answer.status < 500 || answer.status === 503, `${what}: ${answer.status} ${answer.bytes.toString().slice(0, 200)}`)) return;
    if (wanted && !check(wanted(answer.status), `${what}: ${answer.status} ${answer.bytes.toString().slice(0, 200)}`)) return;
    if (answer.status === 304 || answer.status === 204) return;
    const content = response.content?.[answer.type];
    if (!check(content, `${what}: ${answer.status} is ${answer.type}, described are ${Object.keys(response.content ?? {})}`)) return;
    if (!/json$/.test(answer.type)) return;
    let value;
    try { value = JSON.parse(answer.bytes); } catch { check(false, `${what}: no JSON: ${answer.bytes.toString().slice(0, 80)}`); return; }
    holds(content.schema, value, what);
    if (answer.status >= 400) check(value.status === answer.status && typeof value.message === 'string' && value.message.length > 0, `${what}: the problem says ${value.status} ${value.message}`);
}

// What would take key or workspace away, works outside, or runs long with right parameters, is asked with wrong ones alone.
const GENTLE = new Set(['init', 'start', 'start.ask', 'restore', 'simulate', 'backup', 'apply', 'access.key_revoke', 'access.key_add', 'access.user_add', 'access.user_remove', 'digest.send', 'page.write', 'reconcile.bundle']);
const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, op]) => ({path, method, op})))
    .filter((o) => o.op['x-right'] && !o.path.includes('{'));
const paramsOf = (o) => (o.method === 'get' ? o.op.parameters.map(resolve).filter((p) => p.in === 'query') : Object.entries(o.op.requestBody.content['application/json'].schema.properties)
    .map(([name, schema]) => ({name, schema, required: (o.op.requestBody.content['application/json'].schema.required ?? []).includes(name)})));
function call(o, given, headers = {}) {
    if (o.method === 'get') {
        const query = Object.entries(given).flatMap(([name, v]) => [v].flat().map((x) => `${name}=${encodeURIComponent(x)}`)).join('&');
        return ask('GET', `${o.path}${query ? `?${query}` : ''}`, {headers});
    }
    return ask('POST', o.path, {headers: {'Content-Type': 'application/json', ...headers}, body: JSON.stringify(given)});
}
const isRefused = (status) => status === 400;

for (const o of operations) {
    const params = paramsOf(o), runs = o.method === 'get';
    const fill = (p) => pick(valuesOf(p.schema)[0]);
    const needed = Object.fromEntries(params.filter((p) => p.required).map((p) => [p.name, fill(p)]));
    for (const p of params) {
        const [fine, wrong] = valuesOf(p.schema);
        for (const value of wrong) judge(o, await call(o, {...needed, [p.name]: value}), `${o.op.operationId} ${p.name}=${JSON.stringify(value)}`, p.name === 'table' ? null : (s) => isRefused(s) || (value === '' && s < 500));
        if (runs) for (const value of fine) judge(o, await call(o, {...needed, [p.name]: value}), `${o.op.operationId} ${p.name}=${JSON.stringify(value).slice(0, 60)}`);
        // a change: the value is looked at with one that no operation has, so nothing is done
        else for (const value of fine) judge(o, await call(o, {...needed, [p.name]: value, no_such_parameter: 1}), `${o.op.operationId} ${p.name}=${JSON.stringify(value).slice(0, 60)}, and one too many`, isRefused);
    }
    judge(o, await call(o, {...needed, no_such_parameter: 'x'}), `${o.op.operationId} with a parameter it has not`, isRefused);
    if (Object.keys(needed).length > 0) judge(o, await call(o, {}), `${o.op.operationId} without what it needs`, isRefused);
    const rounds = (process.env.PTL_LONG ? 60 : 4) * (runs ? 1 : 0);
    for (let i = 0; i < rounds; i++) {
        const given = Object.fromEntries(params.filter((p) => p.required || random() < 0.5).map((p) => [p.name, fill(p)]));
        judge(o, await call(o, given, random() < 0.2 ? {Accept: pick(['text/csv', 'application/vnd.apache.arrow.stream', 'application/json'])} : {}), `${o.op.operationId} ${JSON.stringify(given).slice(0, 200)}`);
    }
    if (!runs && !GENTLE.has(o.op.operationId) && !o.op.responses['202'] && Object.keys(needed).length === 0 && !params.some((p) => p.required))
        judge(o, await call(o, {}), `${o.op.operationId} as it is`);
}
// What runs long answers a job, and the job has the answer that its operation describes.
const ofJobs = {op: document.paths['/api/v1/jobs/{job}'].get};
let done = 0;
for (const o of operations.filter((x) => x.op.responses['202'] && !GENTLE.has(x.op.operationId) && !paramsOf(x).some((p) => p.required))) {
    const queued = await call(o, {});
    judge(o, queued, `${o.op.operationId} as a job`, (s) => s === 202);
    const {job} = JSON.parse(queued.bytes);
    for (let i = 0; i < 1200; i++) {
        const answer = await ask('GET', `/api/v1/jobs/${job}`), value = JSON.parse(answer.bytes);
        if (['queued', 'running'].includes(value.state)) { await new Promise((later) => setTimeout(later, 100)); continue; }
        judge(ofJobs, answer, `${o.op.operationId}, job ${job}`);
        done += value.state === 'done';
        break;
    }
}
check(done >= 3, `${done} jobs came to an end`);

// A description that allowed anything would be held by everything: what differs from it must be refused.
const listed = operations.find((o) => o.op.operationId === 'kpi.list');
const good = JSON.parse((await call(listed, {limit: 3})).bytes);
const judged = ajv.compile({$ref: 'doc:#/components/schemas/kpi.list'});
check(good.kpis.length === 3 && judged(good), `kpi.list: ${JSON.stringify(judged.errors?.[0])}`);
for (const spoil of [(a) => { a.more = 1; }, (a) => { delete a.kpis; }, (a) => { delete a.next_cursor; }, (a) => { a.kpis[2].more = null; }, (a) => { delete a.kpis[1].low; },
    (a) => { a.kpis[0].from = '2026-02-30'; }, (a) => { a.kpis[0].run = '1'; }, (a) => { a.kpis[0].value = 'many'; }, (a) => { a.kpis[0].value = {amount: '1', currency: 'EUR', more: 1}; }]) {
    const wrong = structuredClone(good);
    spoil(wrong);
    check(!judged(wrong), `what differs from the description is refused: ${spoil}`);
}

check((counts[200] ?? 0) > 300 && (counts[400] ?? 0) > 600, `right and wrong ones: ${JSON.stringify(counts)}`);
console.log(`${operations.length} operations, ${checks} checks, ${failures} failed; statuses ${JSON.stringify(counts)}`);
process.exit(failures ? 1 : 0);
