// http_rough.mjs BASE KEY PID: hostile values in every parameter, then random requests after the description.
import http from 'node:http';
import net from 'node:net';
import fs from 'node:fs';

const [base, key, pid] = process.argv.slice(2);
const {hostname, port} = new URL(base);
const agent = new http.Agent({keepAlive: true, maxSockets: 8});
let failures = 0, checks = 0;
function check(holds, what) {
    checks++;
    if (!holds && ++failures < 40) console.error(`FAILED: ${what}`);
}
const rssMb = () => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

// The length is said, or a HEAD's body would stand before the next request of the connection.
function ask(method, path, {headers = {}, body, anonymous, again} = {}) {
    return new Promise((resolve) => {
        let request;
        try {
            request = http.request({hostname, port, method, path, agent, headers: {...(anonymous ? {} : {Authorization: `Bearer ${key}`}), ...(body === undefined ? {} : {'Content-Length': Buffer.byteLength(body)}), ...headers}}, (answer) => {
                let text = '';
                answer.setEncoding('utf8');
                answer.on('data', (part) => (text += part));
                answer.on('end', () => resolve({status: answer.statusCode, headers: answer.headers, text}));
                answer.on('error', () => resolve({status: 0, headers: {}, text}));
            });
        } catch (fault) { resolve({status: -1, headers: {}, text: String(fault)}); return; }
        // a kept connection that the server closed meanwhile, for it was idle, says nothing about this request
        request.on('error', () => (request.reusedSocket && !again ? ask(method, path, {headers, body, anonymous, again: true}).then(resolve) : resolve({status: 0, headers: {}, text: ''})));
        request.end(body);
    });
}
const post = (path, value) => ask('POST', path, {headers: {'Content-Type': 'application/json'}, body: JSON.stringify(value)});
const document = JSON.parse((await ask('GET', '/api/v1/openapi.json')).text);
const resolve = (x) => (x.$ref ? x.$ref.slice(2).split('/').reduce((y, k) => y[k], document) : x);
const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, op]) => ({path, method, op})))
    .filter((o) => o.op['x-right'] && !o.path.includes('{'));
const paramsOf = ({method, op}) => method === 'get'
    ? op.parameters.map(resolve).map((p) => ({name: p.name, schema: p.schema, required: p.required}))
    : Object.entries(op.requestBody.content['application/json'].schema.properties).map(([name, s]) => ({name, schema: s.allOf[0], required: op.requestBody.content['application/json'].schema.required.includes(name)}));

// --- hostile values in every parameter ----------------------------------------------------------
const HOSTILE = ["'", '"', "' OR '1'='1", "'; DROP TABLE run; --", '1; ATTACH \'x.db\'', '--', '/*', '\u0000', 'a\u0000b', '%00', '../../secret.txt', '../escaped', '/etc/passwd', '....//....//etc/passwd', '..\\..\\x', 'link',
    '.portolan/records.sqlite', 'file:///etc/passwd', '\u202Eabc', '\uD83D\uDE00', 'ﬀ\u0301', '\ufeff', '\uFFFF', '<script>alert(1)</script>', '{{7*7}}', '${jndi:ldap://x}', '%s%s%n', '$(touch escaped)', '`touch escaped`', '| touch escaped',
    'x'.repeat(70000), '9'.repeat(400), '-1', '1e309', 'NaN', '0x10', '-9223372036854775809', '9223372036854775808', '2026-02-30', '0000-00-00', 'true', 'null', '[]', '{}'];
// What may take long or leaves the workspace is asked with its other parameters missing or wrong: values are checked before anything runs.
async function hostile() {
    let n = 0;
    for (const o of operations)
        for (const param of paramsOf(o))
            for (const value of HOSTILE) {
                let answer;
                if (o.method === 'get') answer = await ask('GET', `${o.path}?${encodeURIComponent(param.name)}=${encodeURIComponent(value.replace(/[\uD800-\uDFFF]/g, '?'))}`);
                else answer = await post(o.path, {[param.name]: param.schema.type === 'array' ? [value] : value, no_such_parameter: 1});
                n++;
                check(answer.status >= 200 && answer.status < 500, `${o.path} ${param.name}=${value.slice(0, 40)}: ${answer.status} ${answer.text.slice(0, 200)}`);
                if (o.method === 'post') check([400, 403, 413].includes(answer.status), `${o.path} ${param.name}=${value.slice(0, 40)} is refused: ${answer.status}`);
                check(!/root:x:0|outside the workspace/.test(answer.text), `${o.path} ${param.name}: a file from outside`);
                check(!/syntax error|Parser Error|Binder Error|Catalog Error|SQLITE_|near "/.test(answer.text.replaceAll(value, '')), `${o.path} ${param.name}=${value.slice(0, 40)}: the engine's words: ${answer.text.slice(0, 200)}`);
            }
    console.log(`${n} hostile values in ${operations.length} operations`);
}

// Paths: whatever leads out of the workspace or into the stores is refused before anything is read or written.
async function traversal() {
    const OUT = ['../secret.txt', '/etc/passwd', 'a/../../secret.txt', './../escaped', '.portolan/records.sqlite', '.portolan', 'x/../.portolan/lock', '..', '/', '../ws2/x', 'sources/../../escaped'];
    const takers = {'/api/v1/backup': 'to', '/api/v1/page/write': 'out', '/api/v1/reconcile/bundle': 'out', '/api/v1/init': 'dir', '/api/v1/start': 'folder', '/api/v1/simulate': 'dir', '/api/v1/restore': 'from', '/api/v1/review/write': 'html'};
    let n = 0;
    for (const [path, name] of Object.entries(takers)) {
        const o = operations.find((x) => x.path === path);
        const known = o && paramsOf(o).some((p) => p.name === name);
        if (!known) continue;
        const others = Object.fromEntries(paramsOf(o).filter((p) => p.required && p.name !== name).map((p) => [p.name, p.schema.enum ? p.schema.enum[0] : p.schema.type === 'integer' ? 1 : 'x']));
        for (const value of OUT) {
            const answer = await post(path, {...others, [name]: value});
            n++;
            check([400, 403, 404, 409].includes(answer.status), `${path} ${name}=${value}: ${answer.status} ${answer.text.slice(0, 160)}`);
        }
    }
    check(n >= 30, `${n} paths were tried`);
    check(!fs.existsSync('escaped') && !fs.existsSync('ws2'), 'nothing was written outside');
}

// What people type comes back as text: never as markup in JSON that a page would take, never in a type a browser runs.
async function markup() {
    const script = '<script>alert(1)</script><img src=x onerror=alert(1)>';
    const added = await post('/api/v1/minutes/add', {what: script, kind: 'action', owner: '"><b>mira', due: '2026-12-01'});
    check(added.status === 200, `minutes are kept: ${added.status} ${added.text.slice(0, 200)}`);
    for (const path of ['/api/v1/minutes/list', '/api/v1/ledger/list?limit=50', '/api/v1/run/list?limit=50', `/api/v1/run/show?run=${JSON.parse(added.text).run}`, `/api/v1/${encodeURIComponent(script)}`, `/api/v1/run/list?operation=${encodeURIComponent(script)}`]) {
        const answer = await ask('GET', path.replace(/ /g, '%20'));
        check(/^(application|text\/event)/.test(answer.headers['content-type'] ?? 'application/') && answer.headers['x-content-type-options'] === 'nosniff', `${path} is no page: ${answer.headers['content-type']}`);
    }
    const shell = await ask('GET', '/today'), strange = await ask('GET', encodeURI(`/${script}`));
    check(strange.text === shell.text && !strange.text.includes('alert'), 'an address of the console is not written into its page');
    // the review shows minutes: what was typed is text there
    const job = await post('/api/v1/review/write', {});
    for (let i = 0; i < 600; i++) {
        const state = JSON.parse((await ask('GET', job.headers.location)).text);
        if (!['queued', 'running'].includes(state.state)) { check(state.state === 'done', `the review is written: ${JSON.stringify(state).slice(0, 300)}`); break; }
        await new Promise((r) => setTimeout(r, 100));
    }
    const html = fs.readdirSync('ws').filter((f) => f.endsWith('.html')).map((f) => fs.readFileSync(`ws/${f}`, 'utf8')).join('');
    check(html.length > 1000 && !html.includes('<script>alert(1)') && !html.includes('<img src=x') && !html.includes('"><b>mira'), 'markup that was typed is escaped in the review');
    check(/&lt;script&gt;alert|\\u003cscript|\\u003Cscript/.test(html), 'and it is there, as text');
}

// --- guessing -----------------------------------------------------------------------------------
async function guessing() {
    const codes = {};
    for (let i = 0; i < 9; i++) {
        const answer = await ask('POST', '/api/v1/session', {anonymous: true, headers: {'Content-Type': 'application/json'}, body: JSON.stringify({name: 'nobody-here', password: `guess number ${i}`})});
        codes[answer.status] = (codes[answer.status] ?? 0) + 1;
    }
    check(codes[401] === 5 && codes[429] === 4, `five tries of a name that does not exist, then locked: ${JSON.stringify(codes)}`);
    for (const invitation of ['in_x', '', "' OR 1=1", 'in_' + 'A'.repeat(43)])
        check([400, 403].includes((await ask('POST', '/api/v1/claim', {anonymous: true, headers: {'Content-Type': 'application/json'}, body: JSON.stringify({invitation, password: 'long enough to be one'})})).status), `no invitation: ${invitation}`);
    for (const token of ['', 'x', 'ptl_', 'ptl_' + 'A'.repeat(43), `${key}x`, key.slice(0, -1), key.toUpperCase()])
        check((await ask('GET', '/api/v1/status', {anonymous: true, headers: {Authorization: `Bearer ${token}`}})).status === 401, `no key: ${token.slice(0, 8)}`);
}

// --- random requests ----------------------------------------------------------------------------
let seed = Number(process.env.PTL_SEED ?? 20261122);
const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const noise = (n) => Array.from({length: below(n)}, () => String.fromCharCode(pick([32 + below(95), 32 + below(95), 160 + below(900)]))).join('');
function valueFor(schema) {
    if (random() < 0.25) return pick(HOSTILE.filter((v) => v.length < 500));
    if (schema.enum) return pick(schema.enum);
    if (schema.type === 'integer') return random() < 0.8 ? (schema.minimum ?? 0) + below(50) : below(2 ** 31) * (random() < 0.5 ? -1 : 1);
    if (schema.type === 'number') return random() * 10 ** (below(12) - 4);
    if (schema.type === 'boolean') return random() < 0.5;
    if (schema.type === 'array') return Array.from({length: below(4)}, () => valueFor(schema.items));
    if (schema.format === 'date') return `20${10 + below(30)}-${String(1 + below(13)).padStart(2, '0')}-${String(1 + below(31)).padStart(2, '0')}`;
    return pick([noise(20), 'orders', 'revenue', 'cm2', '1']);
}
// Changes and long ones are made too, but not those that would take the workspace or the key from under the test.
const FORBIDDEN = new Set(['init', 'start', 'restore', 'simulate', 'backup', 'access.key_revoke', 'access.key_add', 'access.user_add', 'access.user_remove', 'apply', 'digest.send']);
const quick = operations.filter((o) => !FORBIDDEN.has(o.op.operationId) && !(o.op.responses['202']));
async function fuzz(n) {
    const counts = {};
    let rss = 0;
    const one = async (i) => {
        const o = pick(quick);
        const given = paramsOf(o).filter((p) => p.required || random() < 0.4);
        const method = random() < 0.03 ? pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND']) : o.method.toUpperCase();
        let answer;
        if (o.method === 'get') {
            const query = given.flatMap((p) => [valueFor(p.schema)].flat().map((v) => `${p.name}=${encodeURIComponent(String(v).replace(/[\uD800-\uDFFF]/g, '?'))}`));
            answer = await ask(method, `${o.path}?${query.join('&')}${random() < 0.02 ? `&${noise(9).replace(/[^!-~]/g, '')}` : ''}`, random() < 0.1 ? {headers: {Accept: pick(['text/csv', 'application/vnd.apache.arrow.stream', '*/*', noise(9).replace(/[^ -~]/g, '')])}} : {});
        } else {
            let body = JSON.stringify(Object.fromEntries(given.map((p) => [p.name, valueFor(p.schema)])));
            if (random() < 0.05) body = body.slice(0, below(body.length));
            if (random() < 0.5) body = body.replace(/}$/, `${body.length > 2 ? ',' : ''}"no_such":1}`); // half of them change nothing
            answer = await ask(method, o.path, {headers: {'Content-Type': random() < 0.95 ? 'application/json' : 'text/plain'}, body});
        }
        counts[answer.status] = (counts[answer.status] ?? 0) + 1;
        check((answer.status >= 200 && answer.status < 500) || answer.status === 503, `request ${i} (PTL_SEED): ${method} ${o.path}: ${answer.status} ${answer.text.slice(0, 300)}`);
        if (answer.status >= 400 && answer.text) check(/problem\+json/.test(answer.headers['content-type']), `request ${i}: a problem`);
    };
    const began = Date.now();
    for (let i = 0; i < n; i += 8) {
        await Promise.all(Array.from({length: 8}, (_, k) => one(i + k)));
        if (i === Math.floor(n / 16) * 8) rss = rssMb(); // half-way: caches are full
    }
    const grown = rssMb() - rss;
    console.log(`${n} random requests in ${((Date.now() - began) / 1000).toFixed(0)} s: ${JSON.stringify(counts)}; the second half took ${grown.toFixed(1)} MB`);
    if (!process.env.PTL_SANITIZED) check(grown < 100, `memory grows: ${grown.toFixed(1)} MB`);
    check((counts[200] ?? 0) > n / 20 && (counts[400] ?? 0) > n / 20, 'some are right and some are wrong');
}

// --- malformed, slow, large ---------------------------------------------------------------------
function raw(bytes, wait = 1500) {
    return new Promise((done) => {
        let got = '';
        const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
        socket.setTimeout(wait, () => socket.destroy());
        socket.on('data', (part) => (got += part.toString('latin1')));
        socket.on('error', () => {});
        socket.on('close', () => done(got));
    });
}
async function malformed() {
    const head = `Host: x\r\nAuthorization: Bearer ${key}\r\n`;
    const all = ['\r\n\r\n', 'GET', 'GET /\r\n\r\n', 'GET /api/v1/status HTTP/1.1\r\n\r\n', `GET /api/v1/status HTTP/1.1\r\n${head}${head}\r\n`, `GET /api/v1/../../etc/passwd HTTP/1.1\r\n${head}\r\n`, `GET //etc/passwd HTTP/1.1\r\n${head}\r\n`,
        `GET /api/v1/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1\r\n${head}\r\n`, `GET http://other.example/api/v1/status HTTP/1.1\r\n${head}\r\n`, `GET /api/v1/status%00 HTTP/1.1\r\n${head}\r\n`, `GET /api/v1/status HTTP/1.1\r\n${head}X: a\r\n b\r\n\r\n`,
        `POST /api/v1/minutes/add HTTP/1.1\r\n${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, `POST /api/v1/minutes/add HTTP/1.1\r\n${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef`,
        `POST /api/v1/minutes/add HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nZZ\r\n`, `POST /api/v1/minutes/add HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n`, `GET /api/v1/status HTTP/1.1\nHost: x\n\n`,
        `GET /api/v1/status?${'a=b&'.repeat(2000)} HTTP/1.1\r\n${head}\r\n`, `GET /api/v1/status HTTP/1.1\r\n${head}${'X-A: b\r\n'.repeat(3000)}\r\n`, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '\xff'.repeat(4000)];
    const answers = await Promise.all(all.map((bytes) => raw(Buffer.from(bytes, 'latin1'))));
    answers.forEach((got, i) => {
        check(got === '' || /^HTTP\/1\.[01] [1234]\d\d|^HTTP\/1\.[01] 50[15]/.test(got), `malformed ${JSON.stringify(all[i].slice(0, 60))}: ${got.slice(0, 60)}`);
        check(!got.includes('root:x:0'), 'no file from outside');
    });
}

await hostile();
await traversal();
await markup();
await guessing();
await malformed();
await fuzz(process.env.PTL_LONG ? 100000 : 2000);
check((await ask('GET', '/api/v1/status')).status === 200, 'and the server is well');
console.log(`${checks} checks, ${failures} failed`);
process.exit(failures ? 1 : 0);
