// Keys, suggestions, ranges, explanations, progress. Everything works without this file.
"use strict";
const box = document.getElementById("q");
const help = document.getElementById("help");
const make = (tag, name, text) => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
};

// ---- keys
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");
  if (event.key === "Escape") hideCard(true);
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    box?.focus();
    event.preventDefault();
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll(".result h3 a, .listed > a")];
    const at = links.indexOf(document.activeElement);
    const next = event.key === "j" ? at + 1 : Math.max(0, at - 1);
    links[Math.min(next, links.length - 1)]?.focus();
  } else if (event.key === "?" && help) {
    help.open = !help.open;
    help.querySelector("summary").focus();
  }
});

// ---- short URLs: without empty fields, which a browser that comes back finds as they were
document.addEventListener("submit", (event) => {
  if (event.target.method !== "get") return;
  for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
});
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form :disabled")) field.disabled = false;
});

// ---- facets unfolded on wide screens, where CSS alone can't
if (!CSS.supports("selector(::details-content)") && matchMedia("(min-width: 52.01rem)").matches) {
  document.querySelector(".fold")?.setAttribute("open", "");
}

// ---- suggestions: names in the archive, and one's saved searches, that begin like the last words typed
if (box?.closest(".box")) {
  const list = make("ul", "suggestions");
  list.id = "suggestions";
  list.role = "listbox";
  list.ariaLabel = "Suggestions";
  list.hidden = true;
  box.after(list);
  const said = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(said)) box.setAttribute(name, value);
  let waiting, asking, at = -1;
  const stop = () => {
    clearTimeout(waiting);
    asking?.abort();
  };
  const select = (next) => {
    at = next;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    if (at >= 0) box.setAttribute("aria-activedescendant", list.children[at].id);
    else box.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    stop();
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    select(-1);
  };
  const take = (item) => {
    if (item.dataset.link) location.href = item.dataset.link;
    else {
      const caret = box.selectionStart, blanks = /^\s*/.exec(box.value.slice(caret))[0].length;
      box.setRangeText(`${item.dataset.clause} `, Number(item.dataset.from), caret + blanks, "end");
    }
    close();
    box.focus();
  };
  const show = (found, from) => {
    list.replaceChildren(...found.map((s, i) => {
      const item = make("li");
      const name = make("span", "", s.name);
      name.dir = "auto";
      if (s.alias) name.append(make("span", "count", ` (${s.alias})`));
      const kind = s.link ? "saved search" : s.kind === "weapon" ? "weapons system" : s.kind;
      item.append(name, make("span", "kind count", kind), make("span", "count", s.count?.toLocaleString("en") ?? ""));
      Object.assign(item, { id: `suggestion-${i}`, role: "option" });
      if (s.link) item.dataset.link = s.link;
      else Object.assign(item.dataset, { from, clause: `${s.kind}:"${s.name.replaceAll('"', "”")}"` });
      return item;
    }));
    list.hidden = !found.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    select(-1);
  };
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    // The last three words at most, then fewer: `strike by Storm Sha` ends in the beginning of a name.
    const caret = box.selectionStart;
    const words = /(?:[^\s"():]+\s+){0,2}[^\s"():]+$/.exec(box.value.slice(0, caret))?.[0] ?? "";
    const quotes = box.value.split('"').length - 1;
    for (let rest = words; rest.length > 1 && quotes % 2 === 0; rest = rest.replace(/^\S+\s*/, "")) {
      try {
        const answer = await fetch(`/api/v1/suggest?limit=8&prefix=${encodeURIComponent(rest)}`, { signal: asking.signal });
        const { searches, suggestions } = answer.ok ? await answer.json() : { searches: [], suggestions: [] };
        const found = [...searches.slice(0, 3), ...suggestions];
        if (found.length) return show(found, caret - rest.length);
      } catch {
        return;
      }
    }
    close();
  };
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120);
  });
  box.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const count = list.children.length;
    if (/^Arrow(Down|Up)$/.test(event.key)) stop(); // an answer that came now would take the chosen line away
    if (event.key === "ArrowDown") select((at + 1) % count);
    else if (event.key === "ArrowUp") select((Math.max(at, 0) + count - 1) % count);
    else if (event.key === "Enter" && at >= 0) take(list.children[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  box.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const item = event.target.closest("li");
    if (item) take(item);
  });
}

// ---- a range drawn on the timeline with a mouse or a finger
for (const plot of document.querySelectorAll("svg[data-range]")) {
  const { begins, ends, interval, range } = plot.dataset;
  const first = Date.parse(begins), days = (Date.parse(ends) - first) / 864e5 + 1;
  const day = (x) => new Date(first + Math.min(days - 1, Math.max(0, Math.floor(x / 960 * days))) * 864e5);
  const text = (date) => date.toISOString().slice(0, 10);
  const whole = (date, last) => { // the first or last day of the bucket that holds it
    let [y, m, d] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
    if (interval === "week") d += (last ? 6 : 0) - (date.getUTCDay() + 6) % 7;
    if (interval === "month") [m, d] = last ? [m + 1, 0] : [m, 1];
    if (interval === "year") [m, d] = last ? [11, 31] : [0, 1];
    const made = new Date(0);
    made.setUTCFullYear(y, m, d);
    return made;
  };
  const place = (event) => {
    const area = plot.getBoundingClientRect();
    return (event.clientX - area.left) / area.width * 960;
  };
  let from = null, mark = null;
  plot.addEventListener("pointerdown", (event) => {
    if (event.button === 0) from = place(event);
  });
  plot.addEventListener("pointermove", (event) => {
    if (from === null) return;
    const to = place(event);
    if (!mark) {
      if (Math.abs(to - from) < 8) return;
      mark = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      mark.setAttribute("class", "drawing");
      mark.setAttribute("height", "72");
      plot.append(mark);
      plot.setPointerCapture(event.pointerId);
    }
    mark.setAttribute("x", Math.min(from, to));
    mark.setAttribute("width", Math.abs(to - from));
  });
  const stop = (event) => {
    if (mark && event.type === "pointerup") {
      const [a, b] = [from, place(event)].sort((p, q) => p - q);
      location.href = range.replace("0001-01-01..0001-01-02", `${text(whole(day(a), false))}..${text(whole(day(b), true))}`);
    }
    mark?.remove();
    from = mark = null;
  };
  plot.addEventListener("pointerup", stop);
  plot.addEventListener("pointercancel", stop);
  plot.addEventListener("dragstart", (event) => event.preventDefault());
}

// ---- what a mention stands for, beside it
let card = null, explained = null;
function hideCard(back) {
  card?.remove();
  if (back && card) explained?.focus({ preventScroll: true });
  card = null;
}
document.addEventListener("click", (event) => {
  const mention = event.target.closest("a.mention");
  if (!card?.contains(event.target)) hideCard(false);
  if (!mention) return;
  const row = document.querySelector(mention.hash);
  if (!row) return;
  event.preventDefault();
  const [, read, why] = row.cells;
  card = make("div", "card");
  card.role = "status";
  const line = make("p");
  line.dir = "auto";
  line.append(read.querySelector("a").cloneNode(true));
  card.append(line, make("p", "", `${mention.className.split(" ")[1]}, read by ${why.textContent}`));
  document.body.append(card);
  const spot = mention.getClientRects()[0];
  card.style.left = `${Math.max(8, Math.min(spot.left + scrollX, document.documentElement.clientWidth - card.offsetWidth - 8))}px`;
  card.style.top = `${spot.bottom + scrollY + 6}px`;
  explained = mention;
  if (event.detail === 0) line.querySelector("a").focus({ preventScroll: true }); // it came by keyboard
});

// ---- values of a facet, narrowed while typing
const filter = document.querySelector("[data-filter]");
filter?.addEventListener("input", () => {
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const wanted = plain(filter.value.trim());
  for (const item of document.querySelectorAll(filter.dataset.filter)) {
    const words = " " + plain(item.querySelector(".label").textContent);
    item.hidden = !item.querySelector("input").checked && !words.replace(/[^\p{L}\p{N}]+/gu, " ").includes(" " + wanted);
  }
});

// ---- exports: how far they are
const exported = document.querySelector(".export");
if (exported?.dataset.total <= 20000) {
  exported.addEventListener("click", async (event) => {
    const link = event.target.closest("a[download]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const said = link.closest("li").lastElementChild;
    said.role = "status";
    const pieces = [];
    let size = 0;
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) throw new Error((await answer.json()).error.message);
      const reader = answer.body.getReader();
      for (let part; !(part = await reader.read()).done; ) {
        pieces.push(part.value);
        said.textContent = `${((size += part.value.length) / 1e6).toFixed(1)} MB so far`;
      }
      const file = Object.assign(make("a"), { href: URL.createObjectURL(new Blob(pieces)), download: link.download });
      file.click();
      said.textContent = said.textContent.replace("so far", "saved");
    } catch (error) {
      said.textContent = error.message;
    }
  });
}
