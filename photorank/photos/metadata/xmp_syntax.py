"""XMP packets as XML text, with the byte position of each property's value."""

import codecs
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from xml.parsers import expat

from photorank.errors import MetadataError

MAX_PACKET_BYTES = 64 << 20  # real programs write a few megabytes
_MAX_DEPTH = 100  # of nested elements; XMP needs a dozen
_MAX_ELEMENTS = 1_000_000  # in edited photos each brush stroke is one

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_ROOT, _NODE, _ITEM, _VALUE = (f"{RDF} {name}" for name in ("RDF", "Description", "li", "value"))
_LISTS = {f"{RDF} Bag", f"{RDF} Seq", f"{RDF} Alt"}
# Attributes of a property that say nothing beside its text.
_OF_TEXTS = {f"{RDF} datatype", f"{RDF} ID", "http://www.w3.org/XML/1998/namespace lang"}

# UTF-32 first: its mark begins with that of UTF-16.
_ENCODING_OF_MARK = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_ENCODING_OF_START = {  # without a mark
    b"<\0\0\0": "utf-32-le",
    b"\0\0\0<": "utf-32-be",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
_DECLARED_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_ENCODINGS = {"utf-8", "ascii", "iso8859-1", "cp1252"}  # by Python's names; others were never seen
_ATTRIBUTE = re.compile(rb"(\s+)([^\s=<>]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_TAG = re.compile(rb"<[^\s/>]+(?:\s+[^\s=<>]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>")


@dataclass(frozen=True)
class Property:
    """XMP property of a photo, with the byte position of its value."""

    name: str  # namespace, space, local name
    value: str | None  # the text, or the items of a list with commas; None: in no known form
    items: tuple[str, ...]  # of a list; else empty
    start: int  # of the value in `Packet.source`
    end: int
    before: bytes = b""  # bytes to put around a new value
    after: bytes = b""


@dataclass(frozen=True)
class Node:
    """Start tag of an RDF node (such as rdf:Description), to which attributes can be added."""

    end: int  # position for another attribute
    space: bytes  # between its attributes
    prefixes: dict[str, str]  # namespaces in scope by their prefix


@dataclass
class Packet:
    """Parsed XMP packet: XML converted to UTF-8, with its properties and RDF nodes."""

    source: bytes
    properties: list[Property] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Text:
    """XML text of an XMP packet, with the encoding and padding to write it back."""

    mark: bytes  # the byte order mark
    encoding: str
    head: str  # white space before the XML
    xml: str
    tail: str  # zeros after it

    def encoded(self, xml: bytes) -> bytes:
        """XML as bytes in the packet's encoding, with the packet's byte order mark and padding."""
        text = self.head + xml.decode() + self.tail
        return self.mark + text.encode(self.encoding)


def packet_text(data: bytes) -> Text:
    """XMP packet decoded to text; raises MetadataError if it is too large or cannot be decoded."""
    if len(data) > MAX_PACKET_BYTES:
        raise MetadataError(f"XMP of more than {MAX_PACKET_BYTES >> 20} MB")
    mark = next((mark for mark in _ENCODING_OF_MARK if data.startswith(mark)), b"")
    encoding = _ENCODING_OF_MARK.get(mark) or _encoding(data)
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise MetadataError(f"not text in {encoding.upper()}, as its XMP should be") from error
    body = text.lstrip("\ufeff\0 \t\r\n")
    xml = body.rstrip("\0")
    return Text(mark, encoding, text[: len(text) - len(body)], xml, body[len(xml) :])


def parse_packet(xml: str) -> Packet:
    """Packet parsed from XML; raises MetadataError if it is not XMP or declares a document type."""
    try:
        reader = _Reader(Packet(xml.encode()))
        reader.parser.Parse(reader.packet.source, True)
    except UnicodeEncodeError as error:  # half a pair of UTF-16
        raise MetadataError("not text in Unicode, as its XMP should be") from error
    except expat.ExpatError as error:
        problem = expat.errors.messages.get(error.code, "") if xml.strip() else "it is empty"
        raise MetadataError(f"not XML ({problem}, line {error.lineno})") from error
    if not reader.is_xmp:
        raise MetadataError("XML, but not XMP")
    return reader.packet


def _encoding(data: bytes) -> str:
    """Name of the text encoding of an XMP packet without a byte order mark."""
    start = data[:1024].lstrip(b" \t\r\n")
    for beginning, encoding in _ENCODING_OF_START.items():
        if start.startswith(beginning):
            return encoding
    declared = _DECLARED_ENCODING.match(start)
    name = declared[1].decode() if declared else "utf-8"
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = name
    if known not in _ENCODINGS:
        raise MetadataError(f"XMP in {name}, which is not read; save it in UTF-8")
    return known


class _ValuePlace(NamedTuple):
    """Byte range to overwrite with a new XMP value, and XML to put before and after the value."""

    start: int
    end: int
    before: bytes = b""
    after: bytes = b""


class _Reader:
    """Handlers for the Expat XML parser that collect the XMP properties of a photo.

    These are attributes and elements of descriptions directly in rdf:RDF; deeper ones belong to
    something else, such as the file that this one was made from.
    """

    def __init__(self, packet: Packet) -> None:
        self.packet = packet
        self.is_xmp = False
        # The source is UTF-8 now, whatever its declaration says.
        self.parser = parser = expat.ParserCreate("utf-8", " ")
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartNamespaceDeclHandler = self._declare
        parser.EndNamespaceDeclHandler = self._undeclare
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        self._path: list[str] = []
        self._elements = 0
        self._spaces: dict[str, list[str]] = defaultdict(list)  # namespaces by prefix
        self._property = 0  # depth of the property that is being read, 0 if none
        self._tag_start = 0
        self._texts: list[str] = []
        self._items: list[list[str]] = []
        self._value: tuple[str, _ValuePlace] | None = None  # of a property with qualifiers
        self._value_start = 0  # of the element rdf:value
        self._is_qualified = False  # by attributes that no plain text has
        self._is_foreign = False  # by elements that are neither a list nor a value

    def _refuse(self, *_: Any) -> None:
        raise MetadataError("its XML declares a document type, which could hide entities")

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        self._spaces[prefix or ""].append(uri or "")

    def _undeclare(self, prefix: str | None) -> None:
        self._spaces[prefix or ""].pop()

    def _start(self, name: str, attributes: list[str]) -> None:
        self._path.append(name)
        self._elements += 1
        if len(self._path) > _MAX_DEPTH or self._elements > _MAX_ELEMENTS:
            raise MetadataError("its XML is nested deeper, or larger, than any program writes it")
        if self._property:
            self._start_inside(name, attributes)
        elif name == _ROOT:
            self.is_xmp = True
        elif self._path[-2:-1] == [_ROOT]:  # an rdf:Description, or a node of another type
            self._describe(attributes)
        elif self._path[-3:-2] == [_ROOT]:
            self._property, self._tag_start = len(self._path), self.parser.CurrentByteIndex
            self._texts, self._items, self._value = [], [], None
            self._is_qualified = not _OF_TEXTS.issuperset(attributes[::2])
            self._is_foreign = False
            self._take_value(attributes)

    def _start_inside(self, name: str, attributes: list[str]) -> None:
        """Handle the start of an element inside a property: list item, value or another element."""
        path = self._path[self._property :]
        if name == _ITEM:
            self._items.append([])
        elif path in ([_VALUE], [_NODE, _VALUE]):
            self._value_start, self._texts = self.parser.CurrentByteIndex, []
        elif path == [_NODE]:
            self._is_foreign = True
            self._take_value(attributes)
        elif len(path) == 1 and name not in _LISTS:
            self._is_foreign = True

    def _take_value(self, attributes: list[str]) -> None:
        """Set the property's value from the rdf:value attribute of the current tag, if present."""
        if _VALUE in attributes[::2]:
            for name, value, span in self._attributes(attributes):
                if name == _VALUE:
                    self._value = value.strip(), span

    def _end(self, name: str) -> None:
        if len(self._path) == self._property:
            self._add_property(name)
            self._property = 0
        elif self._property and self._path[self._property :] in ([_VALUE], [_NODE, _VALUE]):
            self._value = "".join(self._texts).strip(), self._content_span(self._value_start)
        self._path.pop()

    def _text(self, text: str) -> None:
        if len(self._path) == self._property or self._path[-1] == _VALUE:
            self._texts.append(text)
        elif self._property and self._items:
            self._items[-1].append(text)

    def _describe(self, attributes: list[str]) -> None:
        for name, value, span in self._attributes(attributes):
            self.packet.properties.append(Property(name, value, (), *span))
        at = self.parser.CurrentByteIndex
        tag = self._start_tag(at)
        end = len(tag) - (2 if tag.endswith(b"/>") else 1)
        prefixes = {prefix: uris[-1] for prefix, uris in self._spaces.items() if uris}
        written = _ATTRIBUTE.findall(tag)
        space = written[-1][0] if written else b" "
        self.packet.nodes.append(Node(at + len(tag[:end].rstrip()), space, prefixes))

    def _attributes(self, attributes: list[str]) -> Iterator[tuple[str, str, "_ValuePlace"]]:
        """Yield name, value and byte range of each attribute of the current tag."""
        at = self.parser.CurrentByteIndex
        written = _ATTRIBUTE.finditer(self._start_tag(at))
        named = [one for one in written if one[2].partition(b":")[0] != b"xmlns"]
        for one, name, value in zip(named, attributes[::2], attributes[1::2], strict=True):
            start, end = one.span(3 if one[3] is not None else 4)
            yield name, value, _ValuePlace(at + start, at + end)

    def _add_property(self, name: str) -> None:
        """Add an XMP property to the packet when the property's end tag is reached."""
        items = tuple("".join(item).strip() for item in self._items)
        value: str | None = ", ".join(items) or "".join(self._texts).strip()
        span = self._content_span(self._tag_start)
        if self._value is not None:
            value, span = self._value
        elif self._is_foreign or (self._is_qualified and not value):
            value = None
        self.packet.properties.append(Property(name, value, items, *span))

    def _content_span(self, at: int) -> "_ValuePlace":
        """Byte range between the start tag at offset `at` and the end tag just parsed."""
        tag = self._start_tag(at)
        if not tag.endswith(b"/>"):
            return _ValuePlace(at + len(tag), self.parser.CurrentByteIndex)
        written = tag[1:-2].split()[0]
        return _ValuePlace(at + len(tag) - 2, at + len(tag), b">", b"</" + written + b">")

    def _start_tag(self, at: int) -> bytes:
        """Bytes of the XML start tag at byte offset `at`."""
        tag = _TAG.match(self.packet.source, at)
        if tag is None:
            raise MetadataError("XML that cannot be understood")
        return tag[0]
