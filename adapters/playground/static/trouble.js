// What goes wrong on one platform: its switches, and what they stand at.

const DOWN = "outage";

export class Trouble {
  /** `post(path, deed)` switches; `told` is where the pane says what is wrong. */
  constructor(element, platform, post, told) {
    this.post = (path, deed) => post(path, { platform, ...deed });
    this.told = told;
    this.opener = element.querySelector(".trouble");
    this.count = this.opener.querySelector("b");
    this.menu = element.querySelector(".faults");
    this.items = [...this.menu.querySelectorAll("[data-fault]")];
    this.limits = this.menu.querySelector("[data-limits]");
    this.power = element.querySelector(".power");
    this.power.onclick = () => this.post("fault", { fault: DOWN, on: !this.faults.includes(DOWN) });
    this.opener.onclick = () => this.offer(this.menu.hidden);
    this.limits.onclick = () => this.post("limits", { on: !checked(this.limits) });
    this.items.forEach((item) => (item.onclick = () => this.flip(item)));
    this.menu.querySelector(".mend").onclick = () => this.mend();
    this.menu.onkeydown = (event) => this.key(event);
    element.addEventListener("focusout", (event) => this.left(event));
  }

  /** What is wrong just now, as the playground says. */
  show({ faults, limits }) {
    this.faults = faults;
    const wrong = this.items.filter((item) => faults.includes(item.dataset.fault));
    this.items.forEach((item) => item.setAttribute("aria-checked", `${wrong.includes(item)}`));
    this.limits.setAttribute("aria-checked", `${limits}`);
    this.count.hidden = !wrong.length;
    this.count.textContent = wrong.length || "";
    const words = wrong.map((item) => item.querySelector("b").textContent);
    this.told.textContent = faults.includes(DOWN) ? "is down" : [...words, limits ? "Real limits" : ""].filter(Boolean).join(" · ");
    this.told.title = this.told.textContent;
  }

  flip(item) {
    const { fault, times } = item.dataset;
    return this.post("fault", { fault, on: !checked(item), ...(times && { times: Number(times) }) });
  }

  async mend() {
    for (const fault of this.faults) await this.post("fault", { fault, on: false });
    if (checked(this.limits)) await this.post("limits", { on: false });
    this.offer(false);
  }

  offer(open) {
    this.menu.hidden = !open;
    this.opener.setAttribute("aria-expanded", `${open}`);
    (open ? this.limits : this.opener).focus();
  }

  key(event) {
    const all = [...this.menu.querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") this.offer(false);
    if (!step) return;
    event.preventDefault();
    all.at((all.indexOf(document.activeElement) + step) % all.length).focus();
  }

  left({ relatedTarget }) {
    const inside = [this.menu, this.opener].some((part) => part.contains(relatedTarget));
    if (!this.menu.hidden && relatedTarget && !inside) {
      this.menu.hidden = true;
      this.opener.setAttribute("aria-expanded", "false");
    }
  }
}

const checked = (item) => item.getAttribute("aria-checked") === "true";
