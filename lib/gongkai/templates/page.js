/* Shared by all pages: sort and filter the index, open what is folded for print, make charts live. */
(function () {
"use strict";

/* Only pages of gongkai have these places; text is read and compared, never run or written as HTML. */
function value(row, column) {
  var cell = row.cells[column], given = cell.getAttribute("data-value");
  var text = given === null ? cell.textContent.trim() : given;
  if (text === "") return null;
  var number = Number(text);
  return isNaN(number) ? text : number;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), document.documentElement.lang);
}

function sortBy(table, column, down) {
  var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows);
  var keyed = rows.map(function (row, n) { return { row: row, key: value(row, column), n: Number(row.dataset.n || n) }; });
  keyed.sort(function (a, b) {
    if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.n - b.n;
    return (down ? -1 : 1) * compare(a.key, b.key) || a.n - b.n;
  });
  keyed.forEach(function (k) { body.appendChild(k.row); });
}

function sortable(table) {
  var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
  Array.prototype.forEach.call(table.tBodies[0].rows, function (row, n) { row.dataset.n = n; });
  heads.forEach(function (head, column) {
    /* Not a button element: browsers leave those out where they repeat the head of a table on the next sheet. */
    var button = document.createElement("span");
    button.setAttribute("role", "button");
    button.tabIndex = 0;
    while (head.firstChild) button.appendChild(head.firstChild);
    head.appendChild(button);
    head.setAttribute("aria-sort", "none");
    function turn() {
      var down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach(function (other) { other.setAttribute("aria-sort", "none"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sortBy(table, column, down);
    }
    button.addEventListener("click", turn);
    button.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); turn(); }
    });
  });
}

function filtered(form, table) {
  var rows = Array.prototype.slice.call(table.tBodies[0].rows), status = form.querySelector(".count");
  function has(row, name, wanted) { return (" " + row.dataset[name] + " ").indexOf(" " + wanted + " ") >= 0; }
  function show() {
    var text = form.elements.text.value.trim().toLocaleLowerCase(), shown = 0;
    rows.forEach(function (row) {
      var fits = row.textContent.toLocaleLowerCase().indexOf(text) >= 0;
      ["region", "level", "kind"].forEach(function (name) {
        var field = form.elements[name];
        if (field && field.value) fits = fits && row.dataset[name] === field.value;
      });
      ["years", "found"].forEach(function (name) {
        var field = form.elements[name];
        if (field && field.value) fits = fits && has(row, name, field.value);
      });
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    status.textContent = status.dataset.text.replace("#", shown);
  }
  form.addEventListener("input", show);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () { setTimeout(show, 0); });
  form.hidden = false;
  show();
}

/* The figure under the pointer is text: it is set as such. */
function tooltip(handler, event, item, told) {
  var box = document.getElementById("told");
  if (!box) {
    box = document.createElement("div");
    box.id = "told";
    box.setAttribute("role", "tooltip");
    document.body.appendChild(box);
  }
  box.textContent = "";
  if (told === null || told === undefined || told === "") { box.style.display = "none"; return; }
  (typeof told === "object" ? Object.keys(told).map(function (k) { return [k, told[k]]; }) : [["", told]]).forEach(function (pair) {
    var line = document.createElement("div");
    line.textContent = (pair[0] ? pair[0] + ": " : "") + pair[1];
    box.appendChild(line);
  });
  box.style.display = "block";
  var x = event.clientX + 12, y = event.clientY + 12;
  if (x + box.offsetWidth > window.innerWidth) x = Math.max(4, window.innerWidth - box.offsetWidth - 4);
  if (y + box.offsetHeight > window.innerHeight) y = Math.max(4, event.clientY - box.offsetHeight - 12);
  box.style.left = x + "px";
  box.style.top = y + "px";
}

/* A chart holds its data itself; whatever it would fetch or link to is refused. */
function refuse() { return Promise.reject(new Error("nothing is fetched")); }

function live(figure) {
  var source = figure.querySelector('script[type="application/json"]');
  if (!source || !window.vegaEmbed) return;
  var place = document.createElement("div");
  place.className = "embed";
  place.setAttribute("aria-hidden", "true");
  figure.appendChild(place);
  var options = { actions: false, renderer: "svg", ast: true, tooltip: tooltip, mode: "vega-lite", loader: { load: refuse, sanitize: refuse } };
  window.vegaEmbed(place, JSON.parse(source.textContent), options).then(function () {
    figure.classList.add("is-live");
  }, function () { place.remove(); });
}

function charts() {
  var figures = Array.prototype.slice.call(document.querySelectorAll("figure.live"));
  if (!window.IntersectionObserver) return;
  var watch = new IntersectionObserver(function (seen) {
    seen.forEach(function (entry) {
      if (entry.isIntersecting) { watch.unobserve(entry.target); live(entry.target); }
    });
  }, { rootMargin: "200px" });
  figures.forEach(function (figure) { watch.observe(figure); });
}

function start() {
  Array.prototype.forEach.call(document.querySelectorAll("table.sortable"), sortable);
  var form = document.querySelector("form.filters"), table = document.querySelector("table.index");
  if (form && table) filtered(form, table);
  window.addEventListener("beforeprint", function () {
    Array.prototype.forEach.call(document.querySelectorAll("details"), function (d) { d.open = true; });
  });
  document.addEventListener("keydown", function (event) {
    var box = document.getElementById("told");
    if (event.key === "Escape" && box) box.style.display = "none";
  });
  charts();
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
})();
