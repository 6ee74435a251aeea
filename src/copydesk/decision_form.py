"""What makes a page one to decide on: what it holds of each finding, and the script that writes decisions.jsonl."""

from __future__ import annotations

from html import escape

from copydesk.decisions import as_row, changes, decide
from copydesk.excerpt import one_line, to_line
from copydesk.model import Finding, Record, Rule


def choices(record: Record, f: Finding, rule: Rule | None) -> str:
    """The HTML attribute from which `SCRIPT` offers what can be decided of a finding.

    A repair that was made can be refused. Nothing can be decided of what was not understood, of a record of a JSON
    Lines file, and of what is said of the run.
    """
    if record.original is None or record.source.place is not None or rule is None or not rule.uses:
        return ""
    row = as_row(decide(record, f, "everywhere", "keep"))
    fixes = [
        {
            "title": one_line(fix.title, 120),
            "edits": [{"old": old, "new": new} for old, new in changes(record.original, f.span, fix.edits)],
        }
        for fix in ([] if f.applied else f.fixes)
    ]
    return f' data-d="{escape(to_line({"row": row, "fixes": fixes, "applied": f.applied}))}"'


FORM = '<p id="decide" hidden><button type="button">Download decisions.jsonl</button> <output></output></p>\n'

SCRIPT = """
(() => {
  const bar = document.getElementById("decide"), made = new Map();
  if (!bar) return;
  let saved = true;
  const offer = (card) => {
    const { row, fixes, applied } = JSON.parse(card.dataset.d), pick = document.createElement("select");
    const add = (text, scope, verdict, edits) => {
      pick.add(new Option(text, String(pick.length)));
      lines.push(scope ? { ...row, scope, verdict, ...(edits ? { edits } : {}) } : null);
    };
    const lines = [], as = applied ? "keep as it was" : "keep as it is";
    add("Decide …");
    for (const fix of fixes) add("accept here: " + fix.title, "here", "accept", fix.edits);
    for (const fix of fixes) add("accept everywhere: " + fix.title, "everywhere", "accept", fix.edits);
    add(as + ", here", "here", "keep");
    add(as + ", everywhere", "everywhere", "keep");
    pick.className = "decide";
    pick.setAttribute("aria-label", "Decide");
    pick.addEventListener("change", () => {
      const line = lines[pick.selectedIndex];
      if (line) made.set(card, { ...line, at: new Date().toISOString().slice(0, 19) + "Z" }); else made.delete(card);
      bar.hidden = !made.size;
      saved = !made.size;
      const n = made.size + (made.size === 1 ? " decision" : " decisions");
      bar.querySelector("output").textContent = n + ": put the file beside your configuration, or add its lines to yours; " +
        "then copydesk clean … --decisions decisions.jsonl";
    });
    card.insertBefore(pick, card.querySelector("details"));
  };
  document.querySelectorAll("[data-d]").forEach(offer);
  bar.querySelector("button").addEventListener("click", () => {
    const seen = (c) => c.split("").map((u) => "\\\\u" + u.charCodeAt(0).toString(16).padStart(4, "0")).join("");
    const text = [...made.values()].map((d) => JSON.stringify(d).replace(/[\\p{C}\\p{Zl}\\p{Zp}]/gu, seen) + "\\n").join("");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/jsonl" }));
    link.download = "decisions.jsonl";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    saved = true;
  });
  addEventListener("beforeunload", (event) => { if (!saved) event.preventDefault(); });
})();
"""  # noqa: E501 - JavaScript
