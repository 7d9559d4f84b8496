// http_stream.mjs BASE KEY PID SOURCE ROWS all|TERM|KILL: whole lists as tables, of a server that
// runs as PID and has ROWS rows of source "spend" set aside.
import http from 'node:http';
import net from 'node:net';
import fs from 'node:fs';
import zlib from 'node:zlib';

const [base, key, pid, source, nAside, what] = process.argv.slice(2);
const {hostname, port} = new URL(base);
const sanitized = Boolean(process.env.PTL_SANITIZED);
const LONG = '/api/v1/source/quarantine?source=spend';
let failures = 0, checks = 0;

function check(holds, words) {
    checks++;
    if (holds) return;
    failures++;
    console.error(`FAILED: ${words}`);
}
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const rssMb = () => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

// One request. `after(answer)` may hold its reading up; `whole` is false where the end did not come.
function ask(method, target, {headers = {}, body, after, who = key} = {}) {
    return new Promise((resolve) => {
        const begun = performance.now();
        let first = 0, settled = false;
        const parts = [];
        const request = http.request({hostname, port, method, path: target, agent: false, headers: {Authorization: `Bearer ${who}`, ...headers}}, (answer) => {
            const end = () => {
                if (settled) return;
                settled = true;
                const bytes = Buffer.concat(parts);
                resolve({status: answer.statusCode, headers: answer.headers, whole: answer.complete, bytes, first, ms: performance.now() - begun,
                    get text() { return bytes.toString(); }, get json() { return JSON.parse(bytes.toString()); }});
            };
            answer.on('data', (part) => { first ||= performance.now() - begun; parts.push(part); });
            answer.on('end', end);
            answer.on('error', end);
            answer.on('close', end);
            if (after) after(answer, request);
        });
        request.on('error', (error) => { if (!settled) { settled = true; resolve({status: 0, whole: false, error, bytes: Buffer.concat(parts), headers: {}}); } });
        if (body !== undefined) request.end(JSON.stringify(body)); else request.end();
    });
}
const get = (target, options) => ask('GET', target, options);
const post = (target, body) => ask('POST', target, {body, headers: {'Content-Type': 'application/json'}});
const metric = async (name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec((await get('/metrics')).text)[1]);
async function settle(words) {
    let n = -1;
    for (let i = 0; i < 300 && n !== 0; i++, await sleep(50)) n = await metric('portolan_tables_open');
    check(n === 0, `${words}: ${n} lists are still being sent`);
}

// --- a whole list is its pages --------------------------------------------------------------------
async function pagesOf(target, limit) {
    const join = target.includes('?') ? '&' : '?';
    const bodies = [];
    for (let cursor = null, n = 0; n === 0 || cursor; n++) {
        const at = `${target}${join}limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`;
        const [csv, json] = [await get(`${at}&format=csv`), await get(at)];
        if (csv.status !== 200 || json.status !== 200) { check(false, `${at}: ${csv.status} ${json.status} ${json.text.slice(0, 200)}`); break; }
        const cut = csv.text.indexOf('\r\n') + 2;
        if (n === 0) bodies.push(csv.text.slice(0, cut));
        bodies.push(csv.text.slice(cut));
        cursor = json.json.next_cursor;
    }
    return bodies.join('');
}

async function wholes(arrow) {
    const document = (await get('/api/v1/openapi.json')).json;
    const more = {'/api/v1/source/quarantine': '?source=spend', '/api/v1/ledger/list': '?first=0', '/api/v1/minutes/list': '?all=true', '/api/v1/taxonomy/list': '?all=true',
        '/api/v1/journey/list': '?table=paths', '/api/v1/reconcile/show': '?table=lines'};
    const limits = {'/api/v1/source/quarantine': 40000, '/api/v1/figure/list': 9999, '/api/v1/kpi/list': 377};
    let nLists = 0;
    for (const [path, methods] of Object.entries(document.paths)) {
        if (!(methods.get?.parameters ?? []).some((p) => p.name === 'cursor')) continue;
        const target = path + (more[path] ?? '');
        const join = target.includes('?') ? '&' : '?';
        const whole = await get(`${target}${join}format=csv`);
        if (whole.status === 404) { console.log(`${path}: ${whole.json.message}`); continue; }
        check(whole.status === 200 && whole.whole && whole.headers['transfer-encoding'] === 'chunked', `${target}: ${whole.status} ${whole.text.slice(0, 300)}`);
        if (whole.status !== 200) continue;
        const pages = await pagesOf(target, limits[path] ?? 2);
        check(whole.text === pages, `${target}: ${whole.text.split('\r\n').length} lines, its pages ${pages.split('\r\n').length}`);
        nLists++;
        if (!arrow) continue;
        const table = arrow.tableFromIPC((await get(`${target}${join}format=arrow`)).bytes);
        const [head] = whole.text.split('\r\n');
        check(table.schema.fields.map((f) => f.name).join() === head, `${target} as Arrow: ${table.schema.fields.map((f) => f.name)}`);
        if (!path.endsWith('reconcile/show')) check(!table.schema.fields.some((f) => `${f.type}` === 'Null'), `${target} as Arrow: every column says what it holds`);
    }
    check(nLists >= 12, `${nLists} lists were compared`);
}

// A column in which nothing is known for a whole page has the type of what comes later.
async function types(arrow) {
    const whole = await get('/api/v1/kpi/list?format=arrow');
    const table = arrow.tableFromIPC(whole.bytes);
    const rows = [];
    for (let cursor = null, n = 0; n === 0 || cursor; n++) {
        const page = (await get(`/api/v1/kpi/list?limit=1000${cursor ? `&cursor=${cursor}` : ''}`)).json;
        rows.push(...page.kpis);
        cursor = page.next_cursor;
    }
    check(table.numRows === rows.length && rows.length > 2000 && table.batches.length > 1, `${table.numRows} rows in ${table.batches.length} batches, ${rows.length} rows`);
    let late = 0, values = 0;
    for (const [j, field] of table.schema.fields.entries()) {
        const column = table.getChildAt(j);
        if (!/^Float64/.test(`${field.type}`)) continue;
        const from = rows.findIndex((r) => r[field.name] !== null);
        late += from >= 100;
        rows.forEach((row, i) => { values += row[field.name] !== null; if (column.get(i) !== row[field.name]) check(false, `kpi ${i} ${field.name}: ${column.get(i)} for ${row[field.name]}`); });
    }
    check(late > 0 && values > 1000, `${late} columns begin late, ${values} numbers compared`);
    const aside = arrow.tableFromIPC((await get(`${LONG}&format=arrow`)).bytes);
    check(aside.numRows >= Number(nAside), `${aside.numRows} rows set aside`);
}

// --- the protocol ---------------------------------------------------------------------------------
function raw(text) {
    return new Promise((resolve) => {
        const parts = [];
        const socket = net.connect(Number(port), hostname, () => socket.write(text));
        socket.on('data', (part) => parts.push(part));
        socket.on('close', () => resolve(Buffer.concat(parts).toString()));
        socket.on('error', () => resolve(''));
    });
}

async function protocol() {
    const target = '/api/v1/kpi/list?format=csv';
    const [one, head, page] = [await get(target), await ask('HEAD', target), await get(`${target}&limit=5`)];
    const tag = one.headers.etag;
    check(/^W\/"[0-9a-f]{40}"$/.test(tag), `tag ${tag}`);
    check(head.status === 200 && head.headers.etag === tag && head.bytes.length === 0 && head.headers['content-type'] === one.headers['content-type'], `HEAD: ${head.status} ${head.headers.etag}`);
    check(/^"/.test(page.headers.etag) && page.headers['content-length'], 'a page is sent as one, under a tag of its bytes');
    for (const [given, status] of [[tag, 304], [`"x", ${tag.slice(2)}`, 304], ['*', 304], ['W/"0000"', 200], [page.headers.etag, 200]]) {
        const again = await get(target, {headers: {'If-None-Match': given}});
        check(again.status === status && (status !== 304 || (again.bytes.length === 0 && again.headers.etag === tag)), `If-None-Match ${given}: ${again.status}`);
    }
    const bare = await raw(`HEAD ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`);
    check(bare.endsWith('\r\n\r\n') && bare.indexOf('\r\n\r\n') === bare.length - 4, 'nothing stands behind the headers of HEAD');
    const [all, first] = [await get('/api/v1/ledger/list?format=csv'), await get('/api/v1/ledger/list?format=csv&first=0')];
    check(all.text === first.text, 'the whole ledger is in its own order');
    check((await get('/api/v1/kpi/list?format=arrow')).headers.etag !== tag && (await get(`${target}&grain=year`)).headers.etag !== tag, 'another question has another tag');
    const zipped = await get(target, {headers: {'Accept-Encoding': 'gzip'}});
    check(zipped.headers['content-encoding'] === 'gzip' && zlib.gunzipSync(zipped.bytes).equals(one.bytes) && zipped.bytes.length < one.bytes.length / 3, `gzipped: ${zipped.bytes.length} of ${one.bytes.length} bytes`);
    const old = await raw(`GET ${target} HTTP/1.0\r\nAuthorization: Bearer ${key}\r\n\r\n`);
    check(old.slice(old.indexOf('\r\n\r\n') + 4) === one.text && new RegExp(`Content-Length: ${one.bytes.length}\r\n`).test(old), 'HTTP/1.0 is told the length');
    for (const [wrong, status] of [[`${target}&run=999999`, 200], [`${target}&table=no`, 406], [`${target}&x=1`, 400], ['/api/v1/journey/list?format=csv&run=999999', 404], ['/api/v1/source/quarantine?format=csv', 400], ['/api/v1/reconcile/show?format=csv', 406]]) {
        const answer = await get(wrong);
        check(answer.status === status && answer.whole && (status === 200 || answer.json.status === status), `${wrong}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
    check((await get(target, {who: 'nobody'})).status === 401, 'for who is known');
    await post('/api/v1/minutes/add', {what: 'Something changed.', kind: 'decision'});
    const after = await get(target, {headers: {'If-None-Match': tag}});
    check(after.status === 200 && after.headers.etag !== tag && after.text === one.text, `after a change: ${after.status}`);
}

// --- readers and what happens beside them ---------------------------------------------------------
// Reads a little each second, no more until `go` is called.
function held(target, options = {}) {
    let go, ready;
    const begun = new Promise((done) => (ready = done));
    const gate = new Promise((done) => (go = done));
    const answer = get(target, {...options, after: (a, request) => {
        const sip = () => { a.once('data', () => { a.pause(); ready({a, request}); }); a.resume(); };
        const every = setInterval(sip, 1000);
        a.on('close', () => clearInterval(every));
        sip();
        gate.then(() => { clearInterval(every); a.on('data', () => a.resume()); a.resume(); });
    }});
    return {answer, begun, go};
}
async function job(path, body = {}) {
    const made = await post(path, body);
    for (let i = 0; i < 1200; i++, await sleep(50)) {
        const state = (await get(made.headers.location)).json;
        if (!['queued', 'running'].includes(state.state)) return state;
    }
    return {state: 'still running'};
}

async function besides() {
    const target = `${LONG}&format=csv`;
    const before = await get(target);
    check(before.whole && before.text.split('\r\n').length > Number(nAside), 'the long list');
    const rss = rssMb();
    // a load, a review and a back-up beside a list of which little is read: it stays what it was
    const slow = held(target);
    await slow.begun;
    fs.appendFileSync('ws/data/spend.csv', '2025-03-03,paid social,late,n/a,EUR,1,1\n');
    const loaded = await job('/api/v1/source/import');
    check(loaded.state === 'done', `a load beside it: ${JSON.stringify(loaded).slice(0, 300)}`);
    const times = [];
    for (let i = 0; i < 20; i++) times.push((await get(`/api/v1/run/list?limit=${i + 1}`)).ms);
    times.sort((a, b) => a - b);
    check(times[18] < (sanitized ? 5000 : 500), `reads beside it: ${times[18].toFixed()} ms`);
    check(await metric('portolan_tables_open') === 1, 'it is open meanwhile');
    const copied = await job('/api/v1/backup', {to: 'copied'});
    check(copied.state === 'done', `a back-up beside it: ${JSON.stringify(copied).slice(0, 400)}`);
    slow.go();
    const answer = await slow.answer;
    check(answer.whole && answer.bytes.equals(before.bytes), `one state: ${answer.bytes.length} bytes, before the load ${before.bytes.length}`);
    const now = await get(target);
    check(now.whole && now.headers.etag !== before.headers.etag && now.text.includes('not a number') && !now.bytes.equals(before.bytes), 'after the load it is another');
    await settle('after a slow reader');

    // readers that go away
    for (let i = 0; i < 24; i++) {
        const one = held(target);
        const {request} = await one.begun;
        request.destroy();
        await one.answer;
        if (i % 8 === 7) await settle('after readers that went away');
    }
    // many at once: whole, or told to come again
    const many = await Promise.all(Array.from({length: 64}, () => get('/api/v1/kpi/list?format=csv')));
    const text = (await get('/api/v1/kpi/list?format=csv')).text;
    check(many.every((a) => (a.status === 200 && a.whole && a.text === text) || (a.status === 503 && a.headers['retry-after'])), `64 at once: ${many.map((a) => a.status)}`);
    check(many.filter((a) => a.status === 200).length >= 8, `64 at once: ${many.filter((a) => a.status === 200).length} whole`);
    // more slow ones than there are lanes: the rest wait, other reads do not
    const slowOnes = Array.from({length: 8}, () => held(target));
    await Promise.all(slowOnes.map((s) => s.begun));
    let waited = false;
    const ninth = get('/api/v1/kpi/list?format=csv').then((a) => { waited = true; return a; });
    const read = await get('/api/v1/figure/list?limit=3');
    check(read.status === 200 && read.ms < (sanitized ? 10000 : 1000) && !waited, `a read beside eight slow lists: ${read.ms.toFixed()} ms`);
    slowOnes.forEach((s) => s.go());
    check((await Promise.all(slowOnes.map((s) => s.answer))).every((a) => a.whole && a.bytes.equals(now.bytes)), 'eight slow ones are whole');
    check((await ninth).whole, 'and the ninth after them');
    await settle('after all');
    check(sanitized || rssMb() < rss + 200, `memory: ${rss.toFixed()} MB, ${rssMb().toFixed()} MB after all`);
    // who may no longer ask is not given the rest
    const made = (await post('/api/v1/access/key_add', {label: 'short', role: 'owner'})).json;
    const cut = held(target, {who: made.key});
    await cut.begun;
    const gone = await post('/api/v1/access/key_revoke', {label: 'short'});
    cut.go();
    const rest = await cut.answer;
    check(gone.status === 200 && rest.status === 200 && !rest.whole && rest.bytes.length < now.bytes.length, `a key that ended: ${gone.status} ${gone.text.slice(0, 200)} ${rest.whole} ${rest.bytes.length} of ${now.bytes.length}`);
    await settle('after a key that ended');
}

async function killed(signal) {
    const slow = held(`${LONG}&format=csv`);
    await slow.begun;
    process.kill(Number(pid), `SIG${signal}`);
    await sleep(300);
    slow.go();
    const answer = await slow.answer;
    check(answer.status === 200 && !answer.whole, `SIG${signal}: ${answer.bytes.length} bytes that ${answer.whole ? 'look' : 'do not look'} whole`);
}

if (what === 'all') {
    let arrow = null;
    try { arrow = await import(`${source}/tests/web/node_modules/apache-arrow/Arrow.node.mjs`); } catch { console.log('no reader of Arrow streams is here (tools/setup web-tests): that part is left out'); }
    await wholes(arrow);
    if (arrow) await types(arrow);
    await protocol();
    await besides();
} else {
    await killed(what);
}
console.log(`${checks} checks, ${failures} failed`);
process.exit(failures ? 1 : 0);
