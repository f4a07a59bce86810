// Play: steps by themselves, each number travelling along its edges; and a quiz on the way back.
"use strict";

let playing = 0;
let asks = false;
const answered = new Set(); // backward steps that were guessed or told, by picture and numbers

function travel() {
  if (calm.matches || step === 0) return;
  const backwards = step > picture.forward.length;
  const { edge } = backwards ? steps[step - picture.forward.length - 1] : {};
  const edges = backwards ? [edge] : picture.into[picture.forward[step - 1]];
  for (const k of edges.filter((one) => one !== undefined)) {
    const line = edgeGroups[open][k]?.querySelector(".line");
    if (!line) continue;
    const number = document.createElementNS(root.namespaceURI, "text");
    number.setAttribute("class", "traveller");
    number.textContent = write(backwards ? frame.edges[k][2] : frame.data[picture.edges[k].source]);
    line.parentNode.append(number);
    const length = line.getTotalLength();
    const began = performance.now();
    const lasts = 0.8 * pause();
    const move = (now) => {
      const share = Math.min(1, Math.max(0, (now - began) / lasts));
      const { x, y } = line.getPointAtLength(length * (backwards ? 1 - share : share));
      number.setAttribute("x", x);
      number.setAttribute("y", y - 4);
      if (share < 1) requestAnimationFrame(move);
      else number.remove();
    };
    move(began);
  }
}

const pause = () => 1200 / Number(byId("speed").value);

function play(on) {
  clearTimeout(playing);
  playing = 0;
  byId("play").textContent = on ? "❚❚ Pause" : "▶ Play";
  if (!on) return;
  const next = () => {
    const waits = asks && byId("arithmetic").querySelector("form");
    if (!waits) {
      if (step === count() - 1) return play(false);
      show(step + 1);
      travel();
    }
    playing = setTimeout(next, pause());
  };
  if (step === count() - 1) show(0);
  next();
}

byId("play").addEventListener("click", () => play(!playing));

// The film of a recording: moment after moment, from the start again at the end.
let filming = 0;
function film(on) {
  clearInterval(filming);
  filming = 0;
  byId("film").textContent = on ? "❚❚" : "▶";
  if (!on) return;
  if (time === moments.length - 1) toMoment(0);
  filming = setInterval(() => {
    toMoment(time + 1);
    if (time === moments.length - 1) film(false);
  }, 300 / Number(byId("speed").value));
}
byId("film")?.addEventListener("click", () => film(!filming));

// The quiz hides what an edge contributes until it is guessed; the key holds the numbers too.
const questionKey = (passed) => {
  const { edge } = steps[passed - 1];
  return edge === undefined || picture.unknown.has(picture.edges[edge].source)
    ? null : `${open} ${edge} ${frame.edges[edge]}`;
};
quizzed = (passed) => {
  const key = asks && passed ? questionKey(passed) : null;
  return key !== null && !answered.has(key);
};

function tellQuestion(passed) {
  const { edge } = steps[passed - 1];
  const { source, target } = picture.edges[edge];
  const [, upstream, contribution] = frame.edges[edge];
  light([target, source], [edge]);
  facesOf(open)[source].grad.says = "?";
  paint();
  const form = document.createElement("form");
  const field = Object.assign(document.createElement("input"), {
    id: "guess", inputMode: "decimal", autocomplete: "off", ariaLabel: "your answer",
  });
  const button = Object.assign(document.createElement("button"), { textContent: "Check" });
  form.append(`grad of ${named(target)} is ${write(upstream)}. What goes to ${named(source)}? `);
  form.append(field, button);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim().replace("−", "-");
    const wanted = Number(text);
    const right = text !== "" && (Object.is(wanted, contribution) || wanted === contribution ||
      Math.abs(wanted - contribution) <= 0.01 * Math.abs(contribution) + 1e-12);
    answered.add(questionKey(passed));
    const wasPlaying = playing;
    show(step);
    if (wasPlaying) play(true);
    const verdict = document.createElement("p");
    verdict.className = right ? "right" : "wrong";
    const local = write(frame.edges[edge][0]);
    const rule = ruleOf(edge, local);
    verdict.textContent = right ? "Right." : `Not ${text || "that"}: contribution = local derivative ` +
      `× upstream, and the ${rule}${rule.includes("=") ? "" : " is " + local}.`;
    byId("arithmetic").prepend(verdict);
    byId("spoken").textContent = verdict.textContent;
  });
  tell(`Quiz, backward ${passed} of ${steps.length}: from ${named(target)} to ${named(source)}`,
    form.textContent, form);
}

byId("quiz").addEventListener("click", () => {
  asks = !asks;
  byId("quiz").setAttribute("aria-pressed", asks);
  answered.clear();
  show(asks && step <= picture.forward.length ? picture.forward.length + 1 : step);
  byId("guess")?.focus();
});

fit(true);
recall();
listeners.push(remember);
window.addEventListener("hashchange", recall);
