// The plot: the result against the chosen leaf, with its tangent here: what the gradient means.
"use strict";

const PLOT = { width: 220, height: 120 };
let curve = null; // {node, leaves, xs, ys}, kept while only that leaf moves, and not far

// Points of the curve around a number: as many as can be computed in a part of a frame.
function curveAround(number) {
  const { node, above } = chosenLeaf;
  const isKept = curve && curve.node === node &&
    curve.leaves.every((x, i) => Object.is(x, leaves[i]) || i === leafOf.get(node)) &&
    Math.abs(number - curve.centre) <= 0.75 * curve.reach;
  if (isKept) return curve;
  const reach = Math.max(1, Math.abs(number));
  const points = Math.round(Math.min(81, Math.max(15, 60000 / program.nodes.length)));
  const data = ready(program).start.slice();
  data.set(state.data);
  const xs = Array.from({ length: points }, (_, i) => number + reach * ((2 * i) / (points - 1) - 1));
  const ys = xs.map((x) => {
    data[node] = x;
    return resultOf(compute(ready(program), data, above));
  });
  curve = { node, leaves: [...leaves], centre: number, reach, xs, ys };
  return curve;
}

function drawCurve(number) {
  const { width, height } = PLOT;
  const { centre, reach, xs, ys } = curveAround(number);
  const here = resultOf(state.data);
  const finite = [...ys, here].filter((y) => Number.isFinite(y));
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const span = high - low || 1;
  const place = (x, y) => [
    6 + ((x - centre) / reach + 1) * (width / 2 - 6),
    height - 20 - ((y - low) / span) * (height - 32),
  ];
  const written = (x, y) => place(x, y).map((z) => z.toFixed(1)).join(",");
  let path = "";
  xs.forEach((x, i) => {
    const gap = !Number.isFinite(ys[i]) || !Number.isFinite(ys[i - 1] ?? NaN);
    if (Number.isFinite(ys[i])) path += `${gap ? "M" : "L"}${written(x, ys[i])}`;
  });
  const slope = state.grad[chosenLeaf.node];
  const side = (x) => written(x, here + slope * (x - number));
  const tangent = Number.isFinite(slope) && Number.isFinite(here)
    ? `M${side(number - reach * 0.4)}L${side(number + reach * 0.4)}` : "";
  byId("plot").querySelector(".graph").setAttribute("d", path);
  byId("plot").querySelector(".tangent").setAttribute("d", tangent);
  const [x, y] = place(number, Number.isFinite(here) ? here : low);
  const point = byId("plot").querySelector("circle");
  point.setAttribute("cx", x);
  point.setAttribute("cy", y);
  byId("plot").querySelector("text").textContent =
    `${resultLabel} against ${chosenLeaf.label}, slope ${write(slope)}`;
}
