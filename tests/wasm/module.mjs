// Calls the module: `node module.mjs MODULE FILE [clock]`. What it recorded is written into FILE.
import { readFileSync, writeFileSync } from "node:fs";

const [module, file, clock] = process.argv.slice(2);
const embedder = { now: () => performance.now() };
const { instance } = await WebAssembly.instantiate(readFileSync(module), { embedder });
const { memory, ...its } = instance.exports;

const says = (what, answer) => console.log(`${what}: ${answer}`);
if (clock) says("the clock is used", its.use_clock());
says("functions before any call", its.known());
for (let turn = 0; turn < 100; turn += 1) its.work(10n);
says("a late clock is used", its.use_clock());
says("calls", its.calls());
says("is healthy", its.health() > 0);

const at = its.segment();
const length = new DataView(memory.buffer).getUint32(at, true);
writeFileSync(file, new Uint8Array(memory.buffer, at + 4, length));

says("figures begin anew", its.reset());
says("calls then", its.calls());
its.work(5n);
says("calls of another turn", its.calls());
