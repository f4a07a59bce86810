// Steps through the picture that is open: forward box by box, then backward edge by edge, and where
// folded boxes hide the edges, box by box.
"use strict";

// What each picture is drawn with; groups are looked up before one drawing stands in another.
const svgs = pictures.map((_, k) =>
  k ? document.querySelector(`[data-number="${k - 1}"] svg.ag`) : root
);
const grouped = (svg, kind) => {
  const groups = [];
  if (svg) for (const g of svg.querySelectorAll(`[data-${kind}]`)) groups[g.dataset[kind]] = g;
  return groups;
};
const boxGroups = svgs.map((svg) => grouped(svg, "box"));
const edgeGroups = svgs.map((svg) => grouped(svg, "edge"));
const trail = [0]; // the pictures that are open, one in the other
let open = 0; // the one that is stepped through
let picture = pictures[0];
let frame = frameOf(picture);
let steps = backwardSteps(picture, frame);
let step = 0;
let quizzed = () => false; // whether a step is hidden to be guessed; the quiz sets it
const listeners = []; // called after every change

const count = () => 1 + picture.forward.length + steps.length;
const litAsDrawn = new Set(root.querySelectorAll(".lit"));
const flowAsDrawn = new Map(edgeGroups[0].map((g) => [g, g.getAttribute("class")]));

// What a text of the drawing says when no step is shown.
const drawn = new Map();
for (const text of document.querySelectorAll("[data-box] text.data, [data-box] text.grad")) {
  drawn.set(text, [text.textContent, text.getAttribute("class")]);
}
const written = new Map();
let changed = [];

function writeInto(group, kind, number) {
  const text = group.querySelector(`text.${kind}`);
  if (!text || written.get(text) === number) return;
  written.set(text, number);
  text.style.fontSize = "";
  text.textContent = number === undefined ? drawn.get(text)[0] : number;
  const kept = text.classList.contains("kept") ? " kept" : "";
  text.setAttribute("class", (number === undefined ? drawn.get(text)[1] : kind) + kept);
  if (number !== undefined) changed.push([group, text]);
}

// Numbers on the way may be longer than those that the boxes were made for. All are measured
// before any is changed, so that the browser lays out the drawing once.
function fitChanged() {
  const sizes = changed.map(([group, text]) => {
    const cards = group.querySelectorAll(".card");
    const label = text.previousElementSibling;
    const isLabel = label && label.classList.contains("label");
    const taken = isLabel ? label.getComputedTextLength() + 6 : 0;
    const room = cards.length ? cards[0].width.baseVal.value - 18 - taken : Infinity;
    return room / text.getComputedTextLength();
  });
  changed.forEach(([, text], i) => {
    if (sizes[i] < 1) text.style.fontSize = `${Math.max(6, 12 * sizes[i])}px`;
  });
  changed = [];
}

// The gradients after the first `passed` backward steps: edges add up, in the engine's order.
function gradientsAfter(passed) {
  const sums = startOf(picture, frame.grad);
  for (const { edge, box } of steps.slice(0, passed)) {
    if (edge === undefined) sums[box] = frame.grad[box];
    else if (!picture.unknown.includes(picture.edges[edge].source)) {
      [, , , sums[picture.edges[edge].source]] = frame.edges[edge];
    }
  }
  return sums;
}

// Show a step of the open picture; the numbers are those of `state` and `time`.
function show(newStep) {
  frame = frameOf(picture);
  steps = backwardSteps(picture, frame);
  step = Math.min(Math.max(newStep, 0), count() - 1);
  const passed = Math.max(step - picture.forward.length, 0);
  for (const k of trail) showPicture(k, k === open ? step : 0, k === open ? passed : 0);
  fitChanged();
  const hidden = quizzed(passed);
  if (step === 0) tellOverview();
  else if (passed === 0) tellForward(picture.forward[step - 1]);
  else if (hidden) tellQuestion(passed);
  else tellBackward(passed);
  showControls();
  for (const listen of listeners) listen();
}

// Numbers as far as they are computed at this step, marks, and the edges that have passed
// something. The overview shows all; that of a picture by itself is the drawing as it was drawn.
function showPicture(k, at, passed) {
  const here = pictures[k];
  const now = k === open ? frame : frameOf(here);
  const overview = at === 0;
  const asDrawn = overview && moments.length === 1 && !isChanged();
  const hidden = new Set(overview ? [] : here.forward.slice(at));
  const sums = overview ? now.grad : gradientsAfter(passed);
  const marked = k ? [] : Object.entries(moments[time].marks).map(([m, ids]) => [m, new Set(ids)]);
  boxGroups[k].forEach((group, i) => {
    const box = here.boxes[i];
    const value = box.results?.length > 1 && program ? spreadOf(box) : write(now.data[i]);
    const isKnown = (overview || passed) && now.grad[i] !== null;
    writeInto(group, "data", asDrawn ? undefined : hidden.has(i) ? "·" : value);
    writeInto(group, "grad", asDrawn ? undefined : isKnown ? write(sums[i] ?? 0) : "·");
    group.classList.toggle("dim", hidden.has(i));
    for (const [mark, ids] of marked) group.classList.toggle(mark, ids.has(i));
  });
  const done = new Set(steps.slice(0, passed).map(({ edge }) => edge));
  const carried = now.edges.map((e, i) => (e && (overview || done.has(i)) ? e[2] : null));
  const finite = carried.map(Math.abs).filter((x) => Number.isFinite(x));
  const largest = Math.max(...finite, 0);
  edgeGroups[k].forEach((group, i) => {
    const coloured = overview ? content.flow : k === open;
    const [look, thick] = coloured ? flowOf(carried[i], largest) : ["", null];
    const kept = [...group.classList].filter((one) => one === "glow" || one === "traced");
    const dim = hidden.has(here.edges[i].target) ? ["dim"] : [];
    const own = asDrawn && !k ? flowAsDrawn.get(group) : `edge ${look}`;
    const classes = [own.trim(), ...kept, ...dim].join(" ");
    if (group.getAttribute("class") !== classes) group.setAttribute("class", classes);
    const width = thick ? `${thick.toFixed(2)}px` : "";
    const line = asDrawn ? null : group.querySelector(".line");
    if (line && line.style.strokeWidth !== width) line.style.strokeWidth = width;
  });
  for (const group of [...boxGroups[k], ...edgeGroups[k]]) {
    if (group) group.classList.toggle("lit", overview && !k && litAsDrawn.has(group));
    group?.querySelector(".halo")?.remove();
  }
}

function showControls() {
  byId("step").max = count() - 1;
  byId("step").value = step;
  byId("step").setAttribute("aria-valuetext", byId("spoken").textContent);
  byId("position").textContent = step === 0 ? "overview" : `${step} of ${count() - 1}`;
  for (const id of ["first", "back"]) byId(id).disabled = step === 0;
  for (const id of ["next", "last"]) byId(id).disabled = step === count() - 1;
  if (moments.length === 1) return;
  const [result] = pictures[0].outputs;
  const now = byId("now");
  const at = (1000 * time) / (moments.length - 1);
  if (now) for (const end of ["x1", "x2"]) now.setAttribute(end, at);
  const { label, remark } = moments[time];
  byId("time").value = time;
  byId("when").textContent = label;
  const value = write(frameOf(pictures[0]).data[result]);
  byId("remark").textContent = `${pictures[0].boxes[result].label} is ${value}. ${remark}`;
  byId("time").setAttribute("aria-valuetext", `${label}. ${byId("remark").textContent}`);
}

// The boxes and edges of a step: a halo tells them, so that the edges keep the colours of their flow.
function light(boxIds, edgeIds) {
  const edges = edgeIds.map((i) => edgeGroups[open][i]).filter(Boolean);
  const groups = [...boxIds.map((i) => boxGroups[open][i]).filter(Boolean), ...edges];
  for (const group of groups) group.classList.add("lit");
  for (const group of edges) {
    const halo = group.querySelector(".line").cloneNode();
    halo.setAttribute("class", "halo");
    halo.removeAttribute("style");
    group.prepend(halo);
  }
  bringIntoView(groups);
}

// Whether a leaf has another number than it was recorded with; a page that is still never changes.
let isChanged = () =>
  Boolean(program) && moments[time].leaves.some((x, i) => !Object.is(Number(x), leaves[i]));

function toMoment(newTime) {
  time = Math.min(Math.max(newTime, 0), moments.length - 1);
  if (program) setLeaves(moments[time].leaves.map(Number));
  show(step);
}

function setLeaves(numbers) {
  leaves = numbers;
  state = evaluate(program, leaves);
}

byId("step").addEventListener("input", (event) => show(Number(event.target.value)));
if (byId("time")) {
  byId("time").max = moments.length - 1;
  byId("time").addEventListener("input", (event) => toMoment(Number(event.target.value)));
}
const moves = {
  first: () => show(0),
  back: () => show(step - 1),
  next: () => show(step + 1),
  last: () => show(count() - 1),
};
for (const [id, move] of Object.entries(moves)) byId(id).addEventListener("click", move);
const keys = {
  ArrowRight: moves.next, ArrowLeft: moves.back, Home: moves.first, End: moves.last,
  "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), "−": () => zoom(0.8),
  0: () => fit(),
};
document.addEventListener("keydown", (event) => {
  const busy = event.target.matches && event.target.matches("input, textarea, select");
  if (busy || event.altKey || event.ctrlKey || event.metaKey || !(event.key in keys)) return;
  event.preventDefault();
  keys[event.key]();
});

// A click on a box goes to the step that computes it, or in the backward phase to the one after
// which its gradient is complete.
stage.addEventListener("click", (event) => {
  const group = event.target.closest("[data-box]:not([data-part])");
  const box = group ? boxGroups[open].indexOf(group) : -1;
  if (box < 0) return;
  const forwards = picture.forward.length;
  const isSource = ({ edge, box: one }) => one === box || picture.edges[edge]?.source === box;
  const at = step > forwards ? steps.findLastIndex(isSource) : picture.forward.indexOf(box);
  if (at >= 0) show(step > forwards ? forwards + at + 1 : at + 1);
});

// An edge says what it is and what it carries when the pointer is on it.
stage.addEventListener("pointerover", (event) => {
  const group = event.target.closest("[data-edge]");
  const k = group ? edgeGroups.findIndex((groups) => groups.includes(group)) : -1;
  if (k < 0) return;
  const edge = pictures[k].edges[edgeGroups[k].indexOf(group)];
  const carried = frameOf(pictures[k]).edges[edgeGroups[k].indexOf(group)];
  const [from, to] = [edge.source, edge.target].map((i) => pictures[k].boxes[i].label);
  const title = group.querySelector("title") ||
    group.appendChild(document.createElementNS(root.namespaceURI, "title"));
  const slope = carried ? `: local derivative ${write(carried[0])}, carries ${write(carried[2])}` : "";
  title.textContent = `${from} → ${to}, operand ${edge.position + 1}${slope}`;
});
