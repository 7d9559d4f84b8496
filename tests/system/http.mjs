// http.mjs BASE TOKEN KEYS CASES: the server's answers, case by case, then what needs more than one request.
import http from 'node:http';
import net from 'node:net';
import fs from 'node:fs';
import path from 'node:path';

const [base, invitation, keysFile, casesDir] = process.argv.slice(2);
const keys = JSON.parse(fs.readFileSync(keysFile, 'utf8'));
const {hostname, port} = new URL(base);
let failures = 0, checks = 0;

function check(holds, what) {
    checks++;
    if (holds) return;
    failures++;
    console.error(`FAILED: ${what}`);
}

function ask(method, target, {who, headers = {}, body} = {}) {
    return new Promise((resolve, reject) => {
        const all = {...headers};
        if (who) all.Authorization = `Bearer ${keys[who]}`;
        const request = http.request({hostname, port, method, path: target, headers: all, agent: false}, (answer) => {
            let text = '';
            answer.setEncoding('utf8');
            answer.on('data', (part) => (text += part));
            answer.on('end', () => resolve({status: answer.statusCode, headers: answer.headers, text,
                get json() { return JSON.parse(text); }}));
        });
        request.on('error', reject);
        if (body !== undefined) request.write(body);
        request.end();
    });
}
const JSON_TYPE = {'Content-Type': 'application/json'};
const post = (target, value, options = {}) =>
    ask('POST', target, {...options, headers: {...JSON_TYPE, ...options.headers}, body: JSON.stringify(value)});

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// --- cases as text ------------------------------------------------------------------------------
async function runCases(file) {
    let current = null, line = 0;
    const run = async () => {
        if (!current) return;
        const answer = await ask(current.method, current.target, current);
        const head = Object.entries(answer.headers).map(([k, v]) => `${k}: ${v}`).join('\n');
        const whole = `${head}\n\n${answer.text}`;
        const at = `${path.basename(file)}:${current.line}: ${current.method} ${current.target}`;
        check(answer.status === current.status, `${at}: ${answer.status}, expected ${current.status}: ${answer.text.slice(0, 300)}`);
        for (const p of current.fits) check(new RegExp(p, 'm').test(whole), `${at}: no ${p} in ${whole.slice(0, 600)}`);
        for (const p of current.not) check(!new RegExp(p, 'm').test(whole), `${at}: ${p} in ${whole.slice(0, 600)}`);
        if (answer.status >= 400 && current.method !== 'HEAD' && answer.text)
            check(/problem\+json/.test(answer.headers['content-type'] ?? '') && answer.json.status === answer.status, `${at}: no problem+json`);
    };
    for (const text of fs.readFileSync(file, 'utf8').split('\n')) {
        line++;
        const rest = text.slice(2);
        if (text.startsWith('> ')) {
            await run();
            const [method, target] = rest.split(' ');
            current = {line, method, target, headers: {}, fits: [], not: []};
        } else if (text[0] === '@') current.who = rest;
        else if (text[0] === '+') current.headers[rest.split(': ')[0]] = rest.slice(rest.indexOf(': ') + 2);
        else if (text[0] === '|') current.body = (current.body ?? '') + rest;
        else if (text[0] === '<') current.status = Number(rest);
        else if (text[0] === '~') current.fits.push(rest);
        else if (text[0] === '!') current.not.push(rest);
        else if (text && text[0] !== '#') throw new Error(`${file}:${line}: begins with none of > @ + | < ~ ! #`);
    }
    await run();
}

// --- the description holds for the answers ------------------------------------------------------
function fits(schema, value, root, at) {
    if (schema.$ref) return fits(schema.$ref.slice(2).split('/').reduce((x, k) => x[k], root), value, root, at);
    const faults = [];
    for (const part of schema.allOf ?? []) faults.push(...fits(part, value, root, at));
    if (schema.anyOf && !schema.anyOf.some((s) => fits(s, value, root, at).length === 0)) faults.push(`${at} is none of anyOf`);
    if (schema.type) {
        const is = value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
        const types = [schema.type].flat();
        if (!types.includes(is) && !(is === 'integer' && types.includes('number'))) faults.push(`${at} is ${is}, not ${types}`);
    }
    if (schema.enum && !schema.enum.includes(value)) faults.push(`${at} is not among ${schema.enum}`);
    for (const key of schema.required ?? [])
        if (!value || typeof value !== 'object' || !(key in value)) faults.push(`${at} lacks ${key}`);
    for (const [key, inner] of Object.entries(schema.properties ?? {}))
        if (value && typeof value === 'object' && key in value) faults.push(...fits(inner, value[key], root, `${at}.${key}`));
    return faults;
}

async function description() {
    const document = (await ask('GET', '/api/v1/openapi.json')).json;
    check(document.openapi === '3.1.0', 'openapi is 3.1.0');
    const ids = new Set();
    let nReads = 0;
    for (const [target, methods] of Object.entries(document.paths))
        for (const [method, op] of Object.entries(methods)) {
            check(!ids.has(op.operationId), `operationId ${op.operationId} is there once`);
            ids.add(op.operationId);
            for (const ref of JSON.stringify(op).matchAll(/"\$ref":"#\/([^"]+)"/g))
                check(ref[1].split('/').reduce((x, k) => x?.[k], document) !== undefined, `${ref[1]} exists`);
            if (method !== 'get' || target.includes('{') || !op.responses['200']?.content?.['application/json']) continue;
            nReads++;
            const answer = await ask('GET', target, {who: 'owner'});
            const needs = (op.parameters ?? []).some((p) => p.required);
            if (needs) check(answer.status === 400, `${target} without what it needs is 400, not ${answer.status}`);
            check(answer.status < 500, `${target}: ${answer.status} ${answer.text.slice(0, 300)}`);
            const described = answer.status === 200 ? op.responses['200'].content['application/json'].schema
                : {$ref: '#/components/schemas/Problem'};
            for (const fault of fits(described, answer.json, document, target)) check(false, `described otherwise: ${fault}`);
        }
    check(nReads > 20, `${nReads} reads were asked`);
    return document;
}

// --- every role against every operation ---------------------------------------------------------
// Expected from a table written by hand (tests/cases/rights.txt), not from what the program says of itself.
const ANALYSTS = ['owner', 'analyst', 'revenue_operations'];
const table = new Map(fs.readFileSync(path.join(casesDir, '..', 'rights.txt'), 'utf8').split('\n').filter((l) => l && l[0] !== '#').map((l) => [l.split(' ')[0], l.split(' ').slice(1)]));
function mayBe(role, kind, right) {
    if (role === 'owner') return true;
    if (role === 'board' && kind !== 'read') return false;
    return right === 'everyone' || right === role || (right === 'analyst' && ANALYSTS.includes(role));
}
async function rights(document) {
    for (const role of Object.keys(keys))
        for (const [target, methods] of Object.entries(document.paths))
            for (const [method, op] of Object.entries(methods)) {
                if (target.includes('{') || !op['x-right']) continue;
                const [kind, right] = table.get(op.operationId) ?? [];
                check(right, `${op.operationId} is not in tests/cases/rights.txt`);
                check((kind === 'read') === (method === 'get'), `${op.operationId} is a ${kind}`);
                const allowed = mayBe(role, kind, right);
                // an unknown parameter: who may is told so before anything runs
                const answer = kind === 'read' ? await ask('GET', `${target}?no_such=1`, {who: role}) : await post(target, {no_such: 1}, {who: role});
                check(answer.status === (allowed ? 400 : 403), `${role} ${method} ${target}: ${answer.status}, expected ${allowed ? 400 : 403}`);
                const nobody = kind === 'read' ? await ask('GET', target) : await post(target, {});
                if (role === 'owner') check(nobody.status === 401, `nobody ${target}: ${nobody.status}`);
            }
}

// --- reads, changes, jobs -----------------------------------------------------------------------
async function etags() {
    await sleep(2500); // refusals before this are entered into the ledger: a change too
    const first = await ask('GET', '/api/v1/run/list?limit=5', {who: 'owner'});
    const etag = first.headers.etag;
    const again = await ask('GET', '/api/v1/run/list?limit=5', {who: 'owner', headers: {'If-None-Match': `"x", ${etag}`}});
    check(again.status === 304 && again.text === '' && again.headers.etag === etag, `304, not ${again.status}`);
    const other = await ask('GET', '/api/v1/run/list?limit=6', {who: 'owner', headers: {'If-None-Match': etag}});
    check(other.status === 200 && other.headers.etag !== etag, 'other parameters, other tag');
    const head = await ask('HEAD', '/api/v1/run/list?limit=5', {who: 'owner'});
    check(head.status === 200 && head.text === '' && head.headers.etag === etag, 'HEAD has the tag and no body');
    await post('/api/v1/minutes/add', {what: 'We keep the plan.', kind: 'decision'}, {who: 'owner'});
    const after = await ask('GET', '/api/v1/run/list?limit=5', {who: 'owner', headers: {'If-None-Match': etag}});
    check(after.status === 200, `a change makes another tag: ${after.status}`);
}

async function once() {
    const headers = {'Idempotency-Key': 'k-1'};
    const body = {what: 'Only once.', kind: 'decision'};
    const count = async () => (await ask('GET', '/api/v1/run/list?operation=minutes.add&limit=100', {who: 'owner'})).json.runs.length;
    const before = await count();
    const [first, second] = await Promise.all([post('/api/v1/minutes/add', body, {who: 'owner', headers}),
        post('/api/v1/minutes/add', body, {who: 'owner', headers})]);
    check(first.status === 200 && second.status === 200, `twice at once: ${first.status} ${second.status} ${first.text}`);
    check(first.json.run === second.json.run, 'the same run is answered');
    check([first, second].filter((a) => a.headers['idempotent-replayed'] === 'true').length === 1, 'one of them is a replay');
    check(await count() === before + 1, 'it happened once');
    const other = await post('/api/v1/minutes/add', {...body, what: 'Another.'}, {who: 'owner', headers});
    check(other.status === 409 && other.json.code === 'E_CONFLICT', `another body under the key: ${other.status}`);
    const foreign = await post('/api/v1/minutes/add', body, {who: 'analyst', headers});
    check(foreign.status === 200 && foreign.json.run !== first.json.run, 'a key is its caller\'s own');
    const made = await post('/api/v1/access/key_add', {label: 'kept', role: 'board'}, {who: 'owner', headers: {'Idempotency-Key': 'k-2'}});
    const told = await post('/api/v1/access/key_add', {label: 'kept', role: 'board'}, {who: 'owner', headers: {'Idempotency-Key': 'k-2'}});
    check(/^ptl_/.test(made.json.key) && told.json.key === null, 'a secret is told once');
    const run = await ask('GET', `/api/v1/run/show?run=${made.json.run}`, {who: 'owner'});
    check(!run.text.includes(made.json.key), 'and not kept with the run');
    const works = await ask('GET', '/api/v1/status', {headers: {Authorization: `Bearer ${made.json.key}`}});
    check(works.status === 200, 'the new key opens at once');
    await post('/api/v1/access/key_revoke', {label: 'kept'}, {who: 'owner'});
    const closed = await ask('GET', '/api/v1/status', {headers: {Authorization: `Bearer ${made.json.key}`}});
    check(closed.status === 401, 'and not after it was revoked');
}

async function ended(address, who) {
    for (let i = 0; i < 600; i++) {
        const job = (await ask('GET', address, {who})).json;
        if (!['queued', 'running'].includes(job.state)) return job;
        await sleep(50);
    }
    throw new Error(`${address} did not end`);
}

async function jobs() {
    const headers = {'Idempotency-Key': 'import-1'};
    const queued = await post('/api/v1/source/import', {}, {who: 'analyst', headers});
    check(queued.status === 202 && queued.headers.location === `/api/v1/jobs/${queued.json.job}`, `202 with an address: ${queued.status} ${queued.text}`);
    const again = await post('/api/v1/source/import', {}, {who: 'analyst', headers});
    check(again.status === 202 && again.json.job === queued.json.job, 'the same key is the same job');
    const job = await ended(queued.headers.location, 'analyst');
    check(job.state === 'done' && Array.isArray(job.answer.said), `done with its answer: ${JSON.stringify(job).slice(0, 300)}`);
    const verified = await post('/api/v1/ledger/verify', {}, {who: 'owner'});
    const hidden = await post('/api/v1/backup', {to: 'copy'}, {who: 'owner'});
    check((await ask('GET', hidden.headers.location, {who: 'board'})).status === 403, 'a job is seen by who may call it');
    check((await ended(verified.headers.location, 'owner')).answer.holds !== false, 'the ledger holds');
    check((await ended(hidden.headers.location, 'owner')).state === 'done', 'a back-up is made while serving');
    check((await ask('GET', '/api/v1/jobs/999999', {who: 'owner'})).status === 404, 'no such job');
    check((await ask('GET', '/api/v1/jobs/x', {who: 'owner'})).status === 404, 'no job\'s number');
    check((await ask('DELETE', hidden.headers.location, {who: 'owner'})).status === 409, 'what has ended is not cancelled');
    // two long ones at once: asking and cancelling do not wait for the store, queueing may
    const world = (dir) => post('/api/v1/simulate', {dir, persons: 400000, weeks: 520}, {who: 'owner'});
    const both = [world('world'), world('world2')];
    const first = await Promise.race(both);
    check(first.status === 202, `a long one is queued: ${first.status}`);
    const asked = Date.now();
    check((await ask('GET', first.headers.location, {who: 'owner'})).status === 200 && Date.now() - asked < 1000, 'asking does not wait for the store');
    check((await ask('DELETE', first.headers.location, {who: 'owner'})).status === 202, 'it is told to stop');
    for (const other of await Promise.all(both))
        if (other.json.job !== first.json.job) check((await ask('DELETE', other.headers.location, {who: 'owner'})).status === 202, 'so is the other');
    for (const one of await Promise.all(both)) check((await ended(one.headers.location, 'owner')).state === 'cancelled', 'both are cancelled');
}

// --- sessions -----------------------------------------------------------------------------------
async function sessions() {
    const password = 'eine lange Rose am Rhein';
    const short = await post('/api/v1/claim', {invitation, password: 'short'});
    check(short.status === 400, `a short password: ${short.status}`);
    const claimed = await post('/api/v1/claim', {invitation, password});
    check(claimed.status === 200 && claimed.json.role === 'owner', `the first owner: ${claimed.status} ${claimed.text}`);
    check((await post('/api/v1/claim', {invitation, password})).status === 403, 'the link opens once');
    const set = claimed.headers['set-cookie'][0];
    check(/HttpOnly; SameSite=Strict/.test(set), `cookie: ${set}`);
    const Cookie = set.split(';')[0];
    const csrf = claimed.json.csrf_token;
    check((await ask('GET', '/api/v1/access/list', {headers: {Cookie}})).status === 200, 'the session reads');
    const change = {what: 'By cookie.', kind: 'decision'};
    const add = (headers) => post('/api/v1/minutes/add', change, {headers: {Cookie, ...headers}});
    check((await add({})).status === 403, 'a change without the token');
    check((await add({'X-CSRF-Token': 'x'})).status === 403, 'a change with another token');
    check((await add({'X-CSRF-Token': csrf, Origin: 'http://elsewhere.example'})).status === 403, 'a change from another site');
    check((await add({'X-CSRF-Token': csrf, Origin: 'null'})).status === 403, 'a change from nowhere');
    check((await add({'X-CSRF-Token': csrf, Origin: base})).status === 200, 'a change from our page');
    const signed = await post('/api/v1/session', {name: 'owner', password}, {headers: {Cookie}});
    check(signed.status === 200 && signed.headers['set-cookie'][0].split(';')[0] !== Cookie, 'signing in makes a new token');
    check((await ask('GET', '/api/v1/session', {headers: {Cookie}})).status === 401, 'and closes the one that was brought');
    const Fresh = signed.headers['set-cookie'][0].split(';')[0];
    const out = await ask('DELETE', '/api/v1/session', {headers: {Cookie: Fresh, 'X-CSRF-Token': signed.json.csrf_token}});
    check(out.status === 204, `signing out: ${out.status}`);
    check((await ask('GET', '/api/v1/session', {headers: {Cookie: Fresh}})).status === 401, 'nothing is left of it');
    for (let i = 0; i < 5; i++) check((await post('/api/v1/session', {name: 'owner', password: 'wrong wrong wrong'})).status === 401, `wrong ${i}`);
    const locked = await post('/api/v1/session', {name: 'owner', password});
    check(locked.status === 429 && Number(locked.headers['retry-after']) > 600, `locked: ${locked.status}`);
    await sleep(1500);
    const kinds = (await ask('GET', '/api/v1/ledger/list?limit=1000', {who: 'owner'})).text;
    for (const kind of ['access.signed_in', 'access.signed_out', 'access.claimed', 'access.refused'])
        check(kinds.includes(kind), `the ledger has ${kind}`);
    for (const secret of [password, invitation, Cookie.split('=')[1]]) check(!kinds.includes(secret), 'the ledger has no secret');
}

// --- rough clients ------------------------------------------------------------------------------
function raw(text, wait = 20000) {
    return new Promise((resolve) => {
        let got = '';
        const began = Date.now();
        const socket = net.connect(Number(port), hostname, () => socket.write(text));
        socket.setTimeout(wait, () => socket.destroy());
        socket.on('data', (part) => (got += part));
        socket.on('error', () => {});
        socket.on('close', () => resolve({got, ms: Date.now() - began}));
    });
}

async function rough() {
    const slow = raw('GET /api/v1/status HTTP/1.1\r\nHost: x\r\nX-Slow: ', 30000);
    const half = raw(`POST /api/v1/minutes/add HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.owner}\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{`, 30000);
    for (const text of ['\x00\x01\x02\r\n\r\n', 'GET\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', 'GET / HTTP/1.1\r\nno colon\r\n\r\n',
        `GET /${'a'.repeat(100000)} HTTP/1.1\r\nHost: x\r\n\r\n`, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'b'.repeat(100000)}\r\n\r\n`,
        'POST /api/v1/minutes/add HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
        'POST /api/v1/minutes/add HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n']) {
        const {got} = await raw(text, 2000);
        check(got === '' || /^HTTP\/1\.[01] 4\d\d|^HTTP\/1\.[01] 505/.test(got), `malformed is refused: ${text.slice(0, 40)} → ${got.slice(0, 60)}`);
    }
    const huge = await raw(`POST /api/v1/minutes/add HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.owner}\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n`, 2000);
    check(/^HTTP\/1\.1 413/.test(huge.got), `1 GB announced: ${huge.got.slice(0, 40)}`);
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    const chunked = await raw(`POST /api/v1/minutes/add HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.owner}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}${chunk}0\r\n\r\n`, 4000);
    check(/^HTTP\/1\.1 413/.test(chunked.got), `3 MB in chunks: ${chunked.got.slice(0, 40)}`);
    const deep = await ask('POST', '/api/v1/minutes/add', {who: 'owner', headers: JSON_TYPE, body: '['.repeat(500000)});
    check(deep.status === 400, `nested deep: ${deep.status}`);
    let seed = 12345; // random bytes, the same each time
    const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 2 ** 32;
    for (let i = 0; i < 300; i++) {
        const noise = Array.from({length: 1 + Math.floor(random() * 40)}, () => String.fromCharCode(33 + Math.floor(random() * 90))).join('');
        const answer = await ask(['GET', 'POST', 'PUT', 'DELETE'][i % 4], `/api/v1/${encodeURI(noise)}`, {who: 'owner', headers: JSON_TYPE, body: i % 4 === 1 ? noise : undefined});
        check(answer.status >= 400 && answer.status < 500, `noise ${noise}: ${answer.status}`);
    }
    for (const [what, end] of [['slow head', await slow], ['half a body', await half]])
        check(end.ms > 10000 && end.ms < 25000, `${what} is cut off after the idle time: ${end.ms} ms`);
    check((await ask('GET', '/api/v1/status', {who: 'owner'})).status === 200, 'and the server is well');
}

for (const file of fs.readdirSync(casesDir).filter((f) => f.endsWith('.txt')).sort()) await runCases(path.join(casesDir, file));
const document = await description();
await rights(document);
await etags();
await once();
await jobs();
await sessions();
await rough();
console.log(`${checks} checks, ${failures} failed`);
process.exit(failures ? 1 : 0);
