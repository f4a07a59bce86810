// The chain rule from the result down to a leaf, in the open picture: all paths are counted, each
// edge glows by what goes along it, and the largest paths are written out.
"use strict";

const WRITTEN = 6;
const MOST_FACTORS = 8;
const MANY = 1000; // so many edges take a browser more than a frame to paint: they follow at rest
let glowing = [];
let glowLater = 0;

// For each box how many paths lead from the leaf up to it, the sum of their magnitudes, the largest
// magnitude and the edge by which that comes. Boxes follow their operands.
function pathsUp(goal) {
  const { boxes, edges, into } = picture;
  const [counts, sizes, tops] = [0, 1, 2].map(() => new Float64Array(boxes.length));
  const by = new Int32Array(boxes.length).fill(-1);
  if (goal >= 0) [counts[goal], sizes[goal], tops[goal]] = [1, 1, 1];
  for (let i = goal + 1; i < boxes.length && goal >= 0; i++) {
    for (const edge of into[i]) {
      const { source } = edges[edge];
      if (!frame.edges[edge] || !counts[source]) continue;
      const slope = Math.abs(frame.edges[edge][0]) || 0;
      const top = slope * tops[source] || 0;
      counts[i] += counts[source];
      sizes[i] += slope * sizes[source] || 0;
      if (by[i] < 0 || top > tops[i]) [tops[i], by[i]] = [top, edge];
    }
  }
  return { counts, sizes, tops, by };
}

// The paths of the largest magnitudes from the results down. Each goes down by the best edges from
// where it left one that is listed, and at every box on its way others leave it.
function largestPaths(starts, goal, { counts, tops, by }) {
  const waiting = starts.filter(([i]) => counts[i]).map(([at, product]) => ({ at, product, edges: [], until: 0 }));
  for (const one of waiting) one.size = Math.abs(one.product) * tops[one.at] || 0;
  const found = [];
  while (waiting.length && found.length < WRITTEN) {
    const most = waiting.reduce((best, one, k) => (one.size > waiting[best].size ? k : best), 0);
    const [path] = waiting.splice(most, 1);
    const edges = path.edges.slice(0, path.until);
    if (path.edge !== undefined) edges.push(path.edge);
    let { at, product } = path;
    while (at !== goal) {
      for (const edge of picture.into[at]) {
        const { source } = picture.edges[edge];
        if (edge === by[at] || !frame.edges[edge] || !counts[source]) continue;
        const other = product * frame.edges[edge][0];
        const size = Math.abs(other) * tops[source] || 0;
        waiting.push({ at: source, product: other, size, edges, until: edges.length, edge });
      }
      edges.push(by[at]);
      product *= frame.edges[by[at]][0];
      at = picture.edges[by[at]].source;
    }
    found.push({ product, edges });
  }
  return found;
}

// What the paths of the open picture contribute: their number, the largest, and each edge's share.
function pathsTo(node) {
  const { boxes, edges, into, outputs } = picture;
  const goal = boxes.findIndex((box) => box.node === node);
  const up = pathsUp(goal);
  const { counts, sizes } = up;
  const start = startOf(picture, frame.grad).map((x) => x ?? 1);
  const shown = largestPaths(outputs.map((i) => [i, start[i]]), goal, up);
  const down = new Float64Array(boxes.length);
  for (const i of outputs) down[i] += Math.abs(start[i]);
  const shares = edges.map(() => 0);
  for (let i = boxes.length - 1; i >= 0; i--) {
    for (const k of into[i]) {
      const { source } = edges[k];
      if (!counts[source] || !frame.edges[k] || !down[i] || !frame.edges[k][0]) continue;
      const through = down[i] * Math.abs(frame.edges[k][0]);
      down[source] += through;
      shares[k] = through * sizes[source];
    }
  }
  const count = outputs.reduce((sum, i) => sum + counts[i], 0);
  return { count, shares, shown };
}

// The local derivatives along a path; of a long one those at its ends.
function factorsOf(edges) {
  const written = (some) => some.map((k) => inBrackets(write(frame.edges[k][0])));
  if (edges.length <= MOST_FACTORS) return written(edges).join("·") || "1";
  const half = MOST_FACTORS / 2;
  return [...written(edges.slice(0, half)), "⋯", ...written(edges.slice(-half))].join("·");
}

// The chain rule to a leaf, term by term; null for none.
function explain(node, label) {
  root.classList.toggle("glowing", node !== null);
  byId("explained").hidden = node === null;
  const { count, shares, shown } = node === null ? { shares: [] } : pathsTo(node);
  const most = Math.abs(shown?.[0]?.product) || 1;
  clearTimeout(glowLater);
  if (shares.length <= MANY) glow(shares, most);
  else glowLater = setTimeout(glow, 100, shares, most);
  if (node === null) return;
  const told = byId("explained");
  told.replaceChildren(`d ${resultLabel} / d ${label} = ${write(state.grad[node])} = `);
  shown.forEach(({ product, edges }, i) => {
    const term = document.createElement("span");
    term.className = "path";
    term.tabIndex = 0;
    term.textContent = factorsOf(edges);
    term.title = `contributes ${write(product)}`;
    const mark = (on) => edges.forEach((k) => edgeGroups[open][k].classList.toggle("traced", on));
    for (const kind of ["pointerenter", "focus"]) term.addEventListener(kind, () => mark(true));
    for (const kind of ["pointerleave", "blur"]) term.addEventListener(kind, () => mark(false));
    told.append(i ? " + " : "", term);
  });
  const others = count - shown.length;
  if (others) told.append(` + ${others < 1e6 ? others : others.toExponential(1)} more`);
  if (!count) told.append("no path in this picture");
}

// The edges of the open picture by their shares; those of another do not glow any more.
function glow(shares, most) {
  const lines = linesOf(open).filter((_, i) => shares[i] > 0);
  const still = new Set(lines);
  for (const line of glowing) if (!still.has(line)) setGlow(line, "");
  linesOf(open).forEach((line, i) => {
    if (shares[i] > 0) setGlow(line, Math.min(1, 0.25 + (0.75 * shares[i]) / most).toFixed(2));
  });
  glowing = lines;
}

function setGlow(line, glow) {
  if (line.glow === glow) return;
  line.glow = glow;
  line.group.classList.toggle("glow", glow !== "");
  line.group.style.setProperty("--glow", glow);
}
