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
  show(step);
}

// Choose a leaf: its number stands in the field, the curve and the chain rule are about it.
function choose(box) {
  chosenLeaf = box && { node: box.node, label: box.label, above: dependents(program, box.node) };
  byId("edit").classList.toggle("none", !box);
  byId("plot").toggleAttribute("hidden", !box);
  for (const [group, leaf] of leafBoxes) group.classList.toggle("chosen", leaf.node === box?.node);
  if (!box) explain(null);
  for (const listen of listeners) listen();
}

function showLeaf() {
  byId("reset").disabled = !isChanged();
  if (!chosenLeaf) return;
  const { node, label } = chosenLeaf;
  const number = state.data[node];
  for (const [group, leaf] of leafBoxes) {
    if (leaf.node === node) group.setAttribute("aria-valuenow", number);
  }
  byId("leaf").textContent = label;
  if (document.activeElement !== byId("number")) byId("number").value = String(number);
  drawCurve(number);
  explain(node, label);
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
        if (!chosenLeaf) explain(on ? leaf.node : null, leaf.label);
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
    show(step);
  });
  listeners.push(showLeaf);
} else byId("edit").remove();

// The state stands behind the # of the address, so that a link shows what one sees: once nothing has
// changed for a moment, as browsers allow few such changes.
let remembering = 0;
function remember() {
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    try {
      history.replaceState(null, "", hashOfNow());
    } catch { /* a notebook's frame has no address of its own */ }
  }, 100);
}

function hashOfNow() {
  const words = [`step=${step}`];
  if (open) words.push(`part=${open - 1}`);
  if (time) words.push(`time=${time}`);
  if (chosenLeaf) words.push(`leaf=${leafOf.get(chosenLeaf.node)}`);
  if (program) {
    moments[time].leaves.forEach((x, i) => {
      if (!Object.is(Number(x), leaves[i])) words.push(`x${i}=${leaves[i]}`);
    });
  }
  return `#${words.join("&")}`;
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
