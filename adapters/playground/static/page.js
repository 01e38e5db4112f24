// The page: three panes on one stream, and who is looking at them.

import { dress } from "./draw.js";
import { Life } from "./life.js";
import { Pane } from "./pane.js";

const all = (selector) => [...document.querySelectorAll(selector)];
const cast = all("[data-actor]");
const actors = Object.fromEntries(cast.map(({ dataset }) => [dataset.actor, { name: dataset.name, on: dataset.on.split(" ") }]));
const panes = Object.fromEntries(all(".pane").map((element) => [element.dataset.platform, new Pane(element, { post, ask, look, follow, actors })]));
const viewers = new URLSearchParams(location.search);
if (!(viewers.get("viewer") in actors)) viewers.set("viewer", Object.keys(actors)[0]);
const life = new Life(document.querySelector(".life"), post);
let stream = null;

/** Do something; false, and `refused` told why, when it was not done. */
async function post(path, deed, refused = () => {}) {
  try {
    const answer = await sent(path, deed);
    if (!answer.ok) refused((await answer.json()).error);
    return answer.ok;
  } catch {
    refused("The playground does not answer.");
    return false;
  }
}

/** What is answered, or nothing. */
async function ask(path, deed) {
  try {
    const answer = await sent(path, deed);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function sent(path, deed) {
  return fetch(`/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(deed) });
}

/** See one platform with somebody's eyes, or, without one, all of them. */
function look(platform, actor) {
  if (!platform) for (const name of [...viewers.keys()]) viewers.delete(name);
  viewers.set(platform || "viewer", actor);
  if (platform && viewers.get("viewer") === actor) viewers.delete(platform);
  history.replaceState(null, "", `?${viewers}`);
  listen();
}

/** Open a link that leads to a room of the playground; false where it leads elsewhere. */
function follow(url) {
  const pane = Object.values(panes).find((each) => each.led(url));
  if (!pane) return false;
  front(pane.name);
  pane.go(pane.led(url).id);
  return true;
}

function listen() {
  cast.forEach((button) => button.setAttribute("aria-pressed", `${button.dataset.actor === viewers.get("viewer")}`));
  stream?.close();
  stream = new EventSource(`/events?${viewers}`);
  stream.onopen = () => lost(false);
  stream.onerror = () => lost(true);
  stream.onmessage = (event) => {
    for (const [name, state] of Object.entries(JSON.parse(event.data))) (panes[name] ?? life).show(state);
    mark();
  };
}

/** Which tabs hide something new. */
function mark() {
  all("[data-tab]").forEach((tab) => (tab.querySelector(".dot").hidden = !panes[tab.dataset.tab].news));
}

function lost(yes) {
  document.querySelector(".lost").hidden = !yes;
}

/** On a narrow page one pane is in front. */
function front(platform) {
  all("[data-tab]").forEach((tab) => tab.toggleAttribute("aria-current", tab.dataset.tab === platform));
  all(".pane").forEach((pane) => pane.classList.toggle("front", pane.dataset.platform === platform));
  if (!panes[platform].viewer) return;
  panes[platform].draw();
  mark();
}

all("[data-face]").forEach((face) => dress(face, face.dataset.face));
all("[data-tab]").forEach((tab) => (tab.onclick = () => front(tab.dataset.tab)));
cast.forEach((button) => (button.onclick = () => look("", button.dataset.actor)));
all("[data-line]").forEach((button) => {
  const { platform, as, line } = button.dataset;
  button.onclick = () => {
    if (panes[platform].viewer !== as) look(platform, as);
    front(platform);
    panes[platform].suggest(as, line);
    button.classList.add("tried");
  };
});
listen();
