// Shows what needs a security key where the browser can use one, and says in words what went wrong with it.

for (const part of document.querySelectorAll("[data-needs-key]")) {
  part.hidden = !window.PublicKeyCredential;
}
for (const part of document.querySelectorAll("[data-needs-no-key]")) {
  part.hidden = Boolean(window.PublicKeyCredential);
}

const WORDS = {
  NotAllowedError: "The key didn’t answer, or the request was cancelled. Try again.",
  InvalidStateError: "This key is set up here already.",
  SecurityError: "Keys don’t work at this address. Open the portal by its name over HTTPS, or as localhost.",
};

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const trouble = event.detail.exception;
  for (const place of document.querySelectorAll("[data-key-trouble]")) {
    place.textContent = WORDS[trouble.name] ?? "The key could not be used.";
  }
});
