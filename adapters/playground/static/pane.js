// One platform's client: its rooms, and the one that is open.

import { Composer } from "./composer.js";
import { day, dress, gist, make, message, sheet } from "./draw.js";
import { Trouble } from "./trouble.js";

const LOADED = Date.now();
const GENTLY = 5000; // milliseconds in which a new room does not take the pane from somebody who chose another
const TOAST = 5000;
const EMPTY = { rooms: [], sheet: null, toast: "", hints: [] };
const SIGN = { slack: "#", discord: "#", telegram: "" };
const PARTS = ["state", "rooms", "me", "others", "where", "pin", "messages", "toast", "veil", "menu"];

export class Pane {
  /** `world`: `post(path, deed, refused)`, `ask(path, deed)`, `look(platform, actor)`, `follow(url)`, `actors` (key to name and platforms). */
  constructor(element, world) {
    this.element = element;
    this.name = element.dataset.platform;
    this.label = element.getAttribute("aria-label");
    this.world = world;
    this.known = new Set();
    this.seen = new Set();
    this.nodes = new Map();
    this.chose = 0;
    for (const part of PARTS) this[part] = element.querySelector(`.${part}`);
    this.composer = new Composer(element.querySelector(".composer"), {
      send: (text, reply_to) => this.say(text, reply_to),
      complete: (text) => this.ask("typing", { room: this.open, text }),
    });
    this.trouble = new Trouble(element, this.name, (path, deed) => world.post(path, deed, (why) => this.tell(why)), this.state);
    this.me.onclick = () => this.offer(this.others.hidden);
    this.pin.onclick = () => this.find(this.pinned);
    this.menu.onclick = () => element.classList.toggle("open");
    this.messages.onscroll = () => this.scrolled();
    new ResizeObserver(() => this.resized()).observe(this.messages);
    element.addEventListener("keydown", (event) => event.key === "Escape" && this.offer(false));
  }

  /** What the playground says this pane shows: `{viewer, outage, faults, limits, screen}`. */
  show({ viewer, outage, screen, ...wrong }) {
    this.trouble.show(wrong);
    const arrived = viewer !== this.viewer;
    Object.assign(this, { viewer, outage, screen: screen ?? EMPTY, away: !screen });
    this.open = this.choose(arrived);
    this.draw();
    if (this.waiting?.as === viewer) this.suggest(viewer, this.waiting.line);
  }

  get room() {
    return this.screen?.rooms.find((room) => room.id === this.open) ?? null;
  }

  get actor() {
    return this.world.actors[this.viewer];
  }

  key(room, ...rest) {
    return [this.viewer, room, ...rest].join(" ");
  }

  mine(bubble) {
    return !bubble.bot && bubble.author === this.actor.name;
  }

  // ---- which room is open

  choose(arrived) {
    const { rooms } = this.screen;
    const fresh = rooms.filter((room) => shared(room) && !this.known.has(this.key(room.id))).at(-1);
    rooms.forEach((room) => this.known.add(this.key(room.id)));
    const busy = this.composer.text || Date.now() - this.chose < GENTLY;
    const stays = this.room && !(arrived && !shared(this.room));
    if (!stays) return latest(rooms)?.id;
    return fresh && !arrived && !busy ? fresh.id : this.open;
  }

  /** Somebody chose this room themselves. */
  go(id) {
    this.chose = Date.now();
    this.open = id;
    this.element.classList.remove("open");
    this.draw();
    this.composer.input.focus();
    if (this.room?.kind === "home") this.deed("visit", { room: id });
  }

  /** The room that a link in a message leads to: its id stands in the address, as each platform writes it. */
  led(url) {
    const steps = new Set(url.split(/\W+/));
    const ids = (room) => room.id.replace(/^-100/, "").split(/\W+/).filter(Boolean);
    const fit = this.screen.rooms.filter((room) => ids(room).every((id) => steps.has(id)));
    return fit.sort((one, other) => ids(other).length - ids(one).length)[0];
  }

  unread(room) {
    const isNew = (bubble) => !this.mine(bubble) && !this.seen.has(this.key(room.id, bubble.id)) && Date.parse(bubble.at) > LOADED;
    return room.id === this.open && this.visible ? 0 : room.bubbles.filter(isNew).length;
  }

  /** Whether something stands here that its viewer has not seen. */
  get news() {
    return this.screen.rooms.some((room) => this.unread(room));
  }

  /** On a narrow page only one pane is. */
  get visible() {
    return this.element.offsetWidth > 0;
  }

  // ---- what is drawn

  draw() {
    this.drawFrame();
    this.drawRooms();
    this.drawRoom();
    this.drawToast(this.screen.toast);
    this.drawVeil();
  }

  drawFrame() {
    const down = this.outage;
    this.element.classList.toggle("down", down);
    this.trouble.power.setAttribute("aria-checked", `${!down}`);
    this.trouble.power.setAttribute("aria-label", `${this.label} is ${down ? "down" : "up"}`);
    const name = this.actor.name;
    this.me.replaceChildren(dress(make("span.face"), name), make("span", {}, name.split(" ")[0]), make("i", {}, "▾"));
    this.composer.commands = this.screen.hints.map(([name, help]) => [name.startsWith("/") ? name : `/${name}`, help]);
    this.composer.turn(this.key(this.open));
    this.composer.form.hidden = this.room?.kind === "home";
    this.composer.input.disabled = down || !this.room || this.composer.form.hidden;
    this.composer.input.placeholder = down ? `${this.label} is down` : this.composer.input.disabled ? "" : `Message ${this.title(this.room)}`;
  }

  title(room) {
    return (room.kind === "channel" ? SIGN[this.name] : "") + room.name;
  }

  drawRooms() {
    const groups = new Map([["home", "App"], ["channel", "Channels"], ["topic", "Topics"], ["direct", "Direct messages"]]);
    const focused = this.rooms.contains(document.activeElement) && document.activeElement.dataset.id;
    this.rooms.replaceChildren(...[...groups].flatMap(([kind, label]) => {
      const rooms = this.screen.rooms.filter((room) => room.kind === kind);
      return rooms.length ? [make("h3", {}, label), ...rooms.map((room) => this.drawDoor(room))] : [];
    }));
    if (focused) [...this.rooms.children].find((door) => door.dataset.id === focused)?.focus();
  }

  drawDoor(room) {
    const count = this.unread(room);
    const last = room.bubbles.at(-1);
    const door = make(`button.${room.kind}`, { type: "button", title: room.topic || room.name, onclick: () => this.go(room.id) },
      dress(make("span.face"), room.name), make("span.name", {}, room.name), make("small.last", {}, last ? gist(last) : ""),
      count ? make("b.count", { ariaLabel: `${count} unread` }, `${count}`) : null);
    door.dataset.id = room.id;
    door.classList.toggle("private", room.private);
    door.classList.toggle("unread", count > 0);
    if (room.id === this.open) door.setAttribute("aria-current", "true");
    return door;
  }

  drawRoom() {
    const { room } = this;
    const bubbles = room?.bubbles ?? [];
    const key = this.key(this.open);
    if (key !== this.drawn) {
      this.nodes.clear();
      this.reading = false;
    } else if (this.visible && this.messages.scrollTop !== this.left) {
      // The browser tells of a scroll with its next frame, and what is drawn may come before that.
      this.scrolled();
    }
    this.drawn = key;
    this.drawWhere(room);
    this.drawPin(bubbles.filter((bubble) => bubble.pinned));
    this.drawMessages(bubbles);
    if (this.visible) bubbles.forEach((bubble) => this.seen.add(this.key(this.open, bubble.id)));
    if (!this.reading) this.catchUp();
  }

  /** A pane that gets narrower scrolls by itself: that is nobody who reads further up. */
  scrolled() {
    if (this.width === this.messages.clientWidth) this.reading = this.behind() > 60;
  }

  resized() {
    this.width = this.messages.clientWidth;
    if (!this.reading) this.catchUp();
  }

  /** How far, in pixels, the newest message is below. */
  behind() {
    return this.messages.scrollHeight - this.messages.scrollTop - this.messages.clientHeight;
  }

  /** To the newest message. */
  catchUp() {
    this.messages.scrollTop = this.messages.scrollHeight;
    this.left = this.messages.scrollTop;
  }

  drawWhere(room) {
    const [name, topic] = this.where.querySelectorAll("h2, p");
    const members = room?.members.length > 1 ? `${room.members.length} members` : "";
    name.textContent = room?.name ?? "";
    this.where.className = `where ${room?.kind ?? ""} ${room?.private ? "private" : ""}`;
    topic.textContent = [members, room?.topic].filter(Boolean).join(" · ");
    topic.title = room?.topic ?? "";
  }

  drawPin(pins) {
    const last = pins.at(-1);
    this.pinned = last?.id;
    this.pin.hidden = !last;
    if (last) this.pin.replaceChildren(make("b", {}, pins.length > 1 ? `${pins.length} pinned` : "Pinned"), make("span", {}, gist(last)));
  }

  /** Only what changed is drawn anew, so that nobody loses their place. */
  drawMessages(bubbles) {
    const wanted = [];
    let before = null;
    for (const bubble of bubbles) {
      const date = new Date(bubble.at).toDateString();
      const sameDay = before && new Date(before.at).toDateString() === date;
      if (!sameDay) wanted.push(this.node(date, "", () => day(bubble)));
      const follows = sameDay && goesOn(before, bubble);
      wanted.push(this.node(bubble.id, JSON.stringify([bubble, follows]), () => this.drawBubble(bubble, follows)));
      before = bubble;
    }
    const kept = new Set(wanted);
    for (const node of [...this.messages.children]) if (!kept.has(node)) node.remove();
    for (const [id, { node }] of this.nodes) if (!kept.has(node)) this.nodes.delete(id);
    wanted.forEach((node, at) => this.messages.children[at] === node || this.messages.insertBefore(node, this.messages.children[at]));
  }

  /** The node of this message as it stands, or a new one in its place when it changed. */
  node(id, want, draw) {
    const old = this.nodes.get(id);
    if (old?.want === want) return old.node;
    const node = draw();
    const focused = old?.node.contains(document.activeElement);
    old?.node.replaceWith(node);
    if (focused) node.querySelector("button, a")?.focus();
    this.nodes.set(id, { want, node });
    return node;
  }

  drawBubble(bubble, follows) {
    const native = bubble.bot && !Object.values(this.world.actors).some(({ name }) => bubble.author.startsWith(name));
    const find = (id) => this.room.bubbles.find((each) => each.id === id);
    return message(bubble, { mine: this.mine(bubble), follows, native, find }, {
      press: (pressed, knob, button) => this.press(pressed, knob, button),
      react: (pressed, emoji) => this.deed("react", { room: this.open, bubble: pressed.id, emoji }),
      choose: (pointed, knob) => this.deed("shortcut", { room: this.open, bubble: pointed.id, knob: knob.id }),
      follow: (url) => this.world.follow(url),
      reply: this.name === "slack" ? null : (pressed) => this.composer.answer(pressed),
    });
  }

  drawToast(text) {
    if (text && text !== this.toasted) this.tell(text);
    this.toasted = text;
  }

  /** A short notice over the pane. */
  tell(text) {
    this.toast.textContent = text;
    this.toast.hidden = false;
    clearTimeout(this.fading);
    this.fading = setTimeout(() => (this.toast.hidden = true), TOAST);
  }

  /** What stands before everything else: a form, or that this person has no account here. */
  drawVeil() {
    const form = this.screen.sheet;
    const key = form ? this.key(form.id) : this.away ? this.key("away") : "";
    if (key === this.veiled) return;
    this.veiled = key;
    const inside = this.veil.contains(document.activeElement);
    this.veil.hidden = !key;
    this.veil.replaceChildren(...(form ? [this.drawSheet(form)] : key ? [this.drawAway()] : []));
    if (form) this.veil.querySelector("input, textarea, select")?.focus();
    else if (inside) this.composer.input.focus({ preventScroll: true });
  }

  drawSheet(form) {
    return sheet(form, {
      send: (answers) => this.deed("fill", { sheet: form.id, answers }),
      search: (input, text) => this.ask("search", { sheet: form.id, input, text }),
    });
  }

  drawAway() {
    const faces = this.here().map(([key, { name }]) =>
      make("button", { type: "button", onclick: () => this.world.look(this.name, key) }, dress(make("span.face"), name), name.split(" ")[0]));
    return make("div.away", {}, make("p", {}, `${this.actor.name} has no account on ${this.label}.`), make("p", {}, "Look at it as"), ...faces);
  }

  here() {
    return Object.entries(this.world.actors).filter(([, actor]) => actor.on.includes(this.name));
  }

  /** Whose eyes this pane could be seen with. */
  offer(open) {
    this.others.hidden = !open;
    this.me.setAttribute("aria-expanded", `${open}`);
    if (!open) return;
    this.others.replaceChildren(...this.here().map(([key, { name }]) => make("button", { type: "button", role: "menuitem",
      onclick: () => (this.offer(false), this.world.look(this.name, key)) }, dress(make("span.face"), name), name)));
    this.others.querySelector("button").focus();
  }

  // ---- what is done

  deed(path, rest) {
    return this.world.post(path, { platform: this.name, viewer: this.viewer, ...rest }, (why) => this.tell(why));
  }

  /** What the platform offers while somebody types: value, label. */
  async ask(path, rest) {
    return (await this.world.ask(path, { platform: this.name, viewer: this.viewer, ...rest }))?.choices ?? [];
  }

  say(text, reply_to) {
    this.catchUp();
    return this.deed("say", { room: this.open, text, reply_to });
  }

  async press(bubble, knob, button) {
    this.toasted = "";
    button.classList.add("busy");
    await this.deed("press", { room: this.open, bubble: bubble.id, knob: knob.id });
    button.classList.remove("busy");
  }

  /** Offer a line, once this pane is seen with that person's eyes. */
  suggest(as, line) {
    this.waiting = this.viewer === as ? null : { as, line };
    if (this.waiting) return;
    this.composer.write(line);
    this.composer.input.focus();
  }

  find(id) {
    const node = this.nodes.get(id)?.node;
    node?.scrollIntoView({ block: "center", behavior: "smooth" });
    node?.animate([{ background: "#f5c84266" }, { background: "transparent" }], 1600);
  }
}

const shared = (room) => room.kind === "channel" || room.kind === "topic";
const newest = (room) => room.bubbles.at(-1)?.at ?? "";

/** The room where something was said last, among those that several people see. */
function latest(rooms) {
  const several = rooms.filter(shared);
  return several.reduce((best, room) => (newest(room) > newest(best) ? room : best), several[0]) ?? rooms[0];
}

function goesOn(before, bubble) {
  const same = before.author === bubble.author && before.bot === bubble.bot && before.ephemeral === bubble.ephemeral;
  const plain = !bubble.reply_to && !bubble.colour && !before.colour && !before.buttons.length;
  return same && plain && Date.parse(bubble.at) - Date.parse(before.at) < 5 * 60000;
}
