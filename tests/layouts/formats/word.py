"""DOCX as word processors save it, written as raw XML: revisions, content controls, numbering, text boxes, footers."""

from collections.abc import Collection
from random import Random
from xml.sax.saxutils import escape

from layouts.model import Cell, Form, _placed

from .blocks import Block, as_zip, blocks, is_label, placed, width

FEATURES = ("inserted", "deleted", "control_cell", "control_row", "control_inside", "numbered", "numbered_style")
FEATURES += ("text_box", "broken_labels", "cut_runs")

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SPACES = {
    "w": _W,
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
}
_DECLARED = " ".join(f'xmlns:{short}="{uri}"' for short, uri in _SPACES.items())
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BY = 'w:author="核稿" w:date="2024-01-02T03:04:00Z"'
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

_TYPES = (
    f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_OFFICE}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_OFFICE}.styles+xml"/>'
    f'<Override PartName="/word/numbering.xml" ContentType="{_OFFICE}.numbering+xml"/>'
    f'<Override PartName="/word/footer1.xml" ContentType="{_OFFICE}.footer+xml"/></Types>'
)
_PACKAGE = (
    f'{_XML}<Relationships xmlns="{_RELS}">'
    f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_PARTS = (
    f'{_XML}<Relationships xmlns="{_RELS}">'
    f'<Relationship Id="rId1" Type="{_REL}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{_REL}/numbering" Target="numbering.xml"/>'
    f'<Relationship Id="rId3" Type="{_REL}/footer" Target="footer1.xml"/></Relationships>'
)
_NUMBERING = (
    f'{_XML}<w:numbering {_DECLARED}><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="singleLevel"/>'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:suff w:val="nothing"/>'
    '<w:lvlText w:val="%1、"/><w:lvlJc w:val="left"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
_NUMBER = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
_FOOTER = (
    f'{_XML}<w:ftr {_DECLARED}><w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:t xml:space="preserve">- </w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>3</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> -</w:t></w:r></w:p></w:ftr>'
)
_SECTION = (
    '<w:sectPr><w:footerReference w:type="default" r:id="rId3"/><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1440" w:right="1800" w:bottom="1440" w:left="1800" w:header="851" w:footer="992" w:gutter="0"/>'
    "</w:sectPr>"
)


def _styles(numbered: bool) -> str:
    number = _NUMBER if numbered else ""
    return (
        f'{_XML}<w:styles {_DECLARED}><w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/>'
        '</w:style><w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/>'
        f'<w:pPr>{number}<w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/></w:rPr></w:style></w:styles>'
    )


class _Writer:
    """Writes XML; what it may vary is a set of FEATURES, how is left to chance."""

    def __init__(self, features: Collection[str], rng: Random) -> None:
        self.features = features
        self.rng = rng
        self.revisions = 0

    def happens(self, feature: str, chance: float) -> bool:
        return feature in self.features and self.rng.random() < chance

    def runs(self, text: str) -> str:
        """A text in one run or several."""
        if len(text) > 1 and self.happens("cut_runs", 0.4):
            at = self.rng.randrange(1, len(text))
            return _run(text[:at]) + '<w:proofErr w:type="spellStart"/>' + _run(text[at:])
        return _run(text) if text else ""

    def revised(self, text: str) -> str:
        """A text of which some was inserted, beside some that was deleted and is not to be read."""
        self.revisions += 2
        old = ""
        if self.happens("deleted", 0.1):
            deleted = self.rng.choice(("8", "35", "旧"))
            old = f'<w:del w:id="{self.revisions}" {_BY}><w:r><w:delText>{deleted}</w:delText></w:r></w:del>'
        if text and self.happens("inserted", 0.15):
            at = self.rng.choice((0, len(text) // 2))
            new = f'<w:ins w:id="{self.revisions + 1}" {_BY}>{_run(text[at:])}</w:ins>'
            return (_run(text[:at]) if at else "") + old + new
        return old + self.runs(text)

    def cell_content(self, text: str, label: bool) -> str:
        """The paragraphs of a cell."""
        if label and len(text) > 8 and self.happens("broken_labels", 0.3):
            at = self.rng.randrange(4, len(text) - 2)
            if self.rng.random() < 0.5:
                return _paragraph(self.runs(text[:at])) + _paragraph(self.runs(text[at:]))
            return _paragraph(f"{self.runs(text[:at])}<w:r><w:br/></w:r>{self.runs(text[at:])}")
        if self.happens("control_inside", 0.1):
            if self.rng.random() < 0.5:
                return _paragraph(_control(self.revised(text)))
            return _control(_paragraph(self.revised(text))) + ("" if self.rng.random() < 0.5 else "<w:p/>")
        return _paragraph(self.revised(text))

    def cell(self, cell: Cell, top: bool, label: bool) -> str:
        """A field of a row; below its top a merged cell goes on without text."""
        span = f'<w:gridSpan w:val="{cell.across}"/>' if cell.across > 1 else ""
        merge = ""
        if cell.down > 1:
            merge = '<w:vMerge w:val="restart"/>' if top else '<w:vMerge w:val="continue"/>'
            merge = "<w:vMerge/>" if not top and self.rng.random() < 0.5 else merge
        content = self.cell_content(cell.text, label) if top else "<w:p/>"
        made = f'<w:tc><w:tcPr><w:tcW w:w="900" w:type="dxa"/>{span}{merge}</w:tcPr>{content}</w:tc>'
        return _control(made) if top and self.happens("control_cell", 0.05) else made

    def table(self, block: Block) -> str:
        """A table with its grid, spans and merges."""
        labels = {(at.row, at.column): is_label(block, at) for row in placed(block.rows) for at in row}
        rows = []
        for r, fields in enumerate(_placed(block.rows)):
            cells = "".join(
                self.cell(cell, down == 0, labels[r - down, c])
                for c, (cell, right, down) in enumerate(fields)
                if right == 0
            )
            row = f"<w:tr>{cells}</w:tr>"
            rows.append(_control(row) if self.happens("control_row", 0.05) else row)
        columns = '<w:gridCol w:w="900"/>' * width(block.rows)
        properties = '<w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
        return f"<w:tbl>{properties}<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"

    def block(self, block: Block) -> str:
        """A block of the report."""
        if block.kind == "table":
            return self.table(block)
        if block.kind == "prose":
            return _paragraph(self.runs(block.text), '<w:ind w:firstLine="420"/>')
        if block.kind == "title":
            title = _paragraph(self.runs(block.text), '<w:jc w:val="center"/>')
            return _text_box(title) if "text_box" in self.features else title
        text = block.text
        style, own = '<w:pStyle w:val="1"/>', ""
        if "numbered" in self.features or "numbered_style" in self.features:
            text = text.split("、", 1)[1]
            own = "" if "numbered_style" in self.features else _NUMBER
        return _paragraph(self.runs(text), style + own)


def _run(text: str) -> str:
    return f'<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _paragraph(inner: str, properties: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inner}</w:p>"


def _control(content: str) -> str:
    return f'<w:sdt><w:sdtPr><w:tag w:val="填报"/></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>'


def _text_box(content: str) -> str:
    """A paragraph that anchors a text box; the box is there twice, for new readers and for old ones."""
    box = f"<w:txbxContent>{content}</w:txbxContent>"
    shape = (
        '<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="5274310" cy="700000"/>'
        '<wp:docPr id="1" name="文本框 1"/><a:graphic><a:graphicData uri="'
        f'{_SPACES["wps"]}"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:prstGeom prst="rect"><a:avLst/>'
        f"</a:prstGeom></wps:spPr><wps:txbx>{box}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic>"
        "</wp:inline>"
    )
    old = f'<w:pict><v:shape style="width:415pt;height:55pt"><v:textbox>{box}</v:textbox></v:shape></w:pict>'
    return (
        f'<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{shape}</w:drawing></mc:Choice>'
        f"<mc:Fallback>{old}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


def docx_with(form: Form, seed: int, features: Collection[str]) -> bytes:
    """A DOCX with these of FEATURES and no others."""
    rng = Random(seed)
    made = blocks(form, rng)
    writer = _Writer(features, rng)
    body = "".join(writer.block(block) for block in made)
    document = f"{_XML}<w:document {_DECLARED}><w:body>{body}{_SECTION}</w:body></w:document>"
    return as_zip(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _PACKAGE,
            "word/document.xml": document,
            "word/_rels/document.xml.rels": _PARTS,
            "word/styles.xml": _styles("numbered_style" in features),
            "word/numbering.xml": _NUMBERING,
            "word/footer1.xml": _FOOTER,
        }
    )


def docx(form: Form, seed: int) -> bytes:
    """A DOCX with some of FEATURES, as the seed chooses."""
    choose = Random(f"features {seed}")
    return docx_with(form, seed, [feature for feature in FEATURES if choose.random() < 0.4])
