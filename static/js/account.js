// Who is signed in: asking, and passing a fresh token to every form of the page.

const person = document.body.dataset.person;
const meUrl = document.body.dataset.me;
const PATIENCE = 10_000; // milliseconds to wait for an answer

export const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

function takeToken(fresh) {
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = fresh;
}

// Ask and answer with one of the page's own requests; throws when there is no connection.
export const ask = (url, options = {}) =>
  fetch(url, {
    credentials: "same-origin",
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE),
    ...options,
    headers: { "X-Requested-With": "fetch", ...options.headers },
  });

// "same": the page's person is signed in. "nobody": the sign-in is over. Another person never gets
// to see this page: they are sent to their own. Throws when there is no connection or no answer.
export async function whoIsHere() {
  const answer = await ask(meUrl);
  if (answer.status === 401) return "nobody";
  if (!answer.ok) throw new Error("no answer");
  const me = await answer.json();
  if (me.id !== person) {
    document.dispatchEvent(new Event("somebody-else"));
    location.replace("/");
    return new Promise(() => {}); // nothing may happen on this page any more
  }
  takeToken(me.csrf);
  return "same";
}

// Sign in with what stands in the form; gives "" when it worked, otherwise a sentence.
export async function signIn(form) {
  const door = await ask(form.action);
  const page = new DOMParser().parseFromString(await door.text(), "text/html");
  const fresh = page.querySelector("[name=csrfmiddlewaretoken]")?.value ?? token();
  const answer = await ask(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { "X-CSRFToken": fresh, "X-Requested-With": "XMLHttpRequest" },
  });
  if (answer.ok) return "";
  if (answer.status === 429) return "Too many tries. Wait five minutes, then try again.";
  if (answer.status === 400) return "That password does not match. Try again.";
  return "Signing in did not work just now. Try again in a moment.";
}
