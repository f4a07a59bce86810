// Leaves that answer: drag one, type its number or use the arrow keys, and everything follows.
"use strict";

const leafOf = new Map(); // node -> its place among the leaves
program?.nodes.forEach((node, i) => node || leafOf.set(i, leafOf.size));
const leafListeners = []; // called when a hand moves a leaf
let chosenLeaf = null; // {node, label}
// A gradient is one of the sum of all results, so that is what is drawn and explained.
const results = program?.outputs ?? [];
const resultOf = (data) => results.reduce((sum, i) => sum + data[i], 0);
const resultLabel = results.length === 1
  ? pictures[0].boxes[pictures[0].outputs[0]].label : `(sum of ${results.length} results)`;

const leafBoxes = new Map(); // the group of a leaf -> its box
boxGroups.forEach((groups, k) => groups.forEach((group, i) => {
  if (leafOf.has(pictures[k].boxes[i].node)) leafBoxes.set(group, pictures[k].boxes[i]);
}));
const leafAt = (group) => leafBoxes.get(group) ?? null;

// A hundredth of a number, rounded to one digit: how far a pixel or an arrow key moves it.
function unitOf(x) {
  const size = Math.abs(x) || 1;
  return 10 ** Math.floor(Math.log10(Math.min(Math.max(size, 1e-6), 1e6))) / 20;
}

function changeLeaf(node, number) {
  if (Number.isNaN(number)) return;
  leaves[leafOf.get(node)] = number;
  for (const tellLeaf of leafListeners) tellLeaf(leafOf.get(node), number);
  state = evaluate(program, leaves);
  if (!byId("explained").hidden) explain(node);
  show(step);
}

// Choose a leaf: its number stands in the field, the curve and the chain rule are about it.
function choose(box) {
  chosenLeaf = box && { node: box.node, label: box.label };
  byId("edit").classList.toggle("none", !box);
  byId("plot").toggleAttribute("hidden", !box);
  byId("explained").hidden = !box;
  root.classList.toggle("glowing", Boolean(box));
  if (box) explain(box.node);
  for (const listen of listeners) listen();
}

function showLeaf() {
  for (const [group, leaf] of leafBoxes) {
    if (chosenLeaf?.node === leaf.node) {
      group.setAttribute("aria-valuenow", state.data[leaf.node]);
    }
    group.classList.toggle("chosen", chosenLeaf?.node === leaf.node);
  }
  byId("reset").disabled = !isChanged();
  if (!chosenLeaf) return;
  const number = state.data[chosenLeaf.node];
  byId("leaf").textContent = chosenLeaf.label;
  if (document.activeElement !== byId("number")) byId("number").value = String(number);
  drawCurve(number);
}

// The result against the chosen leaf, with its tangent here: what the gradient means.
function drawCurve(number) {
  const [width, height] = [220, 120];
  const reach = Math.max(1, Math.abs(number));
  const points = Math.round(Math.min(81, Math.max(15, 60000 / program.nodes.length)));
  const at = leafOf.get(chosenLeaf.node);
  const xs = Array.from({ length: points }, (_, i) => number + reach * ((2 * i) / (points - 1) - 1));
  const ys = xs.map((x) => resultOf(valuesOf(program, leaves.with(at, x))));
  const here = resultOf(state.data);
  const finite = [...ys, here].filter((y) => Number.isFinite(y));
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const span = high - low || 1;
  const place = (x, y) => [
    6 + ((x - number) / reach + 1) * (width / 2 - 6),
    height - 20 - ((y - low) / span) * (height - 32),
  ];
  let path = "";
  xs.forEach((x, i) => {
    const gap = !Number.isFinite(ys[i]) || !Number.isFinite(ys[i - 1] ?? NaN);
    if (Number.isFinite(ys[i])) path += `${gap ? "M" : "L"}${place(x, ys[i]).map((z) => z.toFixed(1))}`;
  });
  const slope = state.grad[chosenLeaf.node];
  const side = (x) => place(x, here + slope * (x - number)).map((z) => z.toFixed(1));
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

// The paths from the result down to a leaf in the open picture, the largest contributions first.
function pathsTo(target) {
  const goal = picture.boxes.findIndex((box) => box.node === target);
  const reaches = new Set([goal]);
  picture.boxes.forEach((_, i) => {
    if (picture.into[i].some((k) => reaches.has(picture.edges[k].source))) reaches.add(i);
  });
  const found = [];
  const walk = (i, edges, product) => {
    if (i === goal) found.push({ edges, product });
    else if (found.length < 200) {
      for (const k of picture.into[i]) {
        const passed = frame.edges[k];
        if (passed && reaches.has(picture.edges[k].source)) {
          walk(picture.edges[k].source, [...edges, k], product * passed[0]);
        }
      }
    }
  };
  const start = startOf(picture, frame.grad);
  if (goal >= 0) for (const i of picture.outputs) walk(i, [], start[i] ?? 1);
  return found.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
}

// The chain rule to a leaf, term by term; paths glow by what they contribute.
function explain(node) {
  frame = frameOf(picture);
  const paths = pathsTo(node);
  const largest = Math.max(...paths.map(({ product }) => Math.abs(product)), 0);
  const glow = picture.edges.map(() => 0);
  for (const { edges, product } of paths) {
    for (const k of edges) glow[k] += largest ? Math.abs(product) / largest : 0;
  }
  edgeGroups[open].forEach((group, i) => {
    group.classList.toggle("glow", glow[i] > 0);
    group.style.setProperty("--glow", Math.min(1, 0.25 + 0.75 * glow[i]).toFixed(2));
  });
  const label = picture.boxes.find((box) => box.node === node)?.label ?? "";
  const line = byId("explained");
  line.replaceChildren(`d ${resultLabel} / d ${label} = ${write(state.grad[node])} = `);
  paths.slice(0, 6).forEach(({ edges, product }, i) => {
    const term = document.createElement("span");
    term.className = "path";
    term.tabIndex = 0;
    term.textContent = edges.map((k) => inBrackets(write(frame.edges[k][0]))).join("·") || "1";
    term.title = `contributes ${write(product)}`;
    const mark = (on) => edges.forEach((k) => edgeGroups[open][k].classList.toggle("traced", on));
    for (const kind of ["pointerenter", "focus"]) term.addEventListener(kind, () => mark(true));
    for (const kind of ["pointerleave", "blur"]) term.addEventListener(kind, () => mark(false));
    line.append(i ? " + " : "", term);
  });
  if (paths.length > 6) line.append(` + ${paths.length === 200 ? "many" : paths.length - 6} more`);
  if (!paths.length) line.append("no path in this picture");
}

if (program) {
  for (const [group, leaf] of leafBoxes) {
    group.classList.add("leaf");
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "slider");
    group.setAttribute("aria-label", leaf.label);
    group.setAttribute("aria-valuenow", state.data[leaf.node]);
    group.addEventListener("focus", () => choose(leaf));
    group.addEventListener("keydown", (event) => {
      const sign = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (event.key === "Enter") byId("number").focus();
      if (!sign) return;
      event.preventDefault();
      const number = state.data[leaf.node];
      const unit = unitOf(number) * (event.shiftKey ? 10 : 1);
      changeLeaf(leaf.node, Math.round(number / unit + sign) * unit);
    });
    for (const [kind, on] of [["pointerenter", true], ["pointerleave", false]]) {
      group.addEventListener(kind, () => {
        if (chosenLeaf) return;
        if (on) explain(leaf.node);
        root.classList.toggle("glowing", on);
        byId("explained").hidden = !on;
      });
    }
  }
  findGrip.push((event) => {
    const leaf = leafAt(event.target.closest("[data-box]"));
    if (!leaf) return null;
    const start = state.data[leaf.node];
    const unit = unitOf(start);
    let moved = 0;
    return {
      move(dx) {
        if (chosenLeaf?.node !== leaf.node) choose(leaf);
        moved += dx;
        const digits = Math.max(0, Math.min(100, -Math.floor(Math.log10(unit))));
        changeLeaf(leaf.node, Number((start + Math.round(moved) * unit).toFixed(digits)));
      },
    };
  });
  stage.addEventListener("click", (event) => {
    if (event.target.closest(".over")) return;
    const leaf = leafAt(event.target.closest("[data-box]"));
    if (leaf || !event.target.closest("[data-box]")) choose(leaf);
  });
  byId("number").addEventListener("input", () => {
    const text = byId("number").value.trim().replace("−", "-");
    if (chosenLeaf && text) changeLeaf(chosenLeaf.node, Number(text));
  });
  byId("reset").addEventListener("click", () => {
    setLeaves(moments[time].leaves.map(Number));
    if (chosenLeaf) explain(chosenLeaf.node);
    show(step);
  });
  listeners.push(showLeaf);
} else byId("edit").remove();

// The state stands behind the # of the address, so that a link shows what one sees.
function remember() {
  const words = [`step=${step}`];
  if (open) words.push(`part=${open - 1}`);
  if (time) words.push(`time=${time}`);
  if (chosenLeaf) words.push(`leaf=${leafOf.get(chosenLeaf.node)}`);
  if (program) {
    moments[time].leaves.forEach((x, i) => {
      if (!Object.is(Number(x), leaves[i])) words.push(`x${i}=${leaves[i]}`);
    });
  }
  try {
    history.replaceState(null, "", `#${words.join("&")}`);
  } catch { /* a notebook's frame has no address of its own */ }
}

function recall() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const whole = (name) => Number.parseInt(asked.get(name) ?? "0", 10) || 0;
  if (whole("time")) toMoment(whole("time"));
  if (asked.has("part")) {
    const group = boxGroups[0].find((g) => g.dataset.part === asked.get("part"));
    if (group) openPart(partOf(group), group);
  }
  for (const [name, text] of asked) {
    const leaf = /^x(\d+)$/.exec(name);
    if (program && leaf && Number(leaf[1]) < leaves.length) leaves[Number(leaf[1])] = Number(text);
  }
  if (program) state = evaluate(program, leaves);
  show(whole("step"));
  const node = [...leafOf].find(([, i]) => String(i) === asked.get("leaf"))?.[0];
  const box = node === undefined ? null : picture.boxes.find((one) => one.node === node);
  if (box) choose(box);
}
