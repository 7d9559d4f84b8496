// http_edges.mjs BASE INVITATION KEYS PID: event streams of a server that runs as PID.
import http from 'node:http';
import net from 'node:net';
import fs from 'node:fs';

const [base, invitation, keysFile, pid] = process.argv.slice(2);
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
    const s = await stream({...bearer('owner'), 'X-Long': 'x'});
    s.answer.pause();
    const dropped = async () => Number(/^portolan_event_streams_dropped_total (\d+)/m.exec((await ask('GET', '/metrics')).text)[1]);
    const open = async () => Number(/^portolan_event_streams (\d+)/m.exec((await ask('GET', '/metrics')).text)[1]);
    for (let i = 0; i < 400 && await open() > 1; i++) await sleep(100); // those of before are noticed as gone
    const before = rssMb();
    for (let i = 0; i < 4000 && await open() > 0; i += 50)
        await Promise.all(Array.from({length: 50}, () => post('/api/v1/minutes/add', {what: 'More.', kind: 'decision'}, {who: 'owner'})));
    for (let i = 0; i < 300 && await open() > 0; i++) await sleep(100);
    check(await open() === 0, 'who reads nothing is dropped');
    console.log(`a reader that reads nothing: dropped (${await dropped()} by the ring), ${(rssMb() - before).toFixed(1)} MB`);
    s.close();
}

await events();
await ended();
await idle();
if (process.env.PTL_LONG) await slow();
console.log(`${checks} checks, ${failures} failed`);
process.exit(failures ? 1 : 0);
