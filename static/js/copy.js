// A copy button on every block that offers its text. Where the clipboard is closed, the text stays selectable.
function prepare(root) {
  if (!navigator.clipboard) return;
  for (const block of root.querySelectorAll(".copy:not(.copy-ready)")) block.classList.add("copy-ready");
}

async function copy(button) {
  const block = button.closest(".copy");
  const text = block.querySelector(".copy-text");
  const says = block.querySelector("[data-copy-says]");
  try {
    await navigator.clipboard.writeText(text.textContent);
    says.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(text);
    says.textContent = "Selected";
  }
  setTimeout(() => (says.textContent = "Copy"), 2500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".copy-button");
  if (button) copy(button);
});
document.addEventListener("htmx:afterSwap", (event) => prepare(event.target));
prepare(document);
