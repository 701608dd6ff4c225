"""Titles of the sections of a CDA document, as people read them."""

from lxml.etree import _Element

from hygie.record.cda.elements import attribute, child, flat_text
from hygie.terminology import queries as terminology


def section_title(section: _Element | None) -> str:
    """The section's own title, else ours for its code, else the code's display name; "" when there is none of them."""
    code = child(section, "code")
    own = flat_text(child(section, "title")).rstrip(" :\u00a0")
    return own or terminology.section_title(attribute(code, "code")) or attribute(code, "displayName")
