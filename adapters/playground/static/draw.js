// What stands on the page: nodes made from the playground's JSON. Only `Bubble.html` is ever read as markup.

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const HUES = ["#c8485f", "#b8721d", "#4f8f3a", "#24908a", "#3b7cc4", "#7a62c9", "#b2569e", "#5d6b82"];
export const EMOJI = ["👍", "👀", "✅", "🎉", "❤️", "🔥"];

/** A node: `make("p.topic.small", {title: "x"}, child, "letters")`. Strings become text, never markup. */
export function make(kind, traits = {}, ...inside) {
  const [tag, ...classes] = kind.split(".");
  const node = document.createElement(tag);
  node.classList.add(...classes);
  for (const [name, value] of Object.entries(traits)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...inside.filter((part) => part !== null && part !== ""));
  return node;
}

/** Somebody's face: their initials on a colour of their own; the bot's is the bell. */
export function dress(face, author, bot = false) {
  const name = author.split(/ [(·@]/)[0];
  const hue = HUES[[...name].reduce((sum, letter) => (sum * 33 + letter.codePointAt(0)) % 9973, 11) % HUES.length];
  face.style.setProperty("--hue", hue);
  face.classList.toggle("bell", bot);
  face.textContent = bot ? "" : name.replace(/[^\p{L}\p{N} ]/gu, "").split(/\s+/).map((word) => [...word][0]).slice(0, 2).join("");
  face.setAttribute("aria-hidden", "true");
  return face;
}

/** One message. `deeds` says what pressing, reacting, replying and following a link do. */
export function message(bubble, look, deeds) {
  const { mine, follows, native } = look;
  const classes = { mine, follows, native, bot: bubble.bot, pinned: bubble.pinned, ephemeral: bubble.ephemeral };
  const node = make("li.message", {},
    dress(make("span.face"), bubble.author, native),
    make("div.body", {},
      make("div.bubble", {}, head(bubble), quote(bubble, look), text(bubble, deeds), note(bubble)),
      knobs(bubble, deeds), reactions(bubble, deeds)),
    tools(bubble, deeds));
  Object.entries(classes).forEach(([name, yes]) => node.classList.toggle(name, yes));
  if (/^#[0-9a-f]{6}$/i.test(bubble.colour)) {
    node.classList.add("barred");
    node.style.setProperty("--bar", bubble.colour);
  }
  node.dataset.id = bubble.id;
  return node;
}

function head(bubble) {
  const at = new Date(bubble.at);
  return make("div.head", {},
    make("strong.author", {}, bubble.author),
    bubble.bot ? make("span.badge") : null,
    make("time", { dateTime: bubble.at, title: at.toLocaleString() }, CLOCK.format(at)),
    bubble.edited ? make("span.edited", {}, "edited") : null,
    bubble.pinned ? make("span.pinned", { title: "Pinned" }, "📌") : null);
}

function quote(bubble, look) {
  if (!bubble.reply_to) return null;
  const first = look.find(bubble.reply_to);
  return make("div.quote", {}, make("b", {}, first ? first.author : "a message"), " " + (first ? gist(first) : ""));
}

function text(bubble, deeds) {
  const node = make("div.text");
  node.innerHTML = bubble.html;
  node.querySelectorAll("a[href]").forEach((link) => lead(link, deeds));
  node.querySelectorAll("time[datetime]").forEach(localise);
  return node;
}

/** The stand-ins draw an instant in UTC; a client shows it in its reader's own zone. */
function localise(time) {
  const at = new Date(time.dateTime);
  time.textContent = time.textContent.replace(at.toISOString().slice(11, 16), CLOCK.format(at));
  time.title = at.toLocaleString();
}

/** A link to a room of the playground opens it in its pane; every other one opens beside the page. */
function lead(link, deeds) {
  Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
  link.onclick = (event) => deeds.follow(link.href) && event.preventDefault();
  return link;
}

function note(bubble) {
  return bubble.ephemeral ? make("div.note", {}, "Only visible to you") : null;
}

function knobs(bubble, deeds) {
  if (!bubble.buttons.length) return null;
  return make("div.knobs", {}, ...bubble.buttons.map((row) => make("div.row", {}, ...row.map((knob) => {
    if (knob.url) return lead(make("a.knob", { href: knob.url }, knob.label), deeds);
    const button = make("button.knob", { type: "button", onclick: () => deeds.press(bubble, knob, button) }, knob.label);
    if (knob.style) button.classList.add(knob.style);
    return button;
  }))));
}

function reactions(bubble, deeds) {
  const counts = Object.entries(bubble.reactions);
  if (!counts.length) return null;
  return make("div.reactions", {}, ...counts.map(([emoji, count]) =>
    make("button.reaction", { type: "button", onclick: () => deeds.react(bubble, emoji) }, emoji, make("span", {}, `${count}`))));
}

function tools(bubble, deeds) {
  if (bubble.ephemeral) return make("div.tools", { hidden: true });
  const faces = EMOJI.map((emoji) =>
    make("button", { type: "button", ariaLabel: `React with ${emoji}`, onclick: () => deeds.react(bubble, emoji) }, emoji));
  const reply = deeds.reply && make("button.answer", { type: "button", ariaLabel: "Reply", title: "Reply", onclick: () => deeds.reply(bubble) }, "↩");
  return make("div.tools", {}, ...faces, reply || null, ...more(bubble, deeds));
}

/** A message's own menu. */
function more(bubble, deeds) {
  if (!bubble.menu.length) return [];
  const items = bubble.menu.map((knob) =>
    make("button", { type: "button", role: "menuitem", onclick: () => (turn(false), deeds.choose(bubble, knob)) }, knob.label));
  const list = make("div.more", { role: "menu", hidden: true }, ...items);
  const opener = make("button.dots", { type: "button", ariaLabel: "More", title: "More", ariaHasPopup: "menu", ariaExpanded: "false" }, "⋯");
  const turn = (open) => ((list.hidden = !open), (opener.ariaExpanded = `${open}`), (open ? items[0] : opener).focus());
  opener.onclick = () => turn(list.hidden);
  list.onkeydown = (event) => event.key === "Escape" && turn(false);
  return [opener, list];
}

/** The line between two days. */
export function day(bubble) {
  const at = new Date(bubble.at);
  const label = at.toDateString() === new Date().toDateString() ? "Today" : DAY.format(at);
  return make("li.day", {}, make("span", {}, label));
}

/** The first line of a message. */
export const gist = (bubble) => bubble.text.trim().split("\n")[0].slice(0, 90);

/** The form that is open before somebody; `send` gets the answers, or nothing when it is closed; `search` finds choices. */
export function sheet(form, { send, search }) {
  const fields = form.inputs.map((input) => (input.kind === "search" ? finder(input, search) : field(input)));
  const node = make("form.sheet", { role: "dialog", ariaLabel: form.title, onsubmit: submit },
    make("header", {}, make("h3", {}, form.title),
      make("button.close", { type: "button", ariaLabel: "Close", onclick: () => send({}) }, "✕")),
    make("div.fields", {}, ...fields),
    make("footer", {}, make("button.cancel", { type: "button", onclick: () => send({}) }, "Cancel"),
      make("button.submit", { type: "submit" }, form.submit)));
  function submit(event) {
    event.preventDefault();
    send(Object.fromEntries(form.inputs.map((input) => [input.id, node.elements.namedItem(input.id).value])));
  }
  node.addEventListener("keydown", (event) => event.key === "Escape" && send({}));
  return node;
}

function field(input) {
  const traits = { name: input.id, required: input.required };
  const kinds = { long: "textarea", choice: "select" };
  const box = make(kinds[input.kind] || "input", input.kind === "long" ? { ...traits, rows: 3 } : traits);
  if (input.kind === "choice") {
    if (!input.value) box.append(make("option", { value: "" }, ""));
    box.append(...input.choices.map(([value, label]) => make("option", { value }, label)));
  }
  box.value = input.value;
  return make("label", {}, ...caption(input), box);
}

const caption = ({ label, required, hint }) => [
  make("span", {}, label, required ? "" : make("small", {}, " optional")), ...(hint ? [make("small.hint", {}, hint)] : [])];

/** A field whose choices come while one types. */
function finder(input, search) {
  const kept = make("input", { type: "hidden", name: input.id, value: input.value });
  const box = make("input", { type: "search", autocomplete: "off", required: input.required, placeholder: "Search" });
  const list = make("ul.found", { role: "listbox", hidden: true });
  const take = (value, label) => ((kept.value = value), (box.value = label), (list.hidden = true));
  box.value = input.choices.find(([value]) => value === input.value)?.[1] ?? input.value;
  box.oninput = box.onfocus = async () => {
    const asked = box.value;
    const found = await search(input.id, asked);
    if (asked !== box.value) return;
    list.hidden = !found.length;
    list.replaceChildren(...found.map(([value, label]) =>
      make("li", { role: "option", onmousedown: (event) => (event.preventDefault(), take(value, label)) }, label)));
  };
  box.onblur = () => (list.hidden = true);
  return make("label.finder", {}, ...caption(input), kept, box, list);
}
