// Starts the islands of a page. Each <leptos-island> names the exported function that brings it to life.
import init, * as glue from "__GLUE__";

await init({ module_or_path: "__WASM__" });
glue.hydrate();
for (const island of document.querySelectorAll("leptos-island")) {
  const start = glue[island.dataset.component];
  if (start) start(island);
  else console.error(`The browser half has no island ${island.dataset.component}`);
}
document.documentElement.dataset.live = "yes";
