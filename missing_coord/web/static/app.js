// Live state of the page: says "Live" while heartbeats come, "Not live since 14:05" when they stop,
// and asks every live part to fetch itself again after a gap. Loaded blocking, before htmx processes the page.
(() => {
  "use strict";
  const SILENCE_MS = 40000;
  const TOPICS = ["queue", "interview", "user"];
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hour: "2-digit", minute: "2-digit" });
  let lastHeard = new Date();
  let connectedBefore = false;

  const source = () => document.getElementById("live-source");
  const fire = (name) => source()?.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  const refreshAll = () => TOPICS.forEach(fire);

  function show(live) {
    const box = document.getElementById("live-state");
    const state = live ? "yes" : "no";
    if (!box || box.dataset.live === state) return;
    box.dataset.live = state;
    box.querySelector(".mc-live__text").textContent = live ? "Live" : `Not live since ${clock.format(lastHeard)}`;
  }

  function heard() {
    lastHeard = new Date();
    show(true);
  }

  function check() {
    if (!source() || document.hidden || new Date() - lastHeard < SILENCE_MS) return;
    show(false);
    fire("live-retry");
  }

  document.addEventListener("heartbeat", heard);
  document.addEventListener("reload", refreshAll);
  document.addEventListener("htmx:sse:after:connection", () => {
    if (connectedBefore) refreshAll();
    connectedBefore = true;
    heard();
  });
  document.addEventListener("htmx:sse:error", () => show(false));
  document.addEventListener("htmx:sse:close", () => show(false));
  document.addEventListener("visibilitychange", () => setTimeout(check, 5000));
  setInterval(check, 5000);
})();
