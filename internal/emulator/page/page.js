"use strict";

// The emulator signals that requests have come; the page then fetches itself and takes over the parts that differ, so
// that scrolling, focus and selection elsewhere stay.
const state = document.getElementById("live");
let fetching = false;
let stale = false;

async function refresh() {
  stale = true;
  if (fetching || document.hidden) return;
  fetching = true;
  try {
    while (stale) {
      stale = false;
      const response = await fetch("/", { cache: "no-store" });
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live]")) {
        const now = fresh.getElementById(part.id);
        if (now && now.innerHTML !== part.innerHTML) part.replaceChildren(...now.childNodes);
      }
    }
  } catch {
    stale = true; // the next signal tries again
  }
  fetching = false;
}

function listen() {
  const signals = new EventSource("/?live");
  signals.onmessage = () => {
    state.textContent = "Live";
    state.className = "on";
    refresh();
  };
  signals.onerror = () => {
    state.textContent = "The emulator does not answer";
    state.className = "off";
    if (signals.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  };
}

document.addEventListener("visibilitychange", () => { if (stale) refresh(); });
listen();
