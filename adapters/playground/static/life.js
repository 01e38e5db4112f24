// The bot's own life, where this playground may end it; and its clock.

export class Life {
  constructor(element, post) {
    this.element = element;
    for (const part of ["how", "end", "ahead"]) this[part] = element.querySelector(`.${part}`);
    this.end.onclick = () => post("life", { up: !this.up });
    element.querySelectorAll("[data-push]").forEach((button) => {
      button.onclick = () => post("time", { seconds: Number(button.dataset.push) });
    });
  }

  /** How the bot is: `{up, pid, deaths, ahead}`; nothing where it lives elsewhere. */
  show(house) {
    this.element.hidden = !house;
    if (!house) return;
    this.up = house.up;
    this.element.classList.toggle("dead", !house.up);
    this.how.textContent = house.up ? "The bot is up" : "The bot is dead";
    this.how.title = house.up ? `Process ${house.pid}; it died ${house.deaths} times` : "";
    this.end.textContent = house.up ? "Kill it" : "Start it";
    this.end.title = house.up ? "As kill -9 does" : "On the same database";
    this.ahead.textContent = house.ahead ? `clock +${span(house.ahead)}` : "";
  }
}

function span(seconds) {
  const minutes = Math.round(seconds / 60);
  return [Math.floor(minutes / 60) && `${Math.floor(minutes / 60)} h`, minutes % 60 && `${minutes % 60} min`].filter(Boolean).join(" ");
}
