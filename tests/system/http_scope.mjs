// http_scope.mjs BASE OWNER GIFTS ABROAD: three keys ask the same; two of them are bound to one vertical each.
import http from 'node:http';

const [base, owner, gifts, abroad] = process.argv.slice(2);
const {hostname, port} = new URL(base);
const agent = new http.Agent({keepAlive: true, maxSockets: 8});
let failures = 0, checks = 0;
function check(holds, what) {
    checks++;
    if (!holds && ++failures < 30) console.error(`FAILED: ${what}`);
}
function ask(key, path, {method = 'GET', headers = {}, body} = {}) {
    return new Promise((resolve, reject) => {
        const all = {Authorization: `Bearer ${key}`, ...headers};
        if (body !== undefined) all['Content-Type'] = 'application/json';
        const request = http.request({hostname, port, method, path, agent, headers: all}, (answer) => {
            const parts = [];
            answer.on('data', (part) => parts.push(part));
            answer.on('end', () => resolve({status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString('latin1')}));
        });
        request.on('error', reject);
        request.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

// Whose words each may not read. Which verticals there are is configuration, and so are its changes in the ledger: open to everybody.
const WORDS = {zgifts: /zgifts|ZetaGifts/, xabroad: /xabroad|XiAbroad/, qhome: /qhome|QuxHome/};
const bound = [{key: gifts, own: 'zgifts', who: 'gifts'}, {key: abroad, own: 'xabroad', who: 'abroad'}];
const others = (own) => Object.entries(WORDS).filter(([name]) => name !== own).map(([, words]) => words);
const OPEN = new Set(['workspace.get', 'ledger.list']);

const document = JSON.parse((await ask(owner, '/api/v1/openapi.json')).text);
const resolve = (x) => (x.$ref ? x.$ref.slice(2).split('/').reduce((y, k) => y[k], document) : x);
const reads = Object.entries(document.paths).filter(([path, m]) => m.get?.['x-right'] && !path.includes('{')).map(([path, m]) => ({path, name: m.get.operationId, params: m.get.parameters.map(resolve)}));

// Each value of each enumeration alone, each vertical as each text, each pair of a split and a vertical as member.
function queriesOf({params}) {
    const wide = params.some((p) => p.name === 'limit') ? 'limit=1000&' : '';
    const list = [''];
    for (const p of params) {
        for (const value of p.schema.enum ?? []) list.push(`${wide}${p.name}=${encodeURIComponent(value)}`);
        if (p.schema.type === 'boolean') list.push(`${wide}${p.name}=true`);
        if (p.schema.type === 'string' && !p.schema.enum && !p.schema.format && p.name !== 'cursor')
            for (const name of Object.keys(WORDS)) list.push(`${wide}${p.name}=${name}`, `${wide}${p.name}=vertical/${name}`);
    }
    const by = params.find((p) => p.name === 'by');
    if (by && params.some((p) => p.name === 'member'))
        for (const name of Object.keys(WORDS)) list.push(`${wide}by=vertical&member=${name}`, `${wide}by=vertical&grain=week&member=${name}`);
    return [...new Set(list)];
}
// What the question itself said may come back in a refusal and nowhere else.
const withoutQuestion = (answer) => (answer.status >= 400 ? '' : answer.text);

let nAsked = 0, nSeen = 0;
for (const read of reads) {
    if (OPEN.has(read.name)) continue;
    for (const query of queriesOf(read)) {
        const path = `${read.path}${query ? `?${query}` : ''}`;
        const splits = query === '' || /by=|vertical|member=|name=/.test(query);
        for (const form of splits ? ['application/json', 'text/csv', 'application/vnd.apache.arrow.stream'] : ['application/json']) {
            const headers = {Accept: form};
            const whole = await ask(owner, path, {headers}); // first, so that it lies in memory
            for (const {key, own, who} of bound) {
                const answer = await ask(key, path, {headers});
                nAsked++;
                for (const words of others(own)) {
                    const at = withoutQuestion(answer).search(words);
                    check(at < 0, `${who} asks ${path} (${form}): ${answer.text.slice(Math.max(0, at - 150), at + 60)}`);
                }
                if (WORDS[own].test(withoutQuestion(answer))) nSeen++;
                if (!whole.headers.etag || !answer.headers.etag || form !== 'application/json') continue;
                check(whole.headers.etag !== answer.headers.etag, `${path}: a tag of its own`);
                const tagged = await ask(key, path, {headers: {...headers, 'If-None-Match': whole.headers.etag}});
                check(tagged.status === answer.status && withoutQuestion(tagged) === withoutQuestion(answer), `${path}: the owner's tag says nothing to ${who}: ${tagged.status}`);
            }
        }
    }
}
check(nSeen > 20, `their own vertical is seen: ${nSeen} answers`);

// --- next pages ---------------------------------------------------------------------------------
for (const {key, own, who} of bound) {
    let path = '/api/v1/kpi/list?by=vertical&limit=7', rows = 0;
    for (let i = 0; i < 2000 && path; i++) {
        const answer = await ask(key, path), page = JSON.parse(answer.text);
        check(answer.status === 200 && others(own).every((words) => !words.test(answer.text)), `${who}, page ${i} of KPIs`);
        rows += page.kpis.length;
        path = page.next_cursor ? `/api/v1/kpi/list?by=vertical&limit=7&cursor=${page.next_cursor}` : null;
    }
    const whole = JSON.parse((await ask(owner, '/api/v1/kpi/list?by=vertical&limit=1000000')).text).kpis;
    const mine = whole.filter((k) => k.member === own);
    check(rows === mine.length && rows > 0 && rows < whole.length, `${who} pages through ${rows} of ${whole.length}, ${mine.length} are theirs`);
}

// --- jobs and events ----------------------------------------------------------------------------
const heard = [];
const streams = bound.map(({key}, i) => http.get({hostname, port, path: '/api/v1/events', agent: false, headers: {Authorization: `Bearer ${key}`}}, (answer) => {
    heard[i] = '';
    answer.setEncoding('utf8');
    answer.on('data', (part) => (heard[i] += part));
}));
streams.forEach((s) => s.on('error', () => {}));
const started = await ask(owner, '/api/v1/review/write', {method: 'POST', body: {}});
const address = JSON.parse(started.text).address;
for (let i = 0; i < 1200 && ['queued', 'running'].includes(JSON.parse((await ask(owner, address)).text).state); i++) await new Promise((done) => setTimeout(done, 100));
await new Promise((done) => setTimeout(done, 500));
for (const [i, {key, own, who}] of bound.entries()) {
    const job = await ask(key, address);
    check(job.status === 200 || job.status === 403, `${who} asks for the job: ${job.status}`);
    for (const words of others(own)) {
        check(!words.test(job.text), `${who} reads the job's answer`);
        check(!words.test(heard[i] ?? ''), `${who} hears events`);
    }
    check(/event: state/.test(heard[i] ?? ''), `${who} hears something`);
}
streams.forEach((s) => s.destroy());
console.log(`${nAsked} questions of ${reads.length} reads, ${nSeen} answers with rows of one's own; ${checks} checks, ${failures} failed`);
process.exit(failures ? 1 : 0);
