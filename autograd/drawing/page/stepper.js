// Steps through a computation graph: forward box by box, then backward edge by edge, and where
// folded boxes hide the edges, box by box.
// Every number was computed and written by the engine; this script only shows them.
"use strict";

const graph = JSON.parse(document.getElementById("numbers").textContent);
const { boxes, edges, forward, backward, frames } = graph;
const byId = (id) => document.getElementById(id);
const stage = byId("stage");
const svg = stage.querySelector("svg.ag");
const boxGroups = boxes.map((_, i) => svg.querySelector(`[data-box="${i}"]`));
const edgeGroups = edges.map((_, i) => svg.querySelector(`[data-edge="${i}"]`));
const unknown = new Set(graph.unknown); // boxes whose gradient comes from inside folded ones
const count = 1 + forward.length + backward.length;
let step = 0;
let time = 0;

// What a text of the drawing says when no step is shown.
const drawn = new Map();
for (const text of svg.querySelectorAll("[data-box] text.data, [data-box] text.grad")) {
  drawn.set(text, [text.textContent, text.getAttribute("class")]);
}

const litAsDrawn = new Set(svg.querySelectorAll(".lit"));
const written = new Map();
let changed = [];

function write(group, kind, number) {
  const text = group && group.querySelector(`text.${kind}`);
  if (!text || written.get(text) === number) return;
  written.set(text, number);
  text.style.fontSize = "";
  text.textContent = number === undefined ? drawn.get(text)[0] : number;
  text.setAttribute("class", number === undefined ? drawn.get(text)[1] : kind);
  if (number !== undefined) changed.push([group, text]);
}

// Numbers on the way may be longer than those that the boxes were made for. All are measured
// before any is changed, so that the browser lays out the drawing once.
function fitChanged() {
  const sizes = changed.map(([group, text]) => {
    const card = group.querySelector(".card");
    const label = text.previousElementSibling;
    const isLabel = label && label.classList.contains("label");
    const taken = isLabel ? label.getComputedTextLength() + 6 : 0;
    const room = card ? card.width.baseVal.value - 18 - taken : Infinity;
    return room / text.getComputedTextLength();
  });
  changed.forEach(([, text], i) => {
    if (sizes[i] < 1) text.style.fontSize = `${Math.max(6, 12 * sizes[i])}px`;
  });
  changed = [];
}

// The gradients after the first `passed` backward steps: edges add up, in the engine's order.
function gradientsAfter(passed, frame) {
  const sums = boxes.map(() => null);
  for (const i of graph.outputs) sums[i] = graph.seed;
  for (const { edge, box } of backward.slice(0, passed)) {
    if (edge === undefined) sums[box] = frame.grad[box];
    else if (!unknown.has(edges[edge].source)) {
      [, , , sums[edges[edge].source]] = frame.edges[edge];
    }
  }
  return sums;
}

function show(newStep, newTime) {
  step = Math.min(Math.max(newStep, 0), count - 1);
  time = Math.min(Math.max(newTime, 0), frames.length - 1);
  const frame = frames[time];
  const passed = Math.max(step - forward.length, 0);
  showGraph(frame, passed);
  if (step === 0) tellOverview(frame);
  else if (passed === 0) tellForward(forward[step - 1], frame);
  else tellBackward(passed, frame);
  showControls(frame);
}

// Numbers as far as they are computed at this step, and marks. The overview shows them all; that
// of a picture by itself is the drawing as it was drawn.
function showGraph(frame, passed) {
  const overview = step === 0;
  const asDrawn = overview && frames.length === 1;
  const hidden = new Set(overview ? [] : forward.slice(step));
  const sums = overview ? frame.grad : gradientsAfter(passed, frame);
  const marked = Object.entries(frame.marks).map(([mark, ids]) => [mark, new Set(ids)]);
  boxGroups.forEach((group, i) => {
    if (!group) return;
    const data = hidden.has(i) ? "·" : frame.data[i];
    const known = (overview || passed) && frame.grad[i] !== null;
    const grad = known ? sums[i] ?? "0" : "·";
    write(group, "data", asDrawn ? undefined : data);
    write(group, "grad", asDrawn ? undefined : grad);
    group.classList.toggle("dim", hidden.has(i));
    for (const [mark, ids] of marked) group.classList.toggle(mark, ids.has(i));
  });
  edgeGroups.forEach((group, i) => {
    if (group) group.classList.toggle("dim", hidden.has(edges[i].target));
  });
  for (const group of [...boxGroups, ...edgeGroups]) {
    if (group) group.classList.toggle("lit", overview && litAsDrawn.has(group));
  }
  fitChanged();
}

function showControls(frame) {
  byId("step").value = step;
  byId("step").setAttribute("aria-valuetext", byId("spoken").textContent);
  byId("position").textContent = step === 0 ? "overview" : `${step} of ${count - 1}`;
  for (const id of ["first", "back"]) byId(id).disabled = step === 0;
  for (const id of ["next", "last"]) byId(id).disabled = step === count - 1;
  if (frames.length === 1) return;
  const [result] = graph.outputs;
  const now = byId("now");
  if (now) for (const end of ["x1", "x2"]) now.setAttribute(end, (1000 * time) / (frames.length - 1));
  byId("time").value = time;
  byId("when").textContent = frame.label;
  byId("remark").textContent = `${named(result)} is ${frame.data[result]}. ${frame.remark}`;
  byId("time").setAttribute("aria-valuetext", `${frame.label}. ${byId("remark").textContent}`);
}

function light(boxIds, edgeIds) {
  const groups = [...boxIds.map((i) => boxGroups[i]), ...edgeIds.map((i) => edgeGroups[i])];
  for (const group of groups) if (group) group.classList.add("lit");
  bringIntoView(groups.filter(Boolean));
}

function bringIntoView(groups) {
  if (!groups.length) return;
  const view = stage.getBoundingClientRect();
  const rects = groups.map((group) => group.getBoundingClientRect());
  let left = Math.min(...rects.map((r) => r.left));
  let right = Math.max(...rects.map((r) => r.right));
  let top = Math.min(...rects.map((r) => r.top));
  let bottom = Math.max(...rects.map((r) => r.bottom));
  if (right - left > view.width) ({ left, right } = rects[0]); // the box itself at least
  if (bottom - top > view.height) ({ top, bottom } = rects[0]);
  if (left < view.left || right > view.right) {
    stage.scrollLeft += (left + right - view.left - view.right) / 2;
  }
  if (top < view.top || bottom > view.bottom) {
    stage.scrollTop += (top + bottom - view.top - view.bottom) / 2;
  }
}

// One line of arithmetic: numbers with a caption below each; a sign stays with what follows it.
function sum(...parts) {
  const line = document.createElement("p");
  line.className = "sum";
  let sign = "";
  for (const part of parts) {
    if (typeof part === "string") {
      sign = part;
      continue;
    }
    const [number, caption, kind] = part;
    const term = document.createElement("span");
    term.className = `term ${kind || ""}`;
    term.append(
      Object.assign(document.createElement("i"), { textContent: sign }),
      Object.assign(document.createElement("b"), { textContent: number }),
      Object.assign(document.createElement("small"), { textContent: caption })
    );
    line.append(term);
  }
  return line;
}

function tell(title, spoken, ...lines) {
  byId("title").textContent = title;
  byId("spoken").textContent = spoken;
  byId("arithmetic").replaceChildren(...lines);
}

const named = (i) => boxes[i].label;
const inBrackets = (number) => (number.startsWith("−") ? `(${number})` : number);

function tellOverview(frame) {
  const here = frames.length > 1 ? ` Training: ${frame.label}.` : "";
  const title = `Step through: ${forward.length} forward, ${backward.length} backward`;
  const hint = document.createElement("p");
  hint.className = "hint";
  hint.textContent = "Next, the slider or the arrow keys → and ← move one step.";
  if (graph.missing) {
    hint.textContent += " Gradients of folded parts are known only after backward().";
  }
  tell(title, `Overview.${here} ${title}.`, hint);
}

// The primitive applied to names or numbers: infix between two operands, a call otherwise.
function applied(box, operands) {
  const { symbol } = box;
  if (symbol.length === 3 && symbol[1] === "x" && !/^[a-z]+$/.test(symbol)) {
    return symbol[0] + operands.join(", ") + symbol[2]; // |x|
  }
  const short = operands.length > 8 ? [...operands.slice(0, 7), "…"] : operands;
  if (box.infix && operands.length === 2) return short.map(inBrackets).join(` ${symbol} `);
  if (box.infix && operands.length === 1) return symbol + inBrackets(short[0]);
  return `${box.infix ? box.op : symbol}(${short.join(", ")})`;
}

function tellForward(i, frame) {
  const box = boxes[i];
  const into = edges.map((edge, k) => [edge, k]).filter(([edge]) => edge.target === i);
  const title = `Forward ${step} of ${forward.length}: compute ${named(i)}`;
  light([i], into.map(([, k]) => k));
  if (box.size) {
    const inside = `${box.size} nodes, folded into one box`;
    const result = frame.data[i] === null ? [] : ["=", [frame.data[i], named(i), "result"]];
    const gives = frame.data[i] === null ? "" : `, ${frame.data[i]}`;
    tell(title, `${title}${gives}: ${inside}.`, sum(["…", inside], ...result));
    return;
  }
  const numbers = applied(box, into.map(([edge]) => frame.data[edge.source] ?? "?"));
  const names = applied(box, into.map(([edge]) => boxes[edge.source].short ?? named(edge.source)));
  tell(
    title,
    `${title}. ${names}, that is ${numbers}, gives ${frame.data[i]}.`,
    sum([numbers, names], "=", [frame.data[i], named(i), "result"])
  );
}

function tellBackward(passed, frame) {
  const { edge, box } = backward[passed - 1];
  const heading = `Backward ${passed} of ${backward.length}`;
  if (edge === undefined) tellArrival(heading, box, frame);
  else tellPassed(heading, edge, frame, gradientsAfter(passed - 1, frame));
}

// A gradient that comes from inside folded boxes, all at once.
function tellArrival(heading, i, frame) {
  const outward = edges.map((edge, k) => [edge, k]).filter(([edge]) => edge.source === i);
  const title = `${heading}: the gradient of ${named(i)}`;
  light([i], outward.map(([, k]) => k));
  tell(
    title,
    `${title} is ${frame.grad[i]}; its parts are inside folded boxes.`,
    sum(["…", "parts inside folded boxes"], "=", [frame.grad[i], `grad of ${named(i)}`, "result"])
  );
}

function tellPassed(heading, k, frame, sums) {
  const { source, target, written } = edges[k];
  const [local, upstream, contribution, total] = frame.edges[k];
  const title = `${heading}: from ${named(target)} to ${named(source)}`;
  const formula = written && written !== local ? ` = ${written}` : "";
  light([target, source], [k]);
  const product = sum(
    [local, `local derivative${formula}`], "×", [upstream, `upstream: grad of ${named(target)}`],
    "=", [contribution, "contribution"]
  );
  const spoken = `${title}. Local derivative ${local}, times upstream ${upstream}, is the ` +
    `contribution ${contribution}.`;
  if (unknown.has(source)) {
    tell(title, `${spoken} It is one part of the gradient of ${named(source)}.`, product);
    return;
  }
  const before = sums[source] ?? "0";
  tell(
    title,
    `${spoken} Added to the gradient of ${named(source)}: ${before} becomes ${total}.`,
    product,
    sum(
      [before, `grad of ${named(source)} so far`], "+", [contribution, "contribution"],
      "=", [total, `grad of ${named(source)}`, "result"]
    )
  );
}

byId("step").max = count - 1;
byId("step").addEventListener("input", (event) => show(Number(event.target.value), time));
if (byId("time")) {
  byId("time").max = frames.length - 1;
  byId("time").addEventListener("input", (event) => show(step, Number(event.target.value)));
}
const moves = {
  first: () => show(0, time),
  back: () => show(step - 1, time),
  next: () => show(step + 1, time),
  last: () => show(count - 1, time),
};
for (const [id, move] of Object.entries(moves)) byId(id).addEventListener("click", move);
const keys = { ArrowRight: "next", ArrowLeft: "back", Home: "first", End: "last" };
document.addEventListener("keydown", (event) => {
  const busy = event.target.matches && event.target.matches("input, textarea, select");
  if (busy || event.altKey || event.ctrlKey || event.metaKey || !(event.key in keys)) return;
  event.preventDefault();
  moves[keys[event.key]]();
});
// A click on a box goes to the step that computes it.
svg.addEventListener("click", (event) => {
  const group = event.target.closest("[data-box]:not([data-part])");
  const at = group ? forward.indexOf(Number(group.dataset.box)) : -1;
  if (at >= 0) show(at + 1, time);
});
show(0, time);
