// Keeps the draft of a record while it is typed: quietly after each pause, again when the connection is back, and before
// it is submitted. What cannot be saved stays in the form, and the page says so. Without this script the button saves.
const QUIET_MS = 2000;
const AGAIN_MS = 10000;
const form = document.getElementById("record-form");
const said = document.getElementById("record-kept");
let unsaved = false;
let timer = 0;
let running = Promise.resolve(true);

function tell(text, trouble) {
  if (said.textContent !== text) said.textContent = text;
  said.classList.toggle("mc-keep__trouble", trouble);
}

async function renewToken() {
  const answer = await fetch(form.dataset.renew, { headers: { Accept: "text/html" } });
  const token = new DOMParser()
    .parseFromString(await answer.text(), "text/html")
    .querySelector("#record-form [name=csrf_token]");
  if (token) form.elements.csrf_token.value = token.value;
  return Boolean(token);
}

async function post() {
  const body = new URLSearchParams(new FormData(form));
  return fetch(form.dataset.keep, { method: "POST", body, headers: { Accept: "application/json" } });
}

async function keep() {
  clearTimeout(timer);
  unsaved = false;
  try {
    let answer = await post();
    if ((answer.status === 401 || answer.status === 403) && (await renewToken())) answer = await post();
    const kept = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
    if (answer.ok && kept.version) {
      for (const field of document.querySelectorAll("[name=expected_version]")) field.value = kept.version;
      tell(kept.said, false);
      return true;
    }
    unsaved = true;
    if (answer.status === 409) {
      tell(`${kept.said} Press Save draft to keep yours.`, true);
      return false;
    }
    const why = answer.status === 401 || answer.status === 403 ? "You are signed out. Sign in again in another tab." : "The server did not answer.";
    tell(`Not saved. ${why} Your text is kept on this page, and is sent again by itself.`, true);
  } catch {
    unsaved = true;
    tell("Not saved: no connection. Your text is kept on this page, and is sent again by itself.", true);
  }
  timer = setTimeout(save, AGAIN_MS);
  return false;
}

function save() {
  running = running.then(keep);
  return running;
}

form.addEventListener("input", () => {
  unsaved = true;
  clearTimeout(timer);
  timer = setTimeout(save, QUIET_MS);
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter;
  if (!(await save())) {
    said.scrollIntoView({ block: "center" });
    if (!said.textContent.includes("Press Save draft")) return;
  }
  unsaved = false;
  const chosen = document.createElement("input");
  chosen.type = "hidden";
  chosen.name = button?.name || "do";
  chosen.value = button?.value || "save";
  form.append(chosen);
  if (button?.hasAttribute("formaction")) form.action = button.formAction;
  form.submit();
});
window.addEventListener("online", save);
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
