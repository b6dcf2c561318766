// The log page without a mouse: 1 to 5 mark, Ctrl+Enter saves, an answer can be taken back.

const form = document.getElementById("log-form");
const digits = document.querySelector("[data-digits]");

const isTyping = (element) =>
  element.matches?.("textarea, select, input:not([type=checkbox], [type=radio]), [contenteditable]");

function mark(digit) {
  const toggle = form.querySelector(`[data-digit="${digit}"]`);
  toggle.focus();
  toggle.click();
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    if (!event.repeat) form.requestSubmit();
    return;
  }
  if (event.key === "Enter" && event.target.matches("#log-form input")) {
    event.preventDefault(); // one key too many must not save half a session
    return;
  }
  const bare = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
  if (bare && digits.checked && /^[1-5]$/.test(event.key) && !isTyping(event.target)) {
    event.preventDefault();
    mark(event.key);
  }
});

function changed(input) {
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

// "Clear" takes a group's answer back; focus goes to where the answer was.
form.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-clear]");
  if (!clear) return;
  const chosen = [...clear.closest(".clearable").querySelectorAll("input:checked")];
  for (const input of chosen) input.checked = false;
  chosen[0]?.focus();
  if (chosen.length) changed(chosen[0]);
});

// A repair asked under a mark goes with the mark.
form.addEventListener("change", (event) => {
  if (!event.target.matches("[data-digit]") || event.target.checked) return;
  const body = event.target.closest(".toggle").querySelector(".toggle__body");
  for (const input of body.querySelectorAll("[name=repair], [name=repair_steps]")) {
    input.checked = false;
  }
});

// After a refused save, reading begins with what is to be mended.
document.querySelector("[data-start-here]")?.focus();
