// Runs a program with WASI: `node wasi.mjs PROGRAM FOLDER [ARGUMENT…]`. It sees FOLDER as `/segments`.
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const [program, folder, ...rest] = process.argv.slice(2);
const { PERF_TRACK_DIR, PERF_TRACK_OVERHEAD } = process.env;
const env = { PERF_TRACK_OVERHEAD, ...(PERF_TRACK_DIR && { PERF_TRACK_DIR }) };
const args = ["command.wasm", ...rest];
const wasi = new WASI({ version: "preview1", args, env, preopens: { "/segments": folder } });
const { instance } = await WebAssembly.instantiate(readFileSync(program), wasi.getImportObject());
process.exitCode = wasi.start(instance);
