// The line that is being typed: its commands, its reply, and what was left unsent in other rooms.

import { gist, make } from "./draw.js";

const PAUSE = 120; // milliseconds without a letter, after which the platform is asked what would complete the line

export class Composer {
  /** `send(text, reply_to)` says it, and tells whether it was said; `complete(text)`: lines it may become, with labels. */
  constructor(form, { send, complete }) {
    this.send = send;
    this.complete = complete;
    this.form = form;
    this.input = form.querySelector("textarea");
    this.hints = form.querySelector(".hints");
    this.reply = form.querySelector(".reply");
    this.commands = [];
    this.drafts = new Map();
    form.onsubmit = (event) => (event.preventDefault(), this.say());
    this.input.oninput = () => (this.stretch(), this.hint());
    this.input.onkeydown = (event) => this.key(event);
    this.input.onfocus = () => this.hint();
    this.input.onblur = () => this.dismiss();
    this.reply.querySelector("button").onclick = () => this.answer(null);
  }

  get text() {
    return this.input.value;
  }

  /** Put this line before the person, to be sent or changed. */
  write(text) {
    this.input.value = text;
    this.stretch();
    this.hint();
  }

  /** The line of another room (`key`): what was typed here waits until this one is open again. */
  turn(key) {
    if (key === this.at) return;
    this.drafts.set(this.at, this.text);
    this.at = key;
    this.answer(null);
    this.write(this.drafts.get(key) ?? "");
  }

  async say() {
    const text = this.text.trim();
    const reply = this.replying?.id ?? "";
    if (!text || this.input.disabled) return;
    this.write("");
    this.answer(null);
    if (!(await this.send(text, reply)) && !this.text) this.write(text);
  }

  answer(bubble) {
    this.replying = bubble;
    this.reply.hidden = !bubble;
    this.reply.querySelector("span").textContent = bubble ? `Reply to ${bubble.author}: ${gist(bubble)}` : "";
    if (bubble) this.input.focus();
  }

  stretch() {
    this.input.style.height = "";
    const { scrollHeight, clientHeight } = this.input;
    if (scrollHeight > clientHeight) this.input.style.height = `${Math.min(scrollHeight, 140)}px`;
  }

  /** The commands that begin as the line does, and then what the platform offers for the rest of it. */
  hint() {
    const typed = this.text.trimEnd();
    const asked = typed.startsWith("/") && document.activeElement === this.input;
    this.offer(asked ? this.commands.filter(([name]) => name.startsWith(typed) && name !== typed) : []);
    clearTimeout(this.pausing);
    this.wanted = asked && this.text.includes(" ") ? this.text : null;
    if (this.wanted) this.pausing = setTimeout(() => this.ask(this.text), PAUSE);
  }

  async ask(text) {
    const lines = await this.complete(text);
    if (text === this.wanted && lines.length && document.activeElement === this.input) this.offer(lines);
  }

  /** Nothing is offered any more, whatever is still on its way. */
  dismiss() {
    clearTimeout(this.pausing);
    this.wanted = null;
    this.hints.hidden = true;
  }

  offer(lines) {
    this.hints.hidden = !lines.length;
    this.hints.replaceChildren(...lines.map(([line, help]) => this.drawHint(line, help)));
  }

  drawHint(line, help) {
    const take = (event) => (event.preventDefault(), this.write(`${line} `));
    const hint = make("li", { role: "option", ariaSelected: "false", onmousedown: take }, make("b", {}, line), make("span", {}, help));
    hint.dataset.line = line;
    return hint;
  }

  key(event) {
    const options = this.hints.hidden ? [] : [...this.hints.children];
    const chosen = options.findIndex((option) => option.ariaSelected === "true");
    if (options.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(options, chosen < 0 && step < 0 ? options.length - 1 : (chosen + step + options.length) % options.length);
    } else if (event.key === "Escape") {
      this.dismiss();
      this.answer(null);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (chosen >= 0) this.write(`${options[chosen].dataset.line} `);
      else this.say();
    }
  }
}

function choose(options, next) {
  options.forEach((option, index) => (option.ariaSelected = `${index === next}`));
  options[next].scrollIntoView({ block: "nearest" });
}
