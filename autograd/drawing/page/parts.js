// Folded boxes open in place: what is in one stands in the drawing where it is, the rest behind it.
"use strict";

const sections = new Map(
  [...document.querySelectorAll("section.ag-part")].map((s) => [Number(s.dataset.number), s])
);

function partOf(group) {
  return group?.dataset.part === undefined ? null : Number(group.dataset.part);
}

// Open part `number`, from the box that stands for it.
function openPart(number, group) {
  const section = sections.get(number);
  if (!section) return;
  closeTable();
  if (!svgs[number + 1]) {
    section.hidden = false;
    section.classList.add("over");
    section.querySelector("button").focus();
    return;
  }
  const svg = svgs[number + 1];
  const from = placeOf(group);
  const size = [svg.width.baseVal.value, svg.height.baseVal.value];
  const corner = [from.x + from.width / 2 - size[0] / 2, from.y + from.height / 2 - size[1] / 2];
  svg.setAttribute("x", corner[0]);
  svg.setAttribute("y", corner[1]);
  svgs[open].classList.add("behind");
  root.append(svg);
  trail.push(number + 1);
  enter(number + 1);
  Object.assign(camera, { x: from.x + from.width / 2, y: from.y + from.height / 2 });
}

function enter(k) {
  open = k;
  picture = pictures[k];
  const svg = svgs[k];
  const corner = k ? { x: svg.x.baseVal.value, y: svg.y.baseVal.value } : { x: 0, y: 0 };
  const size = k ? { width: svg.width.baseVal.value, height: svg.height.baseVal.value } : natural;
  shownArea = { ...corner, ...size };
  const title = k ? sections.get(k - 1).querySelector("p").lastChild.textContent : "";
  byId("trail").hidden = !k;
  byId("where").textContent = k ? `${sections.get(k - 1).dataset.title} ${title}` : "";
  show(0);
  fit();
}

// Back to what is around the open part, or close the table of leaves.
function closePart() {
  if (closeTable() || trail.length === 1) return;
  const left = trail.pop();
  sections.get(left - 1).querySelector("div").append(svgs[left]);
  const around = trail[trail.length - 1];
  svgs[around].classList.remove("behind");
  enter(around);
  boxGroups[around].find((group) => partOf(group) === left - 1)?.focus();
}

function closeTable() {
  const table = [...sections.values()].find((section) => section.classList.contains("over"));
  if (table) {
    table.hidden = true;
    table.classList.remove("over");
  }
  return Boolean(table);
}

function chosen(event) {
  const group = event.target.closest("[data-part]");
  if (event.type === "keydown") {
    if (event.key === "Escape") closePart();
    if (event.key !== "Enter" && event.key !== " ") return;
  }
  if (!group) return;
  event.preventDefault();
  event.stopPropagation();
  if (group.matches("button")) closePart();
  else openPart(partOf(group), group);
}
stage.addEventListener("click", chosen);
document.addEventListener("keydown", chosen, true);
byId("up").addEventListener("click", closePart);
