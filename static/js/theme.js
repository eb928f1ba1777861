// Light or dark as the reader chose, before the first paint. Without a choice the system decides.
const KEY = "penstock-theme";
const ORDER = ["auto", "light", "dark"];
const SAYS = { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };

function chosen() {
  try {
    const kept = localStorage.getItem(KEY);
    return ORDER.includes(kept) ? kept : "auto";
  } catch {
    return "auto"; // storage may be forbidden; then nothing is kept
  }
}

function show(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.hidden = false;
    button.querySelector("[data-theme-says]").textContent = SAYS[theme];
  }
}

function switchTheme() {
  const next = ORDER[(ORDER.indexOf(chosen()) + 1) % ORDER.length];
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // shown for this page all the same
  }
  show(next);
}

show(chosen());
document.addEventListener("DOMContentLoaded", () => show(chosen()));
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-switch]")) switchTheme();
});
