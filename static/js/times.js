// Instants are written in UTC; the title adds the reader's own clock. Countdowns tick once a minute.
const here = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const minute = 60_000;

function localise(root) {
  for (const element of root.querySelectorAll("time[datetime*='T']:not([title])")) {
    const instant = new Date(element.dateTime);
    if (!Number.isNaN(instant.valueOf())) element.title = `${here.format(instant)} on your clock`;
  }
}

function left(until) {
  const minutes = Math.max(0, Math.ceil((until - Date.now()) / minute));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days) return `${days} d ${hours} h`;
  return hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

function tick() {
  for (const element of document.querySelectorAll("[data-countdown]")) {
    element.textContent = left(new Date(element.dataset.countdown));
  }
}

localise(document);
tick();
setInterval(tick, minute);
document.addEventListener("htmx:afterSwap", (event) => localise(event.target));
