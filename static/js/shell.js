// On every page: the cover, the token for htmx, messages that can be closed, signing in again before
// a form is sent, and a second look when the browser brings an old page back.

import { token, whoIsHere } from "./account.js";
import { signInAgain } from "./sign-in-again.js";

const TWICE = 600; // milliseconds between two presses of Escape
const cover = document.getElementById("cover");
const clock = cover.firstElementChild;
const title = document.title;
let escaped = -TWICE;
let opened = 0;
let ticking;

function tick() {
  clock.textContent = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

function hide() {
  tick();
  ticking = setInterval(tick, 1000);
  opened = Date.now();
  document.title = "·";
  cover.showModal();
}

// A third quick Escape belongs to the first two.
function show() {
  if (Date.now() - opened > TWICE) cover.close();
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => print());
}

cover.addEventListener("close", () => {
  clearInterval(ticking);
  clock.textContent = "";
  document.title = title;
});
cover.addEventListener("cancel", (event) => {
  if (Date.now() - opened <= TWICE) event.preventDefault();
});
cover.addEventListener("click", show);

document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape") return;
    if (cover.open) {
      event.preventDefault();
      show();
    } else if (!event.repeat && event.timeStamp - escaped < TWICE) {
      escaped = -TWICE;
      event.preventDefault();
      hide();
    } else if (!event.repeat) {
      escaped = event.timeStamp;
    }
  },
  true,
);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-cover]")) hide();
  event.target.closest("[data-dismiss]")?.parentElement.remove();
});

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token();
});

// --- a form of a page whose sign-in may be over ---------------------------------------------------

const FRESH = 4 * 60_000; // milliseconds; the shortest idle time is five minutes
let seen = Date.now(); // when the page's person was last known to be signed in
const ownWay = "[data-autosave], [data-passkey], [data-factor], .sign-out";

function say(text) {
  const toast = document.createElement("div");
  toast.className = "toast show toast--warning";
  toast.append(Object.assign(document.createElement("span"), { textContent: text }));
  document.querySelector(".toast-place").replaceChildren(toast);
}

// What somebody typed is sent only once they are signed in and the server answers; it stays here until
// then. A form without a text to lose is sent at once while the page is young.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post" || form.matches(ownWay) || event.defaultPrevented) return;
  if (form.dataset.asked) return void delete form.dataset.asked;
  if (Date.now() - seen < FRESH && !form.querySelector("textarea")) return;
  event.preventDefault();
  if (form.dataset.asking) return;
  form.dataset.asking = "yes";
  try {
    if ((await whoIsHere()) === "nobody" && !(await signInAgain())) return;
    seen = Date.now();
    form.dataset.asked = "yes";
    form.requestSubmit(event.submitter);
  } catch {
    say("No connection: nothing was sent. What you typed is still here; try again.");
  } finally {
    delete form.dataset.asking;
  }
});

// A page out of the browser's memory may belong to somebody who has signed out since.
addEventListener("pageshow", async (event) => {
  if (!event.persisted) return;
  const writing = document.querySelector("[data-autosave]"); // asks for itself and keeps its text
  if (!writing && (await whoIsHere().catch(() => "")) === "nobody") location.reload();
});
