// Steps through the picture that is open: forward box by box, then backward edge by edge, and where
// folded boxes hide the edges, box by box.
"use strict";

const trail = [0]; // the pictures that are open, one in the other
let open = 0; // the one that is stepped through
let picture = pictures[0];
let frame = frameOf(picture);
let steps = backwardSteps(picture, frame);
let step = 0;
let quizzed = () => false; // whether a step is hidden to be guessed; the quiz sets it
let shownStep = "";
let arrives = true; // whether this step was not shown before, but with other numbers
const listeners = []; // called after every change

const count = () => 1 + picture.forward.length + steps.length;
const litAsDrawn = [...root.querySelectorAll(".lit")];

// The gradients after the first `passed` backward steps: edges add up, in the engine's order.
function gradientsAfter(passed) {
  const sums = startOf(picture, frame.grad);
  for (const { edge, box } of steps.slice(0, passed)) {
    if (edge === undefined) sums[box] = frame.grad[box];
    else if (!picture.unknown.has(picture.edges[edge].source)) {
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
  paint();
  const here = `${open} ${step}`;
  arrives = here !== shownStep;
  shownStep = here;
  if (step === 0) shine(open ? [] : litAsDrawn, []);
  if (step === 0) tellOverview();
  else if (passed === 0) tellForward(picture.forward[step - 1]);
  else if (quizzed(passed)) tellQuestion(passed);
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
  const looks = here.boxes.map((_, i) => (hidden.has(i) ? "dim" : ""));
  for (const [mark, boxes] of k ? [] : Object.entries(moments[time].marks)) {
    for (const i of boxes) looks[i] = `${looks[i]} ${mark}`.trim();
  }
  facesOf(k).forEach((face, i) => {
    const { results } = here.boxes[i];
    const value = results?.length > 1 && program ? () => spreadOf(here.boxes[i]) : now.data[i] ?? "·";
    const isKnown = (overview || passed) && now.grad[i] !== null;
    if (face.data) face.data.says = asDrawn ? undefined : hidden.has(i) ? "·" : value;
    if (face.grad) face.grad.says = asDrawn ? undefined : isKnown ? sums[i] ?? 0 : "·";
    setLook(face, looks[i]);
  });
  const shown = passed && quizzed(passed) ? passed - 1 : passed; // a colour would give it away
  const taken = steps.slice(0, shown);
  const done = new Set(taken.map(({ edge }) => edge));
  // Edges at folds are no steps: they have carried what they do once the boxes after them are done.
  const { edge, box } = taken.at(-1) ?? {};
  const reached = passed && !steps[shown] ? 0 : box ?? here.edges[edge]?.target;
  const behind = (i) => (now.edges[i] ? done.has(i) : here.edges[i].source >= reached);
  const carried = now.carried.map((x, i) => (overview || behind(i) ? x : null));
  const coloured = overview ? content.flow : k === open;
  const sizes = coloured ? carried.map(Math.abs).filter(Number.isFinite) : [];
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0);
  linesOf(k).forEach((line, i) => {
    const [flow, thick] = coloured ? flowOf(carried[i], largest) : ["", null];
    const drawn = asDrawn && !k;
    const dim = hidden.has(here.edges[i].target) ? " dim" : "";
    setLook(line, drawn ? line.drawn[0] : `${flow}${dim}`.trim());
    setWidth(line, drawn ? line.drawn[1] : thick ? `${thick.toFixed(1)}px` : "");
  });
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
  shine(groups, edges);
  if (arrives) bringIntoView(groups);
}

let shining = litAsDrawn;
let halos = [];
function shine(groups, edges) {
  if (groups.length === shining.length && groups.every((group, i) => group === shining[i])) return;
  for (const group of shining) group.classList.remove("lit");
  for (const halo of halos) halo.remove();
  for (const group of groups) group.classList.add("lit");
  halos = edges.map((group) => {
    const halo = group.querySelector(".line").cloneNode();
    halo.setAttribute("class", "halo");
    halo.removeAttribute("style");
    group.prepend(halo);
    return halo;
  });
  shining = groups;
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

// A box and an edge say what they are, and their numbers, when the pointer is on them; but no
// gradient while one is asked for.
const asking = () => quizzed(Math.max(step - picture.forward.length, 0));
stage.addEventListener("pointerover", (event) => {
  tellBox(event.target.closest("[data-box]"));
  const group = event.target.closest("[data-edge]");
  const k = group ? edgeGroups.findIndex((groups) => groups.includes(group)) : -1;
  if (k < 0) return;
  const edge = pictures[k].edges[edgeGroups[k].indexOf(group)];
  const at = edgeGroups[k].indexOf(group);
  const { edges, carried } = frameOf(pictures[k]);
  const [from, to] = [edge.source, edge.target].map((i) => pictures[k].boxes[i].label);
  const title = group.querySelector("title") ||
    group.appendChild(document.createElementNS(root.namespaceURI, "title"));
  const operand = pictures[k].bundles?.[at] ? "" : `, operand ${edge.position + 1}`;
  const slope = edges[at] ? `local derivative ${write(edges[at][0])}, ` : "";
  const told = asking() || carried[at] === null ? "" : `: ${slope}carries ${write(carried[at])}`;
  title.textContent = `${from} → ${to}${operand}${told}`;
});
function tellBox(group) {
  const k = group ? boxGroups.findIndex((groups) => groups.includes(group)) : -1;
  const title = group?.querySelector("title");
  if (k < 0 || !title) return;
  const i = boxGroups[k].indexOf(group);
  const { data, grad } = k === open ? frame : frameOf(pictures[k]);
  title.dataset.words ??= title.textContent;
  const known = Object.entries({ data: data[i], grad: asking() ? null : grad[i] })
    .filter(([, x]) => x !== null);
  title.textContent = [title.dataset.words, ...known.map(([kind, x]) => `${kind} ${x}`)].join(", ");
}
