"""What is read of strangers' style sheets, XML and images."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.api.errors import InvalidParameterException
from riskengine.flows.classic_css import SELECTORS, require_css
from riskengine.flows.login_style import merged
from riskengine.flows.page_images import kind_of
from riskengine.flows.plain_xml import XmlError, elements

selectors = st.sampled_from(sorted(SELECTORS))
blocks = st.sampled_from(["", "color:red", " color : #fff ; order: 1;", "background:url('a;b{}')"])
rules = st.builds("{} {{{}}}\n".format, st.lists(selectors, min_size=1, max_size=3).map(" ,".join), blocks)
fragments = st.lists(
    st.sampled_from([*"{}();:,\"'@*/<\\ \n", "/*", "*/", "color:red", ".label-customizable"])
)
documents = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from("abc"), documents, max_size=3)


def accepted(css):
    try:
        require_css(css)
    except InvalidParameterException:
        return False
    return True


@given(st.lists(rules))
def test_rules_of_the_pages_classes_are_taken(sheet):
    assert accepted("".join(sheet))


@given(st.lists(rules), st.text(alphabet="abcdef.:-> #[]=", min_size=1, max_size=20), st.lists(rules))
def test_one_other_selector_spoils_the_sheet(before, selector, after):
    foreign = f"{selector}{{color:red}}"

    assert accepted("".join([*before, foreign, *after])) == (selector.strip() in SELECTORS)


@given(fragments.map("".join) | st.text())
def test_no_text_passes_with_a_way_out_of_the_sheet(css):
    if accepted(css):
        bare = "".join(part.partition("*/")[2] if at else part for at, part in enumerate(css.split("/*")))
        assert not set(bare) & set("<\\")
        assert "@" not in bare.partition("{")[0]


@given(st.text() | st.text(alphabet="<>/ab!=[] \"'&;").map("<a>{}</a>".format))
def test_any_text_is_xml_or_refused(text):
    try:
        found = elements(text)
    except XmlError:
        return
    assert found


def test_xml_is_read_with_names_and_surroundings():
    found = elements("<a xmlns='urn:x'><b k='v'><c/></b><b/></a>")

    assert [element.name for element in found] == ["urn:x a", "urn:x b", "urn:x c", "urn:x b"]
    assert found[1].attributes == {"k": "v"}
    assert found[2].within == ("urn:x a", "urn:x b")


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://127.0.0.1/'> %x;]><a/>",
    ],
)
def test_a_document_type_is_refused(text):
    with pytest.raises(XmlError, match="document type"):
        elements(text)


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_any_bytes_are_some_kind_of_image_or_none(data):
    assert kind_of(data) in {None, "PNG", "JPEG", "GIF", "ICO", "WEBP", "SVG"}


@given(objects, objects)
def test_the_upper_document_wins_and_nothing_else_goes(below, above):
    both = merged(below, above)

    assert merged(both, above) == both
    assert both.keys() == below.keys() | above.keys()
    assert merged(below, {}) == below
    assert merged({}, above) == above
