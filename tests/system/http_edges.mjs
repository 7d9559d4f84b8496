// http_edges.mjs BASE INVITATION KEYS PID: event streams of a server that runs as PID.
import http from 'node:http';
import net from 'node:net';
import fs from 'node:fs';
import {createHash} from 'node:crypto';
import {spawn} from 'node:child_process';

const [base, invitation, keysFile, pid, source] = process.argv.slice(2);
const keys = JSON.parse(fs.readFileSync(keysFile, 'utf8'));
const {hostname, port} = new URL(base);
let failures = 0, checks = 0;

function check(holds, what) {
    checks++;
    if (holds) return;
    failures++;
    console.error(`FAILED: ${what}`);
}
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const rssMb = () => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const nThreads = () => fs.readdirSync(`/proc/${pid}/task`).length;

function ask(method, target, {who, headers = {}, body} = {}) {
    return new Promise((resolve, reject) => {
        const all = {...headers};
        if (who) all.Authorization = `Bearer ${keys[who] ?? who}`;
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

// --- event streams ------------------------------------------------------------------------------
function stream(headers) {
    return new Promise((resolve, reject) => {
        const request = http.get({hostname, port, path: '/api/v1/events', headers, agent: false}, (answer) => {
            const s = {status: answer.statusCode, type: answer.headers['content-type'], events: [], text: '', ended: false, close: () => request.destroy(), answer};
            answer.setEncoding('utf8');
            answer.on('data', (part) => {
                s.text += part;
                for (let end; (end = s.text.indexOf('\n\n')) >= 0; s.text = s.text.slice(end + 2)) {
                    const fields = Object.fromEntries(s.text.slice(0, end).split('\n').map((l) => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 2)]));
                    if (fields.event) s.events.push({...fields, data: JSON.parse(fields.data)});
                    else if (fields.retry) s.retry = fields.retry;
                }
            });
            answer.on('end', () => (s.ended = true));
            answer.on('error', () => (s.ended = true));
            resolve(s);
        });
        request.on('error', reject);
    });
}
const bearer = (who) => ({Authorization: `Bearer ${keys[who] ?? who}`});
async function until(holds, what, ms = 10000) {
    for (let i = 0; i < ms / 25 && !holds(); i++) await sleep(25);
    check(holds(), what);
}

async function events() {
    check((await ask('GET', '/api/v1/events')).status === 401, 'a stream is for who is known');
    check((await ask('POST', '/api/v1/events', {who: 'owner', headers: JSON_TYPE, body: '{}'})).status === 405, 'a stream is asked with GET');
    const all = await stream(bearer('owner'));
    const board = await stream(bearer('board'));
    check(all.status === 200 && all.type === 'text/event-stream', `a stream: ${all.status} ${all.type}`);
    await until(() => all.events.length > 0, 'the state comes at once');
    const first = all.events[0];
    check(all.retry === '3000' && first?.event === 'state' && first.data.is_importing === false && first.data.config_version >= 1, `first: ${JSON.stringify(first)}`);
    await post('/api/v1/minutes/add', {what: 'Seen at once.', kind: 'decision'}, {who: 'owner'});
    await until(() => all.events.some((e) => e.data.generation > first.data.generation), 'a change is told');
    const job = await post('/api/v1/source/import', {}, {who: 'analyst'});
    const of = (s, state) => s.events.find((e) => e.event === 'job' && e.data.job === job.json.job && e.data.state === state);
    await until(() => of(all, 'done'), 'a job is told to its end', 60000);
    check(of(all, 'queued') && of(all, 'running'), 'a job is told from its beginning');
    check(of(all, 'done')?.data.answer === undefined && of(all, 'done')?.data.operation === 'source.import', 'without its answer');
    check(all.events.some((e) => e.event === 'state' && e.data.is_importing), 'importing is told');
    await until(() => all.events.at(-1).event === 'state' && !all.events.at(-1).data.is_importing, 'and its end');
    check(all.events.filter((e) => e.event === 'state').at(-1).data.warehouse_version > first.data.warehouse_version, 'the warehouse is newer');
    check(!board.events.some((e) => e.event === 'job'), 'a job is told to nobody who may not call it');
    const ids = all.events.map((e) => BigInt(e.id));
    check(ids.every((id, i) => i === 0 || id >= ids[i - 1]), 'ids grow');
    // who comes back is given what was missed
    const again = await stream({...bearer('owner'), 'Last-Event-ID': first.id});
    await until(() => of(again, 'done'), 'what was missed is given again');
    for (const s of [all, again, board]) s.close();
}

async function ended() {
    const password = 'eine lange Rose am Rhein';
    const claimed = await post('/api/v1/claim', {invitation, password});
    check(claimed.status === 200, `the first owner: ${claimed.status} ${claimed.text}`);
    const Cookie = claimed.headers['set-cookie'][0].split(';')[0];
    const mine = await stream({Cookie});
    const made = await post('/api/v1/access/key_add', {label: 'streaming', role: 'board'}, {who: 'owner'});
    const keyed = await stream(bearer(made.json.key));
    await until(() => mine.events.length > 0 && keyed.events.length > 0, 'both are told the state');
    await post('/api/v1/access/key_revoke', {label: 'streaming'}, {who: 'owner'});
    await until(() => keyed.ended, 'a revoked key ends its stream', 3000);
    check(!mine.ended, 'and no other');
    await ask('DELETE', '/api/v1/session', {headers: {Cookie, 'X-CSRF-Token': claimed.json.csrf_token}});
    await until(() => mine.ended, 'signing out ends the stream', 3000);
}

const N_IDLE = 1000;
async function idle() {
    await sleep(500);
    const before = rssMb(), threads = nThreads();
    const sockets = [];
    const head = `GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.owner}\r\n\r\n`;
    let n = 0;
    for (let i = 0; i < N_IDLE; i++)
        sockets.push(await new Promise((done) => {
            const s = net.connect(Number(port), hostname, () => (s.write(head), done(s)));
            let got = '';
            s.on('data', (part) => {
                if (got.includes('event: state')) return;
                got += part;
                if (got.includes('event: state')) n++;
            });
            s.on('error', () => {});
        }));
    await until(() => n === N_IDLE, `${N_IDLE} streams are told the state`, 20000);
    const cost = rssMb() - before;
    console.log(`${N_IDLE} idle streams: ${cost.toFixed(1)} MB, ${nThreads() - threads} threads`);
    check(cost < 50 && nThreads() === threads, `${N_IDLE} idle streams cost ${cost.toFixed(1)} MB and ${nThreads() - threads} threads`);
    check((await ask('GET', '/api/v1/status', {who: 'owner'})).status === 200, 'others are answered beside them');
    for (const s of sockets) s.destroy();
}

// One that reads nothing is dropped, and costs nothing until then.
async function slow() {
    const dropped = async () => Number(/^portolan_event_streams_dropped_total (\d+)/m.exec((await ask('GET', '/metrics')).text)[1]);
    const open = async () => Number(/^portolan_event_streams (\d+)/m.exec((await ask('GET', '/metrics')).text)[1]);
    for (let i = 0; i < 400 && await open() > 1; i++) await sleep(100); // those of before are noticed as gone
    // a client with a small window that never reads: the runtime here would read ahead
    const reader = spawn('perl', ['-MSocket', '-e', `socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_RCVBUF, pack("l", 4096));
        connect($s, sockaddr_in(${port}, inet_aton("${hostname}"))); syswrite($s, "GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer $ARGV[0]\r\n\r\n"); sleep 600;`, keys.owner]);
    for (let i = 0; i < 100 && await open() === 0; i++) await sleep(50);
    check(await open() === 1, 'a stream that nobody reads is open');
    const before = rssMb();
    for (let i = 0; i < 4000 && await open() > 0; i += 50)
        await Promise.all(Array.from({length: 50}, () => post('/api/v1/minutes/add', {what: 'More.', kind: 'decision'}, {who: 'owner'})));
    for (let i = 0; i < 300 && await open() > 0; i++) await sleep(100);
    check(await open() === 0, 'who reads nothing is dropped');
    console.log(`a reader that reads nothing: dropped (${await dropped()} by the ring), ${(rssMb() - before).toFixed(1)} MB`);
    reader.kill();
}

// --- uploads ------------------------------------------------------------------------------------
const put = (name, body, options = {}) => ask('PUT', `/api/v1/uploads/${name}`, {who: 'owner', body, ...options});
const parts = () => fs.readdirSync('ws/inbox').filter((f) => f.startsWith('.'));
async function uploads() {
    const text = 'day,spend\n2026-11-01,12.50\n';
    const first = await put('spend%20%C3%A4.csv', text);
    check(first.status === 201 && first.json.bytes === text.length, `a file is kept: ${first.status} ${first.text}`);
    check(first.json.sha256 === createHash('sha256').update(text).digest('hex'), 'and its hash told');
    check(fs.readFileSync('ws/inbox/spend ä.csv', 'utf8') === text, 'as it was sent');
    check((await put('spend%20%C3%A4.csv', 'other')).status === 200 && fs.readFileSync('ws/inbox/spend ä.csv', 'utf8') === 'other', 'the same name replaces it');
    check((await put('empty.csv', '')).status === 201, 'an empty file is one');
    for (const name of ['', '.', '..', '.hidden', '..%2Fx', '%2Fetc%2Fpasswd', 'a%2Fb', 'a/b', 'a%5Cb', '%00', 'a%00b', 'a%0Ab', '%7F', '-rf', 'x'.repeat(121), 'a%FF', '%C0%AE', 'a:b', 'con%22', 'x%20'])
        check([400, 404].includes((await put(name, 'x')).status), `no name: ${name}`);
    const before = fs.readdirSync('ws').sort().join();
    const list = await ask('GET', '/api/v1/uploads', {who: 'owner'});
    check(list.json.uploads.map((u) => u.name).join() === 'empty.csv,spend ä.csv', `the list: ${list.text}`);
    check(fs.readdirSync('ws').sort().join() === before && parts().length === 0, 'nothing lies beside');
    for (const [who, status] of [[undefined, 401], ['board', 403], ['analyst', 403]]) {
        check((await put('no.csv', 'x', {who})).status === status, `${who} does not upload`);
        check((await ask('GET', '/api/v1/uploads', {who})).status === status, `${who} does not list`);
        check((await ask('DELETE', '/api/v1/uploads/empty.csv', {who})).status === status, `${who} does not remove`);
    }
    // a link in the inbox is replaced, never followed; a folder is in the way
    fs.symlinkSync('/etc/hostname', 'ws/inbox/link.csv');
    check((await put('link.csv', 'mine')).status === 200 && fs.lstatSync('ws/inbox/link.csv').isFile(), 'a link is not followed');
    fs.mkdirSync('ws/inbox/folder');
    check((await put('folder', 'x')).status === 409, 'a folder stays');
    // 300 MB pass through without being held
    const mb = Buffer.alloc(1 << 20, 'y');
    const rss = rssMb();
    let peak = 0;
    const big = await new Promise((resolve, reject) => {
        const r = http.request({hostname, port, method: 'PUT', path: '/api/v1/uploads/big.bin', headers: {...bearer('owner'), 'Transfer-Encoding': 'chunked'}}, (a) => (a.resume(), a.on('end', () => resolve(a.statusCode))));
        r.on('error', reject);
        let i = 0;
        const more = () => { for (; i < 300; i++) { if (i % 20 === 0) peak = Math.max(peak, rssMb()); if (!r.write(mb)) { i++; r.once('drain', more); return; } } r.end(); };
        more();
    });
    check(big === 201 && fs.statSync('ws/inbox/big.bin').size === 300 << 20 && peak - rss < 20, `300 MB: ${big}, ${(peak - rss).toFixed(1)} MB held`);
    // broken off: nothing is left
    await new Promise((done) => {
        const s = net.connect(Number(port), hostname, () => s.write(`PUT /api/v1/uploads/half.bin HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.owner}\r\nContent-Length: 1000\r\n\r\nhalf`, () => setTimeout(() => (s.destroy(), done()), 200)));
    });
    await until(() => parts().length === 0, 'what was broken off is gone');
    check(!fs.existsSync('ws/inbox/half.bin'), 'half a file is none');
    // ceilings: announced too much, an inbox that is full
    const announced = (bytes) => new Promise((done) => {
        const s = net.connect(Number(port), hostname, () => s.write(`PUT /api/v1/uploads/huge.bin HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.owner}\r\nContent-Length: ${bytes}\r\n\r\n`));
        let got = '';
        s.on('data', (part) => (got += part, s.destroy()));
        s.on('close', () => done(got.slice(0, 12)));
        s.on('error', () => {});
    });
    check(await announced('4294967297') === 'HTTP/1.1 413', 'more than 4 GiB are refused from the head');
    fs.writeFileSync('ws/inbox/sparse.bin', '');
    fs.truncateSync('ws/inbox/sparse.bin', 33 * 2 ** 30);
    check((await put('more.csv', 'x')).status === 413, 'a full inbox takes nothing');
    for (const name of ['sparse.bin', 'big.bin', 'empty.csv', 'link.csv', 'spend%20%C3%A4.csv'])
        check((await ask('DELETE', `/api/v1/uploads/${name}`, {who: 'owner'})).status === 204, `${name} is removed`);
    check((await ask('DELETE', '/api/v1/uploads/big.bin', {who: 'owner'})).status === 404, 'once');
    check((await ask('DELETE', '/api/v1/uploads/folder', {who: 'owner'})).status === 404, 'a folder is no upload');
    check((await ask('GET', '/api/v1/uploads/x', {who: 'owner'})).status === 405, 'uploads are not read back');
    await sleep(1500);
    const kinds = (await ask('GET', '/api/v1/ledger/list?limit=1000', {who: 'owner'})).text;
    check(kinds.includes('upload.kept') && kinds.includes('upload.removed'), 'uploads are in the ledger');
}

// --- tables -------------------------------------------------------------------------------------
function parseCsv(text) {
    const rows = [[]];
    for (let i = 0; i < text.length;) {
        let field;
        if (text[i] === '"') {
            field = '';
            for (i++; ; i++) {
                if (text[i] === '"' && text[i + 1] === '"') i++;
                else if (text[i] === '"') break;
                field += text[i];
            }
            i++;
        } else {
            const end = i + text.slice(i).search(/[,\r]/);
            field = end === i ? null : text.slice(i, end);
            i = end;
        }
        rows.at(-1).push(field);
        if (text[i] === ',') i++;
        else if (text.startsWith('\r\n', i)) { i += 2; rows.push([]); }
        else throw new Error(`no end of field at ${i}: ${text.slice(i, i + 40)}`);
    }
    rows.pop();
    return rows;
}
// what a value of the JSON answer is in a table
const plain = (v) => (v === null ? null : typeof v === 'object' ? JSON.stringify(v) : String(v));
const isMoney = (v) => v !== null && typeof v === 'object' && 'amount' in v && 'currency' in v;
const micros = (amount) => { const [whole, part = ''] = amount.replace('-', '').split('.'); const n = BigInt(whole) * 1000000n + BigInt(part.padEnd(6, '0')); return amount.startsWith('-') ? -n : n; };

async function tables() {
    const job = await post('/api/v1/review/write', {}, {who: 'owner'});
    for (let i = 0; i < 600 && ['queued', 'running'].includes((await ask('GET', job.headers.location, {who: 'owner'})).json.state); i++) await sleep(100);
    let arrow = null;
    try { arrow = await import(`${source}/tests/web/node_modules/apache-arrow/Arrow.node.mjs`); } catch { console.log('no reader of Arrow streams is here (tools/setup web-tests): that part is left out'); }
    let nMoney = 0, nDecimal = 0, nRows = 0;
    for (const [target, list] of [['/api/v1/run/list?limit=100', 'runs'], ['/api/v1/ledger/list?limit=1000', 'entries'], ['/api/v1/figure/list?limit=10000', 'figures'],
        ['/api/v1/source/list', 'sources'], ['/api/v1/job/list', 'jobs'], ['/api/v1/source/totals', 'totals'], ['/api/v1/cohort/list', 'cohorts'], ['/api/v1/kpi/list?limit=200', 'kpis'], ['/api/v1/review/changes?table=changes', 'changes'], ['/api/v1/access/list?table=keys', 'keys'], ['/api/v1/access/list?table=people', 'people']]) {
        const json = await ask('GET', target.replace(/[?]table=.*/, ''), {who: 'owner'});
        const rows = json.json[list] ?? [];
        check(json.status === 200 && Array.isArray(json.json[list]), `${target}: ${json.text.slice(0, 300)}`);
        const join = target.includes('?') ? '&' : '?';
        const csv = await ask('GET', `${target}${join}format=csv`, {who: 'owner'});
        check(csv.status === 200 && csv.headers['content-type'].startsWith('text/csv') && /attachment; filename="[a-z._-]+[.]csv"/.test(csv.headers['content-disposition']), `${target}: ${csv.status} ${csv.headers['content-type']} ${csv.text.slice(0, 200)}`);
        const [head, ...lines] = parseCsv(csv.text);
        check(lines.length === rows.length, `${target}: ${lines.length} lines, ${rows.length} rows`);
        const faults = [];
        rows.forEach((row, i) => {
            const got = Object.fromEntries(head.map((name, j) => [name, lines[i]?.[j]]));
            for (const [name, value] of Object.entries(row)) {
                if (isMoney(value) ? got[name] !== value.amount || got[`${name}_currency`] !== value.currency : got[name] !== plain(value)) faults.push(`${i}.${name}: ${got[name]} for ${plain(value)}`);
                nMoney += isMoney(value);
            }
        });
        check(faults.length === 0, `${target} as CSV: ${faults.slice(0, 3)}`);
        nRows += rows.length;
        if (!arrow) continue;
        const bytes = await fetch(`${base}${target}`, {headers: {...bearer('owner'), Accept: 'application/vnd.apache.arrow.stream'}}).then((a) => a.arrayBuffer());
        const table = arrow.tableFromIPC(new Uint8Array(bytes));
        check(table.numRows === rows.length && table.schema.fields.map((f) => f.name).join() === head.join(), `${target} as Arrow: ${table.numRows} rows, ${table.schema.fields.map((f) => `${f.name}: ${f.type}`)}`);
        const differ = [];
        const column = Object.fromEntries(table.schema.fields.map((f, j) => [f.name, [f.type, table.getChildAt(j)]]));
        rows.forEach((row, i) => {
            for (const [name, value] of Object.entries(row)) {
                const [type, values] = column[name];
                const got = values.get(i);
                let same;
                if (value === null) same = got === null;
                else if (isMoney(value) && /^Utf8/.test(type)) same = got === value.amount && column[`${name}_currency`][1].get(i) === value.currency;
                else if (isMoney(value)) {
                    nDecimal++;
                    const words = new BigInt64Array(got.buffer.slice(got.byteOffset, got.byteOffset + 16));
                    same = words[0] === micros(value.amount) && words[1] === (words[0] < 0n ? -1n : 0n) && type.scale === 6 && column[`${name}_currency`][1].get(i) === value.currency;
                } else if (typeof value === 'number') same = Number(got) === value;
                else if (/^Timestamp/.test(type)) same = Math.abs(Number(got) - Date.parse(value)) < 1;
                else if (/^Date/.test(type)) same = new Date(Number(got)).toISOString().slice(0, 10) === value;
                else same = String(got) === plain(value);
                if (!same) differ.push(`${i}.${name} (${type}): ${got} for ${plain(value)}`);
            }
        });
        check(differ.length === 0, `${target} as Arrow: ${differ.slice(0, 3)}`);
    }
    console.log(`tables: ${nRows} rows, ${nMoney} amounts compared${arrow ? `, ${nDecimal} of them decimals` : ' (CSV alone)'}`);
    check(nRows > 50 && nMoney > 5 && (!arrow || nDecimal > 5), `${nRows} rows with ${nMoney} amounts are something to compare`);
    const list = '/api/v1/run/list';
    check((await ask('GET', list, {who: 'owner', headers: {Accept: 'application/json, text/csv;q=0.5'}})).headers['content-type'] === 'application/json', 'the first known type counts');
    check((await ask('GET', `${list}?format=xml`, {who: 'owner'})).status === 400, 'no such format');
    check((await ask('GET', '/api/v1/access/list?format=csv', {who: 'owner'})).status === 406, 'which of two lists');
    check((await ask('GET', '/api/v1/run/list?format=csv&table=no', {who: 'owner'})).status === 406, 'no such list');
    check((await ask('GET', `${list}?format=csv`)).status === 401, 'tables are for who is known');
    const tags = await Promise.all(['', '?format=csv', '?format=arrow'].map((q) => ask('GET', `${list}${q}`, {who: 'owner'})));
    check(new Set(tags.map((a) => a.headers.etag)).size === 3, 'each format has its own tag');
    check((await ask('GET', `${list}?format=csv`, {who: 'owner', headers: {'If-None-Match': tags[1].headers.etag}})).status === 304, 'which is answered 304');
}

// --- pages of lists -----------------------------------------------------------------------------
async function pages() {
    const document = (await ask('GET', '/api/v1/openapi.json')).json;
    await post('/api/v1/data/audit', {}, {who: 'owner'});
    await post('/api/v1/attribution/run', {}, {who: 'owner'});
    for (let i = 0; i < 600 && (await ask('GET', '/api/v1/job/list', {who: 'owner'})).json.jobs.some((j) => ['queued', 'running'].includes(j.state)); i++) await sleep(100);
    const needed = {'/api/v1/source/quarantine': '&source=orders', '/api/v1/minutes/list': '&all=true', '/api/v1/figure/list': '&grain=week', '/api/v1/kpi/list': '&grain=year', '/api/v1/cohort/list': '&by=channel', '/api/v1/taxonomy/list': '&all=true'};
    let nPaged = 0;
    for (const [target, methods] of Object.entries(document.paths)) {
        const params = methods.get?.parameters ?? [];
        if (!params.some((p) => p.name === 'cursor')) continue;
        const more = needed[target] ?? '';
        const get = async (limit, cursor) => (await ask('GET', `${target}?limit=${limit}${more}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`, {who: 'owner'}));
        const most = params.find((p) => p.name === 'limit').schema.maximum;
        const answer = await get(Math.min(most, 10000));
        const whole = answer.json;
        if (answer.status === 404) { console.log(`${target}: ${whole.message}`); continue; }
        const list = Object.keys(whole).find((k) => !['said', 'notes', 'next'].includes(k) && Array.isArray(whole[k]));
        check(whole.next_cursor === null, `${target} ends: ${whole.next_cursor}`);
        // pages of any size put together are the whole, even while runs and minutes come in
        for (const limit of [1, 3, 7]) {
            const rows = [];
            let cursor = null, n = 0;
            do {
                const page = await get(limit, cursor);
                if (page.status !== 200) { check(false, `${target} page ${n}: ${page.status} ${page.text.slice(0, 200)}`); break; }
                check(page.json[list].length <= limit, `${target}: ${page.json[list].length} rows of ${limit}`);
                if (page.json.next_cursor) check(page.json.next.some((l) => l.includes(`--cursor ${page.json.next_cursor}`)), `${target} says how to go on: ${page.json.next}`);
                rows.push(page.json[list]);
                cursor = page.json.next_cursor;
                if (++n === 2 && limit === 3) await post('/api/v1/minutes/add', {what: `While ${target} is read.`, kind: 'action', owner: 'mira', due: '2020-01-01'}, {who: 'owner'});
            } while (cursor && n < 60);
            nPaged += n > 1;
            const all = target.endsWith('ledger/list') ? rows.reverse().flat() : rows.flat();
            if (!cursor) check(JSON.stringify(all) === JSON.stringify(whole[list]) || limit === 7 || target.endsWith('minutes/list'), `${target}: pages of ${limit} differ from the whole: ${all.length} rows of ${whole[list].length}`);
            const ids = all.map((r) => r.run ?? r.seq ?? r.minute).filter((x) => x !== undefined);
            if (/run.list|ledger|minutes/.test(target)) check(new Set(all.map((r) => r.minute ?? r.seq ?? r.run)).size === ids.length, `${target}: a row comes once`);
        }
        for (const wrong of ['x', '====', 'AAAAAAAAAAAAAAAAAAAAAA', '%00', "'; DROP TABLE run; --"])
            check([400].includes((await ask('GET', `${target}?limit=1${more}&cursor=${encodeURIComponent(wrong)}`, {who: 'owner'})).status), `${target}: cursor ${wrong}`);
    }
    check(nPaged >= 9, `${nPaged} lists had several pages`);
    const foreign = (await ask('GET', '/api/v1/run/list?limit=1', {who: 'owner'})).json.next_cursor;
    check((await ask('GET', `/api/v1/run/list?limit=1&state=done&cursor=${foreign}`, {who: 'owner'})).status === 400, 'a cursor belongs to its question');
    check((await ask('GET', `/api/v1/job/list?limit=1&cursor=${foreign}`, {who: 'owner'})).status === 400, 'and to its operation');
    check((await ask('GET', `/api/v1/run/list?limit=5&cursor=${foreign}`, {who: 'owner'})).json.runs.length === 5, 'not to its limit');
}

// --- who may what -------------------------------------------------------------------------------
async function scoped() {
    const add = async (label, more) => (await post('/api/v1/access/key_add', {label, role: 'analyst', ...more}, {who: 'owner'})).json;
    const narrow = await add('narrow', {only: ['run.list', 'source.import']});
    const may = (key) => ask('GET', '/api/v1/run/list?limit=1', {who: key});
    check((await may(narrow.key)).status === 200, 'a narrow key does what it is for');
    for (const target of ['/api/v1/ledger/list', '/api/v1/figure/list', '/api/v1/job/list', '/api/v1/status'])
        check((await ask('GET', target, {who: narrow.key})).status === 403, `a narrow key does not ask ${target}`);
    check((await post('/api/v1/minutes/add', {what: 'x', kind: 'decision'}, {who: narrow.key})).status === 403, 'nor change anything else');
    check((await post('/api/v1/source/import', {}, {who: narrow.key})).status === 202, 'and imports');
    const reviewed = await post('/api/v1/review/write', {}, {who: 'owner'});
    check((await ask('GET', reviewed.headers.location, {who: narrow.key})).status === 403, 'nor sees jobs of others');
    const bringer = (await post('/api/v1/access/key_add', {label: 'bringer', role: 'revenue_operations', only: ['uploads']}, {who: 'owner'})).json.key;
    check((await put('brought.csv', 'x', {who: bringer})).status === 201, 'a key for uploads uploads');
    check((await may(bringer)).status === 403, 'and nothing else');
    check((await put('no.csv', 'x', {who: narrow.key})).status === 403, 'a key for other things does not');
    for (const only of ['no.such', 'figures', '', 'run.list\nstatus'])
        check([400, 404].includes((await post('/api/v1/access/key_add', {label: 'wrong', role: 'board', only: [only]}, {who: 'owner'})).status), `only ${only} is refused`);
    check((await post('/api/v1/access/key_add', {label: 'wrong', role: 'board', only: Array(100).fill('source.import')}, {who: 'owner'})).status === 413, 'too many of them');
    const bound = await add('bound', {vertical: ['Schools', 'Offices & shops']});
    const keyed = (await ask('GET', '/api/v1/access/list', {who: 'owner'})).json.keys;
    check(keyed.find((k) => k.label === 'bound').verticals === 'Schools, Offices & shops' && keyed.find((k) => k.label === 'narrow').only === 'run.list, source.import', 'the list says what they are bound to');
    const [all, some] = await Promise.all(['analyst', bound.key].map((who) => ask('GET', '/api/v1/run/list?limit=3', {who})));
    check(some.status === 200 && JSON.stringify(all.json.runs) === JSON.stringify(some.json.runs) && all.headers.etag !== some.headers.etag, 'who is bound has answers of his own');
    await ask('DELETE', '/api/v1/uploads/brought.csv', {who: bringer});
}

// A session ends, and its token with it, when what the person may do changes.
async function rotated() {
    const password = 'sieben alte Karten im Keller';
    const invite = async (more) => (await post('/api/v1/access/user_add', {name: 'mira', role: 'analyst', ...more}, {who: 'owner'})).json.invitation;
    const claim = async (invitation, headers = {}) => post('/api/v1/claim', {invitation, password}, {headers});
    const cookieOf = (answer) => answer.headers['set-cookie'][0].split(';')[0];
    const first = await claim(await invite({}));
    const Cookie = cookieOf(first);
    check((await ask('GET', '/api/v1/session', {headers: {Cookie}})).json.role === 'analyst', 'signed in');
    // a token that somebody else planted is not taken over
    const planted = 'portolan_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    const signed = await post('/api/v1/session', {name: 'mira', password}, {headers: {Cookie: planted}});
    check(signed.status === 200 && cookieOf(signed) !== planted, 'signing in makes a token of its own');
    check((await ask('GET', '/api/v1/session', {headers: {Cookie: planted}})).status === 401, 'and a planted one opens nothing');
    for (const value of ['', 'x', '../../etc', '%00', "' OR 1=1 --", 'A'.repeat(5000), Cookie.split('=')[1].slice(0, -1), `${Cookie.split('=')[1]}A`])
        check([400, 401].includes((await ask('GET', '/api/v1/session', {headers: {Cookie: `portolan_session=${value}`}})).status), `no session: ${value.slice(0, 30)}`);
    const again = await claim(await invite({role: 'board'}));
    for (const old of [Cookie, cookieOf(signed)])
        check((await ask('GET', '/api/v1/session', {headers: {Cookie: old}})).status === 401, 'another role is another session');
    const third = await claim(await invite({role: 'vertical_owner', vertical: ['Schools']}));
    check((await ask('GET', '/api/v1/session', {headers: {Cookie: cookieOf(again)}})).status === 401, 'and so are other verticals');
    check((await ask('GET', '/api/v1/run/list', {headers: {Cookie: cookieOf(third)}})).status === 200, 'who is bound reads');
    await post('/api/v1/access/user_remove', {name: 'mira'}, {who: 'owner'});
    check((await ask('GET', '/api/v1/session', {headers: {Cookie: cookieOf(third)}})).status === 401, 'who is removed is out at once');
    check((await post('/api/v1/session', {name: 'mira', password})).status === 401, 'and stays out');
}

await events();
await scoped();
await rotated();
await tables();
await pages();
await ended();
await uploads();
if (!process.env.FAST) await idle();
if (process.env.PTL_LONG) await slow();
console.log(`${checks} checks, ${failures} failed`);
process.exit(failures ? 1 : 0);
