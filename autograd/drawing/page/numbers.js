// What the page knows: pictures of one graph, its numbers at one moment or many, how to write them.
"use strict";

const byId = (id) => document.getElementById(id);
const content = JSON.parse(byId("numbers").textContent);
const { pictures, moments, program } = content;
for (const one of [program, content.plane?.program]) {
  if (one) one.constants = one.constants.map(Number); // ∞ and nan are words in JSON
}
let time = 0; // the moment of a recording
let leaves = program ? moments[0].leaves.map(Number) : [];
let state = program ? evaluate(program, leaves) : null;

// A positive number with so many digits behind the point; halves go to the even digit, as in Python.
function rounded(x, digits, form) {
  const text = form(x, digits);
  const [mantissa, exponent = ""] = form(x, Math.min(100, digits + 60)).split("e");
  const point = mantissa.indexOf(".");
  if (!/^50*$/.test(mantissa.slice(point + 1 + digits))) return text;
  const kept = mantissa.slice(0, digits ? point + 1 + digits : point);
  if (Number(kept.slice(-1)) % 2) return text;
  return exponent ? `${kept}e${exponent}` : kept;
}
const scientific = (x, digits) => rounded(x, digits, (y, n) => y.toExponential(n));
const fixed = (x, digits) =>
  x < 1e21 ? rounded(x, digits, (y, n) => y.toFixed(n))
    : String(BigInt(x)) + (digits ? `.${"0".repeat(digits)}` : "");

// A number as the drawing writes it: by a specification of Python's such as .4g, .2f or .3e.
function write(x) {
  if (x === null || x === undefined) return "·";
  if (Number.isNaN(x)) return "nan";
  const sign = x < 0 || Object.is(x, -0) ? "−" : "";
  if (!Number.isFinite(x)) return `${sign}∞`;
  const { kind, digits } = content.format;
  const size = Math.abs(x);
  if (kind === "f") return sign + fixed(size, digits);
  const places = kind === "e" ? digits : Math.max(digits, 1) - 1;
  const [mantissa, exponent] = scientific(size, places).split("e");
  const power = Number(exponent);
  const ten = `e${String(power).replace("-", "−")}`;
  if (kind === "e") return `${sign}${mantissa}${ten}`;
  const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0*$/, "") : text);
  if (power < -4 || power > places) return `${sign}${trimmed(mantissa)}${ten}`;
  const all = mantissa.replace(".", "");
  const whole = power < 0 ? "0" : all.slice(0, power + 1);
  const rest = power < 0 ? "0".repeat(-power - 1) + all : all.slice(power + 1);
  return sign + trimmed(`${whole}.${rest}`);
}

const known = (x) => (x === null || x === undefined ? null : Number(x));

function dataOf(box) {
  if (box.constant !== undefined) return Number(box.constant);
  const nodes = box.node === undefined ? box.results || [] : [box.node];
  return nodes.length === 1 ? state.data[nodes[0]] : null;
}

function gradOf(box) {
  const nodes = box.node === undefined ? box.results || [] : [box.node];
  return nodes.length === 1 ? state.grad[nodes[0]] : null;
}

// The text of a box that holds several results: their mean, and from where to where they go.
function spreadOf(box) {
  const found = box.results.map((i) => state.data[i]);
  const mean = found.reduce((a, b) => a + b, 0) / found.length;
  return `${write(mean)} (${write(Math.min(...found))} … ${write(Math.max(...found))})`;
}

// Numbers of a picture: data and gradients of its boxes, and of each edge what goes back along it:
// local derivative, upstream, contribution, and the gradient of its source after that.
function frameOf(picture) {
  const { boxes, edges } = picture;
  if (!program) {
    const told = picture.frames?.[time] ?? {};
    const all = (list, kind) => list.map((_, i) => told[kind]?.[i] ?? null);
    return {
      data: all(boxes, "data").map(known),
      grad: all(boxes, "grad").map(known),
      edges: all(edges, "edges").map((one) => one && one.map(Number)),
      carried: all(edges, "carried").map(known),
    };
  }
  const data = boxes.map(dataOf);
  const grad = boxes.map(gradOf);
  const sums = startOf(picture, grad);
  const passed = edges.map(() => null);
  const together = picture.bundles ??= bundlesOf(picture);
  for (const i of picture.backwards) {
    const { source, target, position } = edges[i];
    const { node } = boxes[target];
    const one = boxes[source].constant === undefined && passedBack(node, position);
    if (!one || together[i]?.length > 1) continue; // several are no step by themselves
    if (!picture.unknown.has(source)) sums[source] = (sums[source] ?? 0) + one[2];
    passed[i] = [...one, sums[source]];
  }
  const carried = passed.map((one, i) => one?.[2] ?? sumOf(together[i]));
  return { data, grad, edges: passed, carried };
}

// What a node adds to an operand's gradient, or null: [local derivative, upstream, contribution].
function passedBack(node, position) {
  const slope = state.partials[node]?.[position] ?? null;
  if (slope === null) return null;
  const upstream = state.grad[node];
  const blocked = upstream === 0 || (slope === 0 && RULES[program.nodes[node][0]].selects);
  return [slope, upstream, blocked ? 0 : upstream * slope];
}

// What an edge at a fold carries: the sum of all that passes along it, null if nothing does.
function sumOf(bundle) {
  const passed = bundle?.map((one) => passedBack(...one)).filter(Boolean);
  return passed?.length ? passed.reduce((sum, one) => sum + one[2], 0) : null;
}

// For each edge at a fold, the nodes and the operands of them that it stands for.
function bundlesOf({ boxes, edges }) {
  const place = new Map();
  boxes.forEach((box, i) => nodesIn(box).forEach((node) => place.set(node, i)));
  const between = {};
  for (const [node, target] of place) {
    program.nodes[node]?.[1].forEach((operand, position) => {
      (between[[place.get(operand), target]] ??= []).push([node, position]);
    });
  }
  return edges.map(({ source, target }) =>
    boxes[source].held || boxes[target].held ? between[[source, target]] : null);
}

// The nodes in a box: of a fold, stretches of neighbours.
function nodesIn({ node, held = [] }) {
  const nodes = [node];
  for (let i = 0, at = 0; i < held.length; i += 2) {
    at += held[i];
    for (const end = at + held[i + 1]; at < end; at++) nodes.push(at);
  }
  return nodes;
}

// Gradients before the backward pass: 1 at the results, in a part what comes from outside.
function startOf(picture, grad) {
  const sums = picture.boxes.map(() => null);
  for (const i of picture.outputs) sums[i] = picture === pictures[0] ? 1 : grad[i];
  return sums;
}

// The edges in the order of a backward pass: results first, operands from left to right.
for (const picture of pictures.filter(Boolean)) {
  picture.edges = picture.edges.map(([source, target, position, written]) => ({
    source, target, position, written,
  }));
  picture.unknown = new Set(picture.unknown);
  picture.into = picture.boxes.map(() => []);
  picture.edges.forEach((edge, i) => picture.into[edge.target].push(i));
  picture.backwards = picture.into.slice().reverse().flat();
  picture.forward = picture.boxes.map((_, i) => i).filter((i) => picture.into[i].length);
}

// Backward steps: what reaches a box from inside folds all at once, then its own edges.
function backwardSteps(picture, frame) {
  const steps = [];
  for (let i = picture.boxes.length - 1; i >= 0; i--) {
    const arrives = picture.unknown.has(i) && frame.grad[i] !== null;
    if (arrives && !picture.outputs.includes(i)) steps.push({ box: i });
    for (const edge of picture.into[i]) if (frame.edges[edge]) steps.push({ edge });
  }
  return steps;
}

// How an edge looks that carries so much: a class, and a width logarithmic over three decades.
function flowOf(x, largest) {
  if (x === null) return ["", null];
  if (!Number.isFinite(x)) return ["bad", 4];
  if (x === 0) return ["zero", 1.2];
  const decades = Math.log10(largest) - Math.log10(Math.abs(x));
  return [x > 0 ? "up" : "down", 1 + 3 * Math.max(0, 1 - decades / 3)];
}
