// peer.mjs NAME FILE: lays the script out with sql-formatter, or reads it with dt-sql-parser's Flink grammar; bench.pl times it.
// The folder of node_modules is found from PEERS. dt-sql-parser imports folders, which Node.js resolves only with help.
import { readFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';

const [name, file] = process.argv.slice(2);
const find = createRequire(`${process.env.PEERS}/`);
const hook = `export async function resolve(name, context, next) {
    for (const end of ['', '/index.js', '.js']) {
        try { return await next(name + end, context); } catch (error) { if (end === '.js') throw error; }
    }
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const peer = await import(pathToFileURL(find.resolve(name)));
const text = readFileSync(file, 'utf8');
if (name === 'sql-formatter') {
    (peer.format ?? peer.default.format)(text, { language: 'mysql' });
} else if (new peer.FlinkSQL().validate(text).length > 0) {
    process.exitCode = 1;
}
