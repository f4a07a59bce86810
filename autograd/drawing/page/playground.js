// The playground: the plane with its points, the curve of the loss, the network and the controls
// beside the graph of the chosen example.
"use strict";

const task = content.side;
const start = moments[0].leaves.map(Number);
let training = new Training(program, start, task);
let example = 0;
let running = false;
function drawLosses() {
  const { losses } = training;
  const every = Math.max(1, Math.floor(losses.length / 300));
  const shown = losses.filter((_, i) => i % every === 0);
  const finite = shown.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const point = (loss, i) =>
    `${((300 * i) / Math.max(1, shown.length - 1)).toFixed(1)},${(58 - (54 * (loss - low)) / (high - low || 1)).toFixed(1)}`;
  byId("losses").querySelector("polyline").setAttribute("points", shown.map(point).join(" "));
  const last = losses.length ? ` · loss ${write(losses[losses.length - 1])}` : "";
  byId("progress").textContent = `step ${losses.length}${last}`;
}

// Weights as edges between neurons, where the parameters' paths tell which they join.
const network = task.network;
function drawNetwork() {
  const pen = byId("net").getContext("2d");
  const { width, height } = byId("net");
  pen.clearRect(0, 0, width, height);
  const sizes = network.sizes;
  const place = (layer, i) => [
    16 + (layer * (width - 32)) / (sizes.length - 1), ((i + 0.5) * height) / sizes[layer],
  ];
  const largest = Math.max(...network.edges.map(([leaf]) => Math.abs(training.x[leaf])), 1e-9);
  const [up, down] = [theme("--up"), theme("--down")];
  for (const [leaf, layer, from, to] of network.edges) {
    const share = training.x[leaf] / largest;
    pen.beginPath();
    pen.moveTo(...place(layer, from));
    pen.lineTo(...place(layer + 1, to));
    pen.lineWidth = 0.4 + 3 * Math.abs(share);
    pen.globalAlpha = 0.25 + 0.75 * Math.abs(share);
    pen.strokeStyle = share > 0 ? up : down;
    pen.stroke();
  }
  pen.globalAlpha = 1;
  pen.fillStyle = theme("--ink");
  sizes.forEach((size, layer) => {
    for (let i = 0; i < size; i++) {
      pen.beginPath();
      pen.arc(...place(layer, i), Math.min(4, height / size / 3), 0, 7);
      pen.fill();
    }
  });
}

function showMemory() {
  const leaf = chosenLeaf ? leafOf.get(chosenLeaf.node) : -1;
  const at = task.parameters.indexOf(leaf);
  byId("memory").textContent = at < 0 ? `${task.optimizer}; choose a parameter to see what it keeps`
    : `${task.optimizer} keeps of ${chosenLeaf.label}: ${training.memory[at].map(write).join(", ")}`;
}

// The graph at the chosen example with the parameters of now.
function showGraphOfNow() {
  const row = training.rows[example] ?? task.rows[0];
  setLeaves([...training.at(row, training.truths[example] ?? task.truths[0])]);
  show(step);
}

function showPoints() {
  if (content.plane) surface.mark(training.rows, training.sides, example);
}

// While it trains, every frame has each fourth row of the surface anew: a quarter of the work, and
// what is three frames old has hardly moved.
const PARTS = 4;
function showTraining(withGraph = true, frame = -1) {
  if (content.plane) {
    surface.take(training.x);
    if (frame < 0) surface.draw();
    else surface.draw(frame % PARTS, PARTS);
  }
  drawLosses();
  if (network) drawNetwork();
  if (withGraph) showGraphOfNow();
  byId("undo").disabled = !training.past.length;
}

function train(on) {
  running = on;
  byId("train").textContent = on ? "❚❚ Pause" : "▶ Train";
  let frames = 0;
  const frame = () => {
    if (!running) return;
    for (let i = 0; i < Number(byId("speed").value) || i < 1; i++) training.step();
    // Numbers that change sixty times a second cannot be read.
    showTraining(frames % 8 === 0, frames);
    frames++;
    requestAnimationFrame(frame);
  };
  if (on) requestAnimationFrame(frame);
  else showTraining();
}

function nearest(x, y) {
  const far = training.rows.map((row) => {
    const [across, down] = surface.onPlane(row);
    return Math.hypot(across - x, down - y);
  });
  const least = Math.min(...far);
  return least < 14 ? far.indexOf(least) : -1;
}

function clickPlane(event) {
  const box = plane.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * plane.width;
  const y = ((event.clientY - box.top) / box.height) * plane.height;
  const mode = byId("mode").value;
  const at = nearest(x, y);
  if (mode === "choose" || mode === "remove") {
    if (at < 0) return;
    if (mode === "choose") example = at;
    else {
      training.rows.splice(at, 1);
      training.truths.splice(at, 1);
      training.sides.splice(at, 1);
      example = Math.max(0, example - (at <= example ? 1 : 0));
      training.asRecorded = false;
    }
  } else {
    const { truth, side } = task.kinds[Number(mode)];
    training.rows.push(surface.fromPlane(x, y));
    training.truths.push(truth);
    training.sides.push(side);
    training.asRecorded = false;
  }
  training.queue = mode === "choose" ? training.queue : [];
  showPoints();
  showTraining();
}
if (content.plane) {
  plane.addEventListener("click", clickPlane);
  byId("output")?.addEventListener("input", () => {
    surface.output = Number(byId("output").value);
    showPoints();
    showTraining();
  });
}
for (const [id, name] of [["rate", "rate"], ["penalty", "penalty"], ["batch", "batch"]]) {
  byId(id).value = training[name];
  byId(id).addEventListener("input", () => {
    const number = Number(byId(id).value);
    if (!(number >= 0) || (id === "batch" && !(Number.isInteger(number) && number > 0))) return;
    training[name] = number;
    if (id === "batch") Object.assign(training, { asRecorded: false, queue: [] });
  });
}
byId("train").addEventListener("click", () => train(!running));
byId("once").addEventListener("click", () => { training.step(); showTraining(); });
byId("undo").addEventListener("click", () => { training.back(); showTraining(); });
byId("anew").addEventListener("click", () => {
  const { rows, truths, sides, rate, penalty, batch, asRecorded } = training;
  training = Object.assign(new Training(program, start, task), { rows, truths, sides, rate, penalty, batch, asRecorded });
  showTraining();
});
leafListeners.push((leaf, number) => { training.x[leaf] = number; });
listeners.splice(listeners.indexOf(remember), 1, showMemory); // no link holds a training
dyers.push(() => { showPoints(); showTraining(); });
isChanged = () => true; // the numbers are the training's, never the drawing's
showPoints();
showTraining();
