// Runs a Python program in Pyodide, with a wheel unpacked beside it:
//
//   node pyodide.mjs FOLDER WHEEL PROGRAM INPUT OUTPUT
//
// FOLDER holds the npm package `pyodide` under node_modules, so nothing is fetched. The program is
// given two arguments, as on a command line: the file that it reads, and the file that it writes.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, wheel, program, input, output] = process.argv.slice(2);
const home = resolve(folder, "node_modules", "pyodide");
const { loadPyodide } = await import(pathToFileURL(resolve(home, "pyodide.mjs")));
const pyodide = await loadPyodide({ indexURL: home });
const bytes = (path) => new Uint8Array(readFileSync(path));

try {
  pyodide.unpackArchive(bytes(wheel), "wheel");
  pyodide.FS.writeFile("input", bytes(input));
  pyodide.runPython("import sys; sys.argv = ['program', 'input', 'output']");
  pyodide.runPython(readFileSync(program, "utf8"));
  writeFileSync(output, pyodide.FS.readFile("output"));
} catch (error) {
  console.error(error.message); // Node by itself would print the minified source around it
  process.exit(1);
}
