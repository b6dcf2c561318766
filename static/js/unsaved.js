// Asks before a page is left whose form holds something that was typed and not sent.

let isTyped = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-unsaved]")) isTyped = true;
});
document.addEventListener("submit", () => { isTyped = false; });
addEventListener("beforeunload", (event) => {
  if (isTyped) event.preventDefault();
});
