// Training in the page: the program of one example as straight-line code, and steps over batches.
"use strict";

// Functions of the leaves' numbers: the outputs, and the loss with its gradient by the parameters.
// `outputs` are nodes, `parameters` places among the leaves.
function compiledProgram({ nodes, constants, outputs: [loss] }, outputs, parameters) {
  const leafOf = [];
  nodes.forEach((node, i) => { if (!node) leafOf[i] = Object.keys(leafOf).length; });
  const nodeOf = nodes.map((node, i) => (node ? -1 : i)).filter((i) => i >= 0);
  const wanted = new Set(parameters.map((leaf) => nodeOf[leaf])); // what depends on a parameter
  nodes.forEach((node, i) => { if (node && node[1].some((k) => wanted.has(k))) wanted.add(i); });
  const name = (k) => (k < 0 ? `(${constants[-1 - k]})` : `v${k}`);
  const value = (node, i) =>
    `const v${i}=${node ? `V${node[0]}(${node[1].map(name)})` : `x[${leafOf[i]}]`};`;
  const used = new Set(outputs);
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (used.has(i) && nodes[i]) for (const k of nodes[i][1]) used.add(k);
  }
  const forward = nodes.map(value);
  const backward = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (!nodes[i] || !wanted.has(i)) continue;
    const [rule, operands] = nodes[i];
    const passes = operands.map((k, at) => wanted.has(k)
      ? `if(p[${at}]!==null${RULES[rule].selects ? `&&p[${at}]!==0` : ""})g${k}+=g${i}*p[${at}];`
      : "");
    const list = [`v${i}`, ...operands.map(name)];
    backward.push(`if(g${i}!==0){const p=P${rule}(${list});${passes.join("")}}`);
  }
  const functions = RULES.map((_, i) => `const V${i}=RULES[${i}].value,P${i}=RULES[${i}].partials;`);
  const started = [...wanted].map((i) => `let g${i}=${i === loss ? 1 : 0};`);
  const added = parameters.map((leaf, k) => `sums[${k}]+=g${nodeOf[leaf]};`);
  return new Function("RULES", `"use strict";${functions.join("")}return {
    outputs: (x) => {${forward.filter((_, i) => used.has(i)).join("")}return [${outputs.map(name)}];},
    addGradient: (x, sums) => {${forward.join("")}${started.join("")}${backward.join("")}
      ${added.join("")}return v${loss};}
  };`)(RULES);
}

// A training: parameters, what the optimiser remembers of each, and how far the steps have come.
class Training {
  constructor(program, leaves, task) {
    this.task = task;
    this.compiled = compiledProgram(program, task.outputs, task.parameters);
    this.x = Float64Array.from(leaves);
    this.rows = task.rows.map((row) => row.slice());
    this.truths = task.truths.slice();
    this.rate = task.rate;
    this.penalty = task.penalty;
    this.batch = task.batch;
    this.memory = task.memory.map((numbers) => numbers.map(Number));
    this.losses = [];
    this.past = [];
    this.asRecorded = true; // while the batches are those that `fit` takes
    this.queue = [];
    this.seed = 1;
  }

  get parameters() {
    return this.task.parameters.map((leaf) => this.x[leaf]);
  }

  // The numbers of the next batch: those that the file carries, then shuffled anew.
  next() {
    if (this.asRecorded && this.losses.length < this.task.orders.length) {
      return this.task.orders[this.losses.length];
    }
    if (!this.queue.length || this.queue[0].some((i) => i >= this.rows.length)) {
      const order = this.rows.map((_, i) => i);
      for (let i = order.length - 1; i > 0; i--) {
        this.seed = (this.seed * 48271) % 2147483647; // Park and Miller
        const j = this.seed % (i + 1);
        [order[i], order[j]] = [order[j], order[i]];
      }
      this.queue = [];
      while (order.length) this.queue.push(order.splice(0, this.batch));
    }
    return this.queue.shift();
  }

  at(row, truth) {
    this.task.inputs.forEach((leaf, i) => { if (leaf >= 0) this.x[leaf] = row[i]; });
    if (this.task.target >= 0) this.x[this.task.target] = truth;
    return this.x;
  }

  step() {
    if (!this.rows.length) return;
    const chosen = this.next();
    const { parameters } = this.task;
    const sums = new Float64Array(parameters.length);
    let total = 0;
    for (const i of chosen) {
      total += this.compiled.addGradient(this.at(this.rows[i], this.truths[i]), sums);
    }
    const before = this.parameters;
    this.past.push([before, this.memory]);
    if (this.past.length > 500) this.past.shift();
    this.memory = this.memory.map((memory, k) => {
      const data = before[k];
      const slope = sums[k] / chosen.length + 2 * this.penalty * data;
      const [moved, ...kept] = UPDATE(data, slope, this.rate, ...memory);
      this.x[parameters[k]] = moved;
      return kept;
    });
    this.losses.push(total / chosen.length);
  }

  back() {
    if (!this.past.length) return;
    const [numbers, memory] = this.past.pop();
    this.task.parameters.forEach((leaf, k) => { this.x[leaf] = numbers[k]; });
    this.memory = memory;
    this.losses.pop();
  }

  score(row) {
    return this.compiled.outputs(this.at(row, 0))[0];
  }
}
