"""Charts for pages: a static SVG, and beside it the specification from which the page's script makes it live."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import altair as alt

from gongkai import drawing, fonts

# The family under which a page embeds its font.
FAMILY = "gongkai-page"


def _safe_json(value: Any) -> str:
    """JSON that nothing inside can end: every character that HTML or a script could read as its own is spelled out."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


@dataclass(frozen=True)
class Live:
    """A chart as HTML: its SVG, and its specification for the script of the page; without the script the SVG stands."""

    picture: drawing.Picture
    spec: dict[str, Any]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        spec = f'<script type="application/json">{_safe_json(self.spec)}</script>'
        return {
            "text/html": f'<figure class="chart live">{self.picture.svg}{spec}</figure>',
            "text/plain": self.picture.text,
        }


def _spec(figure: drawing.Drawn) -> dict[str, Any]:
    """The chart's specification in the page's font, without what repeats: schema, description, unused settings."""
    family = f"{FAMILY},{fonts.FALLBACK}"
    text = json.dumps(figure.to_dict(), ensure_ascii=False).replace(f'"{fonts.FAMILY}"', json.dumps(family))
    spec: dict[str, Any] = json.loads(text)
    return {key: value for key, value in spec.items() if key not in {"$schema", "description"}}


def render(figure: drawing.Figure) -> Live | drawing.Said:
    """`drawing.render` for a page whose script makes the chart live: figures under the pointer, a selection."""
    drawn = drawing.render(figure)
    if isinstance(figure, drawing.Said) or isinstance(drawn, drawing.Said):
        return drawing.Said(drawn.text)
    return Live(drawn, _spec(figure))


@cache
def script() -> str:
    """The script that all pages share: Vega with what it needs (about 900 KB), and `templates/page.js`."""
    import vl_convert

    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", version)
    own = (resources.files("gongkai") / "templates" / "page.js").read_text("utf-8")
    return f"(function(){{{bundle}\n}})();\n{own}"
