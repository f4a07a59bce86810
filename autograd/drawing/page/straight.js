// A program as straight-line code, one function for all of it, which engines of JavaScript make fast.
"use strict";

// Functions of the leaves' numbers: the outputs, and the first result with its gradient by the
// parameters. `outputs` are nodes, `parameters` places among the leaves.
function straightLine({ nodes, constants, outputs: [loss] }, outputs, parameters = []) {
  const leafOf = [];
  nodes.forEach((node, i) => { if (!node) leafOf[i] = Object.keys(leafOf).length; });
  const nodeOf = nodes.map((node, i) => (node ? -1 : i)).filter((i) => i >= 0);
  const wanted = new Set(parameters.map((leaf) => nodeOf[leaf])); // what depends on a parameter
  nodes.forEach((node, i) => { if (node && node[1].some((k) => wanted.has(k))) wanted.add(i); });
  const name = (k) => (k < 0 ? `(${constants[-1 - k]})` : `v${k}`);
  const value = (node, i) => (node ? `V${node[0]}(${node[1].map(name)})` : `x[${leafOf[i]}]`);
  const used = new Set(outputs);
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (used.has(i) && nodes[i]) for (const k of nodes[i][1]) used.add(k);
  }
  const forward = nodes.map((node, i) => `const v${i}=${value(node, i)};`);
  const backward = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (!nodes[i] || !wanted.has(i)) continue;
    const [rule, operands] = nodes[i];
    const counts = (at) => `p[${at}]!==null` + (RULES[rule].selects ? `&&p[${at}]!==0` : "");
    const passes = operands.map((k, at) =>
      wanted.has(k) ? `if(${counts(at)})g${k}+=g${i}*p[${at}];` : "");
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
