// Reviews by keyboard: j and k go on and back, a approves, u takes that back, s goes to
// the comment. No key acts while somebody types, and a box on the page turns them off.

const keys = document.querySelector("[data-keys]");
const rows = [...document.querySelectorAll("[data-row]")];
let isSent = false;

const isTyping = (element) =>
  element.matches?.("textarea, select, input:not([type=checkbox], [type=radio]), [contenteditable]");

// In the list, from row to row; the ends hold.
function walk(step) {
  const at = rows.indexOf(document.activeElement);
  const to = at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[to].focus();
}

function act(element) {
  if (element.matches("textarea")) {
    element.focus();
    element.scrollIntoView({ block: "center" });
  } else {
    element.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat) return;
  if (!keys?.checked || isSent || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (rows.length && (event.key === "j" || event.key === "k")) {
    event.preventDefault();
    walk(event.key === "j" ? 1 : -1);
    return;
  }
  const element = /^[ajksu]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
  if (!element) return;
  event.preventDefault();
  act(element);
});

// One decision a page: a second press must not reach the next session's page half-way.
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) isSent = true;
});
addEventListener("pageshow", () => {
  isSent = false;
});

// After a refused decision, reading begins with what is to be mended.
document.querySelector("[data-start-here]")?.focus();
document.querySelector("textarea.is-invalid")?.focus();
