// Keys, and shorter URLs. Everything works without this file.
"use strict";
const help = document.getElementById("help");
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    document.getElementById("q")?.focus();
    event.preventDefault();
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll(".result h3 a")];
    const at = links.indexOf(document.activeElement);
    const next = event.key === "j" ? at + 1 : Math.max(0, at - 1);
    links[Math.min(next, links.length - 1)]?.focus();
  } else if (event.key === "?" && help) {
    help.open = !help.open;
    help.querySelector("summary").focus();
  }
});
// Fields left empty need not stand in the URL; a browser that comes back finds them as they were.
document.addEventListener("submit", (event) => {
  for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
});
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form :disabled")) field.disabled = false;
});
// Wide screens show the facets unfolded by CSS alone, where the browser can.
if (!CSS.supports("selector(::details-content)") && matchMedia("(min-width: 52.01rem)").matches) {
  document.querySelector(".fold")?.setAttribute("open", "");
}
