// What a step says: a title, lines of arithmetic with captions, and the same in a sentence.
"use strict";

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
  if (arrives) byId("telling").scrollTop = 0;
}

const named = (i) => picture.boxes[i].label;
const inBrackets = (number) => (/^[−+]|[+·×÷/] | − /.test(number) ? `(${number})` : number);

function tellOverview() {
  const here = moments.length > 1 ? ` Training: ${moments[time].label}.` : "";
  const title = `Step through: ${picture.forward.length} forward, ${steps.length} backward`;
  const hint = document.createElement("p");
  hint.className = "hint";
  hint.textContent = program
    ? "Next, the slider or the arrow keys → and ← move one step. Drag a leaf's box, or choose it " +
      "and type: every number follows. Wheel, pinch, + − 0 zoom."
    : `Next, the slider or the arrow keys → and ← move one step. ${content.still}`;
  if (content.missing) {
    hint.textContent += " Gradients of folded parts are known only after backward().";
  }
  tell(title, `Overview.${here} ${title}.`, hint);
}

// A formula with ⟦i⟧ for box i, in names or in numbers.
const inNames = (text) => text.replace(/⟦(\d+)⟧/g, (_, i) => picture.boxes[i].short ?? named(i));
const inNumbers = (text) =>
  text.replace(/⟦(\d+)⟧/g, (_, i) => {
    const number = write(frame.data[i]);
    return number.startsWith("−") ? `(${number})` : number;
  });

// The primitive applied to names or numbers: as a formula of its own, infix, or a call.
function applied(box, operands) {
  const { symbol, op } = box;
  const some = (terms) => (terms.length > 8 ? [...terms.slice(0, 7), "…"] : terms);
  if (op === "dot") {
    const half = operands.length / 2;
    const product = (x, i) => `${inBrackets(x)}·${inBrackets(operands[half + i])}`;
    return some(operands.slice(0, half).map(product)).join(" + ");
  }
  if (op === "sum") return some(operands.map(inBrackets)).join(" + ");
  if (op === "pow") {
    const raised = { 2: "²", 3: "³" }[operands[1]] ?? `^${inBrackets(operands[1])}`;
    return `${inBrackets(operands[0])}${raised}`;
  }
  if (symbol.length === 3 && symbol[1] === "x" && !/^[a-z]+$/.test(symbol)) {
    return symbol[0] + operands.join(", ") + symbol[2]; // |x|
  }
  if (box.infix && operands.length === 2) return operands.map(inBrackets).join(` ${symbol} `);
  if (box.infix && operands.length === 1) return symbol + inBrackets(operands[0]);
  return `${box.infix ? op : symbol}(${some(operands).join(", ")})`;
}

function tellForward(i) {
  const box = picture.boxes[i];
  const into = picture.into[i];
  const title = `Forward ${step} of ${picture.forward.length}: compute ${named(i)}`;
  light([i], into);
  if (box.size) {
    const inside = `${box.size} nodes, folded into one box`;
    const number = box.results?.length > 1 && program ? spreadOf(box) : write(frame.data[i]);
    const result = number === "·" ? [] : ["=", [number, named(i), "result"]];
    const found = number === "·" ? "" : `, ${number}`;
    tell(title, `${title}${found}: ${inside}.`, sum(["…", inside], ...result));
    return;
  }
  const told = (written) => {
    const operands = [];
    for (const k of into) operands[picture.edges[k].position] = written(picture.edges[k].source);
    for (const [at, x, node] of box.inline ?? []) {
      operands[at] = write(program && node !== null ? state.data[node] : Number(x));
    }
    return applied(box, operands);
  };
  const numbers = told((s) => (frame.data[s] === null ? "?" : write(frame.data[s])));
  const names = told((s) => picture.boxes[s].short ?? named(s));
  const result = write(frame.data[i]);
  tell(
    title,
    `${title}. ${names}, that is ${numbers}, gives ${result}.`,
    sum([numbers, names], "=", [result, named(i), "result"])
  );
}

function tellBackward(passed) {
  const { edge, box } = steps[passed - 1];
  const heading = `Backward ${passed} of ${steps.length}`;
  if (edge === undefined) tellArrival(heading, box);
  else tellPassed(heading, edge, gradientsAfter(passed - 1));
}

// A gradient that comes from inside folded boxes or from outside a part, all at once.
function tellArrival(heading, i) {
  const outward = picture.edges.map((edge, k) => [edge, k]).filter(([edge]) => edge.source === i);
  const title = `${heading}: the gradient of ${named(i)}`;
  const where = "parts that this picture does not show";
  light([i], outward.map(([, k]) => k));
  tell(
    title,
    `${title} is ${write(frame.grad[i])}; it has ${where}.`,
    sum(["…", where], "=", [write(frame.grad[i]), `grad of ${named(i)}`, "result"])
  );
}

// The rule along an edge: its symbols, and the same with numbers where that says more.
function ruleOf(k, local) {
  const formula = picture.edges[k].written;
  if (!formula || inNames(formula) === local) return "local derivative";
  const [names, numbers] = [inNames(formula), inNumbers(formula)];
  const more = numbers === local || numbers === names ? "" : ` = ${numbers}`;
  return `local derivative = ${names}${more}`;
}

function tellPassed(heading, k, sums) {
  const { source, target } = picture.edges[k];
  const [local, upstream, contribution, total] = frame.edges[k].map(write);
  const title = `${heading}: from ${named(target)} to ${named(source)}`;
  light([target, source], [k]);
  const product = sum(
    [local, ruleOf(k, local)], "×", [upstream, `upstream: grad of ${named(target)}`],
    "=", [contribution, "contribution"]
  );
  const spoken = `${title}. Local derivative ${local}, times upstream ${upstream}, is the ` +
    `contribution ${contribution}.`;
  if (picture.unknown.has(source)) {
    tell(title, `${spoken} It is one part of the gradient of ${named(source)}.`, product);
    return;
  }
  const before = write(sums[source] ?? 0);
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
