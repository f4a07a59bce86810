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

// `nodes[i]` is null for a leaf, otherwise the number of a rule and operands: nodes, or constants
// below 0.
function valuesOf({ nodes, constants }, leaves) {
  const data = new Float64Array(nodes.length);
  let leaf = 0;
  nodes.forEach((node, i) => {
    if (!node) data[i] = leaves[leaf++];
    else data[i] = RULES[node[0]].value(...node[1].map((k) => (k < 0 ? constants[-1 - k] : data[k])));
  });
  return data;
}

// Values from the leaves on, then what a backward pass from a gradient of 1 at each output gives.
function evaluate(program, leaves) {
  const { nodes, constants, outputs } = program;
  const data = valuesOf(program, leaves);
  const grad = new Float64Array(nodes.length);
  const partials = new Array(nodes.length).fill(null);
  for (const i of outputs) grad[i] = 1;
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (!nodes[i]) continue;
    const [rule, operands] = nodes[i];
    const { selects, partials: rules } = RULES[rule];
    partials[i] = rules(data[i], ...operands.map((k) => (k < 0 ? constants[-1 - k] : data[k])));
    if (grad[i] === 0) continue; // what has no gradient passes nothing on
    operands.forEach((operand, k) => {
      const slope = partials[i][k];
      if (operand < 0 || slope === null || (selects && slope === 0)) return;
      grad[operand] += grad[i] * slope;
    });
  }
  return { data, grad, partials };
}
