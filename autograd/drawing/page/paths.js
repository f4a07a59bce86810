// The chain rule from the result down to a leaf, in the open picture: all paths are counted, each
// edge glows by what goes along it, and the largest paths are written out.
"use strict";

const WRITTEN = 6;
const MANY = 1000; // so many edges take a browser more than a frame to paint: they follow at rest
let glowing = [];
let glowLater = 0;

// For each box how many paths lead from the leaf up to it, the sum of their magnitudes, and the
// largest of them, each an edge and the rest of the path below it. Boxes follow their operands.
function pathsUp(goal) {
  const { boxes, edges, into } = picture;
  const counts = new Float64Array(boxes.length);
  const sizes = new Float64Array(boxes.length);
  const best = boxes.map(() => []);
  if (goal >= 0) [counts[goal], sizes[goal], best[goal]] = [1, 1, [{ product: 1 }]];
  for (let i = goal + 1; i < boxes.length && goal >= 0; i++) {
    for (const edge of into[i]) {
      const { source } = edges[edge];
      if (!frame.edges[edge] || !counts[source]) continue;
      const [slope] = frame.edges[edge];
      counts[i] += counts[source];
      if (slope) sizes[i] += Math.abs(slope) * sizes[source];
      for (const rest of best[source]) best[i].push({ product: slope * rest.product, edge, rest });
    }
    if (best[i].length > 1) best[i] = largest(best[i]);
  }
  return { counts, sizes, best };
}

const largest = (paths) =>
  paths.sort((a, b) => (Math.abs(b.product) || 0) - (Math.abs(a.product) || 0)).slice(0, WRITTEN);

// What the paths of the open picture contribute: their number, the largest, and each edge's share.
function pathsTo(node) {
  const { boxes, edges, into, outputs } = picture;
  const { counts, sizes, best } = pathsUp(boxes.findIndex((box) => box.node === node));
  const start = startOf(picture, frame.grad).map((x) => x ?? 1);
  const ends = outputs.flatMap((i) =>
    best[i].map((path) => ({ product: start[i] * path.product, path })));
  const shown = largest(ends).map(({ product, path }) => ({ product, edges: edgesOf(path) }));
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

function edgesOf(path) {
  const edges = [];
  for (let at = path; at.rest; at = at.rest) edges.push(at.edge);
  return edges;
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
    term.textContent = edges.map((k) => inBrackets(write(frame.edges[k][0]))).join("·") || "1";
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
