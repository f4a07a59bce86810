// The recorded graph as a program: values forward, then gradients backward, by the engine's rules.
// RULES is written from the table of primitives; here stand the few functions that JavaScript lacks.
"use strict";

const is_inf = (x) => x === Infinity || x === -Infinity;
const copysign = (x, y) => {
  const size = Math.abs(x);
  return y < 0 || Object.is(y, -0) ? -size : size;
};
const fmod = (x, y) => x % y;
const modulo = (x, y) => (x % y && (x < 0) !== (y < 0) ? (x % y) + y : x % y);
// C's pow: 1 to any power is 1, nan too, and so is -1 to an infinite one.
const pow = (x, y) => (x === 1 || (x === -1 && is_inf(y)) ? 1 : Math.pow(x, y));
function range(first, end, step = 1) {
  if (end === undefined) [first, end] = [0, first];
  const count = Math.max(0, Math.ceil((end - first) / step));
  return Array.from({ length: count }, (_, i) => first + i * step);
}

// exp(-x²) by a coarse x, whose square is exact, and the rest.
function bell(x) {
  const coarse = Math.floor(x * 32768 + 0.5) / 32768;
  return Math.exp(-coarse * coarse) * Math.exp(-(x - coarse) * (x + coarse));
}
const TWO_OVER_ROOT_PI = 1.1283791670955126;
// Abramowitz & Stegun 7.1.6, whose terms are all positive; and 7.1.14, a continued fraction.
function erf(x) {
  const size = Math.abs(x);
  if (!(size >= 0.5)) {
    let series = 1;
    for (let n = 16; n > 0; n--) series = 1 + ((2 * x * x) / (2 * n + 1)) * series;
    return TWO_OVER_ROOT_PI * x * bell(x) * series;
  }
  return copysign(1 - erfc(size), x);
}
function erfc(x) {
  if (!(x >= 0.5)) return x < -0.5 ? 2 - erfc(-x) : 1 - erf(x);
  if (x > 27.5) return 0;
  let fraction = x;
  for (let n = Math.ceil(30 + 200 / (x * x)); n > 0; n--) fraction = x + n / 2 / fraction;
  return ((TWO_OVER_ROOT_PI / 2) * bell(x)) / fraction;
}

// A program's lists, ready to be run: of each node its rule, null for a leaf, and its operands as
// places in the data, behind which the constants stand.
const readied = new WeakMap();
function ready(program) {
  if (!readied.has(program)) {
    const { nodes, constants } = program;
    const count = nodes.length;
    const start = new Float64Array(count + constants.length);
    start.set(constants, count);
    readied.set(program, {
      rules: nodes.map((node) => node && RULES[node[0]]),
      operands: nodes.map((node) => node && node[1].map((k) => (k < 0 ? count - 1 - k : k))),
      leaves: [...nodes.keys()].filter((i) => !nodes[i]),
      computed: [...nodes.keys()].filter((i) => nodes[i]),
      start,
    });
  }
  return readied.get(program);
}

// The values of these nodes, each after its operands; most have one operand or two.
function compute({ rules, operands }, data, nodes) {
  for (const i of nodes) {
    const [{ value }, from] = [rules[i], operands[i]];
    if (from.length === 1) data[i] = value(data[from[0]]);
    else if (from.length === 2) data[i] = value(data[from[0]], data[from[1]]);
    else data[i] = value(...from.map((k) => data[k]));
  }
  return data;
}

function valuesOf(program, numbers) {
  const lists = ready(program);
  const data = lists.start.slice();
  lists.leaves.forEach((i, k) => { data[i] = numbers[k]; });
  return compute(lists, data, lists.computed);
}

// The nodes that depend on one, each after its operands.
function dependents(program, node) {
  const { operands, computed } = ready(program);
  const reached = new Set([node]);
  return computed.filter((i) => operands[i].some((k) => reached.has(k)) && reached.add(i));
}

// Values from the leaves on, then what a backward pass from a gradient of 1 at each output gives.
function evaluate(program, numbers) {
  const { rules, operands, computed } = ready(program);
  const data = valuesOf(program, numbers);
  const grad = new Float64Array(data.length);
  const partials = new Array(operands.length).fill(null);
  for (const i of program.outputs) grad[i] = 1;
  for (let n = computed.length - 1; n >= 0; n--) {
    const i = computed[n];
    const [rule, from] = [rules[i], operands[i]];
    const slopes = from.length === 1 ? rule.partials(data[i], data[from[0]])
      : from.length === 2 ? rule.partials(data[i], data[from[0]], data[from[1]])
        : rule.partials(data[i], ...from.map((k) => data[k]));
    partials[i] = slopes;
    if (grad[i] === 0) continue; // what has no gradient passes nothing on
    for (let k = 0; k < from.length; k++) {
      const slope = slopes[k];
      if (slope !== null && !(rule.selects && slope === 0)) grad[from[k]] += grad[i] * slope;
    }
  }
  const count = operands.length;
  return { data: data.subarray(0, count), grad: grad.subarray(0, count), partials };
}
