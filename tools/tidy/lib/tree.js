// tree.js: what the checks share: which files there are, C with its comments and strings taken
// apart, and one way to report.
//
// A check is a program `tools/tidy/NAME [ROOT]`: it prints one line and exits 0, or one line for
// each finding ("path:line: what is wrong") and exits 1. ROOT is the tree to look at, which lets
// the tests in tests/tidy plant a violation in a tree of their own.
'use strict';
const fs = require('fs');
const path = require('path');

const NOT_OURS = new Set(['.git', '.deps', 'build', 'node_modules', 'dist', 'demo', 'demo-real']);

exports.root = path.resolve(process.argv[2] && !process.argv[2].startsWith('-')
    ? process.argv[2] : path.join(__dirname, '../../..'));

/** Paths relative to the root, sorted, below `folder`, whose name `pattern` matches. */
exports.files = function (folder, pattern) {
    const found = [];
    const walk = (relative) => {
        const absolute = path.join(exports.root, relative);
        if (!fs.existsSync(absolute)) return;
        for (const entry of fs.readdirSync(absolute, {withFileTypes: true})) {
            if (NOT_OURS.has(entry.name)) continue;
            const below = relative === '' ? entry.name : `${relative}/${entry.name}`;
            if (entry.isDirectory()) walk(below);
            else if (entry.isFile() && pattern.test(below)) found.push(below);
        }
    };
    walk(folder);
    return found.sort();
};

exports.exists = (relative) => fs.existsSync(path.join(exports.root, relative));
exports.read = (relative) => fs.readFileSync(path.join(exports.root, relative), 'utf8');

// One pass over C or TypeScript: comments, strings, character constants, in this order of trial.
const TOKENS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|`(?:[^`\\]|\\[\s\S])*`/g;

const blank = (text) => text.replace(/[^\n]/g, ' ');

/** {text, code, strings}: code is text with comments and strings blanked, positions kept;
 *  strings are [{at, value}] in order, quotes taken off. */
exports.source = function (relative) {
    const text = exports.read(relative);
    const strings = [];
    const code = text.replace(TOKENS, (token, at) => {
        const quote = token[0];
        if (quote === '/') return blank(token);
        if (quote !== '\'' || !relative.endsWith('.c')) strings.push({at, value: token.slice(1, -1)});
        return quote + blank(token.slice(1, -1)) + quote;
    });
    return {text, code, strings};
};

exports.lineOf = (text, at) => text.slice(0, at).split('\n').length;

/** Lines of a table file: comments and blank lines left out, with their numbers. */
exports.rows = function (relative) {
    if (!exports.exists(relative)) return [];
    return exports.read(relative).split('\n')
        .map((line, idx) => ({line: line.trim(), number: idx + 1}))
        .filter(({line}) => line !== '' && !line.startsWith('#'));
};

/** Exceptions from `relative`, "WHERE WHAT : reason" a line. `excused(where, what)` asks and notes
 *  the use; `stale()` lists those nobody asked for, and those without a reason. */
exports.exceptions = function (relative) {
    const list = exports.rows(relative).map(({line, number}) => {
        const [head, reason = ''] = line.split(/\s+:\s+/);
        const [where, what = ''] = head.split(/\s+/);
        return {where, what, reason, number, used: false};
    });
    return {
        count: list.length,
        excused(where, what) {
            const hit = list.find((e) => e.where === where && e.what === what);
            if (hit) hit.used = true;
            return Boolean(hit);
        },
        stale: () => list.filter((e) => !e.used || e.reason === '').map((e) =>
            `${relative}:${e.number}: ${e.used ? 'the exception gives no reason'
                : 'the exception is no longer needed: take it out'}: ${e.where} ${e.what}`),
    };
};

/** Print and end: one line where all is well, otherwise the findings. */
exports.finish = function (name, findings, summary) {
    for (const finding of findings) console.log(finding);
    console.log(findings.length === 0 ? `${name}: ${summary}`
        : `${name}: ${findings.length} finding${findings.length === 1 ? '' : 's'}`);
    process.exitCode = findings.length === 0 ? 0 : 1;
};
