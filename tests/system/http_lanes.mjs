// http_lanes.mjs BASE KEY FOLDER: reads beside changes, answers held in memory, and that none is ever stale.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import zlib from 'node:zlib';

const [base, key, folder] = process.argv.slice(2);
const {hostname, port} = new URL(base);
const agent = new http.Agent({keepAlive: true, maxSockets: 64});
let failures = 0, checks = 0;

function check(holds, what) {
    checks++;
    if (holds) return;
    failures++;
    console.error(`FAILED: ${what}`);
}

function ask(method, target, {headers = {}, body} = {}) {
    return new Promise((resolve, reject) => {
        const all = {Authorization: `Bearer ${key}`, ...headers};
        if (body !== undefined) all['Content-Type'] = 'application/json';
        const request = http.request({hostname, port, method, path: `/api/v1/${target}`, headers: all, agent}, (answer) => {
            const parts = [];
            answer.on('data', (part) => parts.push(part));
            answer.on('end', () => {
                const bytes = Buffer.concat(parts);
                resolve({status: answer.statusCode, headers: answer.headers, bytes, text: bytes.toString(), get json() { return JSON.parse(bytes); }});
            });
        });
        request.on('error', reject);
        request.end(body === undefined ? undefined : JSON.stringify(body));
    });
}
const get = (target, headers) => ask('GET', target, {headers});
const post = (target, body) => ask('POST', target, {body});
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function metric(name) {
    const text = (await new Promise((resolve, reject) => http.get(`${base}/metrics`, (answer) => {
        let all = '';
        answer.on('data', (part) => (all += part));
        answer.on('end', () => resolve(all));
    }).on('error', reject)));
    return Number(text.match(new RegExp(`^${name} (\\d+)$`, 'm'))[1]);
}

async function ended(id) {
    for (let i = 0; i < 2400; i++) {
        const job = (await get(`jobs/${id}`)).json;
        if (!['queued', 'running'].includes(job.state)) return job;
        await sleep(50);
    }
    throw new Error(`job ${id} did not end`);
}

// --- reads beside a load --------------------------------------------------------------------------
async function besideLoad() {
    const job = (await post('source/import', {})).json.job;
    const times = [];
    let during = 0, made = 0, lightDuring = false, light = null;
    for (;;) {
        const before = (await get(`jobs/${job}`)).json.state;
        const begun = performance.now();
        const answers = await Promise.all(['status', 'run/list', 'metric/list', 'kpi/list'].map((o) => get(o)));
        times.push(performance.now() - begun);
        for (const a of answers) check(a.status === 200, `a read beside a load: ${a.status} ${a.text.slice(0, 200)}`);
        if (before === 'running' && !light) light = (await post('ledger/verify', {})).json.job;
        const change = await post('minutes/add', {what: `Beside the load ${during}.`, kind: 'decision'});
        check(change.status === 200, `a change beside a load: ${change.status} ${change.text.slice(0, 200)}`);
        const after = (await get(`jobs/${job}`)).json.state;
        made++;
        if (before === 'running' && after === 'running') during++;
        if (light && after === 'running' && !lightDuring) lightDuring = (await get(`jobs/${light}`)).json.state === 'done';
        if (!['queued', 'running'].includes(after)) break;
    }
    const done = await ended(job);
    check(done.state === 'done', `the load ended well: ${JSON.stringify(done).slice(0, 300)}`);
    check(during > 0, `reads and changes were answered while it ran (${during} rounds)`);
    check(lightDuring, 'a job that changes nothing ran beside it');
    check((await ended(light)).state === 'done', 'and ended well');
    check((await get('run/list?operation=source.import')).json.runs.some((r) => r.state === 'done'), 'the run is there when the job is done');
    const kept = (await get('minutes/list?limit=1000')).json.minutes.length;
    check(kept === made, `${made} changes beside it, ${kept} kept`);
    console.log(`beside a load: ${during} rounds, slowest ${Math.max(...times).toFixed(0)} ms`);
}

// --- from memory ----------------------------------------------------------------------------------
async function fromMemory() {
    await sleep(1500); // what the gate has to tell is entered
    const first = await get('kpi/list');
    const before = await metric('portolan_answers_taken_total');
    const second = await get('kpi/list');
    check(await metric('portolan_answers_taken_total') === before + 1, 'asked again, it comes from memory');
    check(second.headers.etag === first.headers.etag && second.text === first.text, 'and is the same');
    const same = await get('kpi/list', {'If-None-Match': first.headers.etag});
    check(same.status === 304 && same.bytes.length === 0 && same.headers.etag === first.headers.etag, `304: ${same.status}`);
    const weak = await get('kpi/list', {'If-None-Match': `"other", W/${first.headers.etag}`});
    check(weak.status === 304, `a weak one of a list: ${weak.status}`);
    check((await get('kpi/list', {'If-None-Match': '"other"'})).status === 200, 'another tag is another answer');
    const head = await ask('HEAD', 'kpi/list');
    check(head.status === 200 && head.bytes.length === 0 && head.headers.etag === first.headers.etag, 'HEAD has the tag');
    check(Number(head.headers['content-length']) === first.bytes.length, 'and the length');

    const refused = await get('metric/list', {'Accept-Encoding': 'gzip;q=0'});
    check(!refused.headers['content-encoding'], 'gzip;q=0 refuses it');
    await post('minutes/add', {what: 'Another state.', kind: 'decision'});
    const zipped = await get('metric/list', {'Accept-Encoding': 'br, gzip'});
    check(zipped.headers['content-encoding'] === 'gzip' && /-gz"$/.test(zipped.headers.etag), `gzipped: ${zipped.headers.etag}`);
    check(zlib.gunzipSync(zipped.bytes).equals(refused.bytes), 'and the same inside');
    check(zipped.headers.vary.includes('Accept-Encoding'), 'Vary says so');
    const again = await get('metric/list', {'Accept-Encoding': 'gzip', 'If-None-Match': zipped.headers.etag});
    check(again.status === 304, `its tag is known too: ${again.status}`);
    const plain = await get('metric/list');
    check(!plain.headers['content-encoding'] && plain.text === refused.text, 'who does not ask for gzip gets none');
    check(!(await get('version', {'Accept-Encoding': 'gzip'})).headers['content-encoding'], 'a short answer is not gzipped');
    const other = await get('run/list?limit=3'), longer = await get('run/list?limit=4');
    check(other.headers.etag !== longer.headers.etag, 'other parameters, other tag');
    check((await get('source/list')).headers.etag === undefined, 'what looks at files has no tag');
    const nobody = await ask('GET', 'kpi/list', {headers: {Authorization: 'Bearer ptl_nobody'}});
    check(nobody.status === 401, `memory asks who you are: ${nobody.status}`);
}

// --- never stale ----------------------------------------------------------------------------------
// A writer and readers at once. Whoever begins to read after a change was answered sees it; the same tag is
// the same bytes; what was seen once does not go away again.
async function neverStale() {
    const contents = new Map();
    const rounds = 60;
    let acknowledged = (await get('minutes/list?limit=1000')).json.minutes.length, writing = true, reads = 0, unmodified = 0;
    const writer = (async () => {
        for (let i = 0; i < rounds; i++) {
            const answer = await post('minutes/add', {what: `No ${i}.`, kind: 'decision'});
            check(answer.status === 200, `change ${i}: ${answer.status}`);
            acknowledged++;
            const own = await get('minutes/list?limit=1000');
            check(own.json.minutes.length === acknowledged, `the writer reads its own ${acknowledged}, not ${own.json.minutes.length}`);
            await sleep(i % 7);
        }
        writing = false;
    })();
    const reader = async () => {
        let etag = null, seen = 0;
        while (writing) {
            const least = acknowledged;
            const answer = await get('minutes/list?limit=1000', etag && reads % 3 === 0 ? {'If-None-Match': etag} : {});
            reads++;
            if (answer.status === 304) {
                unmodified++;
                check(answer.headers.etag === etag, 'a 304 names the tag that was asked');
                check(contents.get(etag)?.n >= least, `a 304 for ${contents.get(etag)?.n} when ${least} were there`);
                continue;
            }
            check(answer.status === 200, `a read: ${answer.status} ${answer.text.slice(0, 200)}`);
            etag = answer.headers.etag;
            const n = answer.json.minutes.length;
            check(n >= least, `${n} minutes when ${least} were acknowledged`);
            check(n >= seen, `${n} minutes after ${seen} were seen`);
            seen = n;
            const known = contents.get(etag);
            check(!known || known.text === answer.text, `the tag ${etag} has two contents`);
            contents.set(etag, {text: answer.text, n});
        }
    };
    await Promise.all([writer, ...Array.from({length: 8}, reader)]);
    check(reads > rounds, `${reads} reads`);
    console.log(`never stale: ${rounds} changes, ${reads} reads, ${unmodified} not modified, ${contents.size} contents`);
}

// --- the configuration ----------------------------------------------------------------------------
async function configuration() {
    const file = path.join(folder, 'portolan.yaml');
    const text = fs.readFileSync(file, 'utf8');
    const status = async () => (await get('status')).json;
    const before = await status();
    fs.writeFileSync(file, text.replace(/^company:.*$/m, 'company: Lindqvist & Daughters'));
    let noticed = false;
    for (let i = 0; i < 40 && !noticed; i++) {
        noticed = JSON.stringify((await status()).notes).includes('differ');
        if (!noticed) await sleep(50);
    }
    check(noticed, 'a changed file is noticed');
    const applied = await post('apply', {});
    check(applied.status === 200, `applied: ${applied.status} ${applied.text.slice(0, 300)}`);
    const after = await status();
    check(after.version === before.version + 1 || JSON.stringify(after).includes('Lindqvist & Daughters'), `in force at once: ${JSON.stringify(after).slice(0, 300)}`);
    check(!JSON.stringify(after.notes).includes('differ'), 'and the files no longer differ');
}

await besideLoad();
await fromMemory();
await neverStale();
await configuration();
agent.destroy();
console.log(`${checks} checks, ${failures} failed`);
process.exit(failures ? 1 : 0);
