"""XMP packets as text, with the byte offsets of each property's value."""

import codecs
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from photorank.errors import MetadataError

MAX_PACKET_BYTES = 64 << 20  # those of real programs reach a few megabytes
_MAX_DEPTH = 100  # of nested elements; XMP needs a dozen
_MAX_ELEMENTS = 1_000_000  # in edited photos each dab of a brush is one

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_ROOT, _NODE, _ITEM = f"{RDF} RDF", f"{RDF} Description", f"{RDF} li"

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
    """XMP property of a photo, with the byte offsets of its value."""

    name: str  # namespace, space, local name
    value: str  # the text, or the items of a list with commas
    items: tuple[str, ...]  # of a list; else empty
    start: int  # of the value in `Packet.source`
    end: int
    before: bytes = b""  # bytes to put around a new value
    after: bytes = b""


@dataclass(frozen=True)
class Node:
    """Start tag of an rdf:Description, to which attributes can be added."""

    end: int  # position for another attribute
    space: bytes  # between its attributes
    prefixes: dict[str, str]  # namespaces in scope by their prefix


@dataclass
class Packet:
    """XMP packet as XML, converted to UTF-8 from any encoding."""

    source: bytes
    properties: list[Property] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Text:
    """XML of an XMP packet, with its encoding and the padding around the XML."""

    mark: bytes  # the byte order mark
    encoding: str
    head: str  # white space before the XML
    xml: str
    tail: str  # zeros after it

    def encoded(self, xml: bytes) -> bytes:
        """Bytes of new XML in the packet's encoding, with its byte order mark and padding."""
        text = self.head + xml.decode() + self.tail
        return self.mark + text.encode(self.encoding)


def packet_text(data: bytes) -> Text:
    """XMP packet decoded from any Unicode encoding; MetadataError if too large or not text."""
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
    """Packet with properties parsed from XML; MetadataError if not XMP or with entities."""
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
    """Text encoding of an XMP packet without a byte order mark."""
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


class _Reader:
    """Expat handlers that collect the XMP properties of the photo itself.

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
            if name == _ITEM:
                self._items.append([])
        elif name == _ROOT:
            self.is_xmp = True
        elif name == _NODE and self._path[-2:-1] == [_ROOT]:
            self._describe(attributes)
        elif self._path[-3:-1] == [_ROOT, _NODE]:
            self._property, self._tag_start = len(self._path), self.parser.CurrentByteIndex
            self._texts, self._items = [], []

    def _end(self, name: str) -> None:
        if len(self._path) == self._property:
            self._keep(name)
            self._property = 0
        self._path.pop()

    def _text(self, text: str) -> None:
        if len(self._path) == self._property:
            self._texts.append(text)
        elif self._property and self._items:
            self._items[-1].append(text)

    def _describe(self, attributes: list[str]) -> None:
        at = self.parser.CurrentByteIndex
        tag = self._start_tag(at)
        written = list(_ATTRIBUTE.finditer(tag))
        named = [one for one in written if one[2].partition(b":")[0] != b"xmlns"]
        for one, name, value in zip(named, attributes[::2], attributes[1::2], strict=True):
            start, end = one.span(3 if one[3] is not None else 4)
            self.packet.properties.append(Property(name, value, (), at + start, at + end))
        end = len(tag) - (2 if tag.endswith(b"/>") else 1)
        prefixes = {prefix: uris[-1] for prefix, uris in self._spaces.items() if uris}
        space = written[-1][1] if written else b" "
        self.packet.nodes.append(Node(at + len(tag[:end].rstrip()), space, prefixes))

    def _keep(self, name: str) -> None:
        """Add a property that is an XML element, not an attribute."""
        at = self._tag_start
        tag = self._start_tag(at)
        items = tuple("".join(item).strip() for item in self._items)
        value = ", ".join(items) or "".join(self._texts).strip()
        if tag.endswith(b"/>"):
            written = tag[1:-2].split()[0]
            span = at + len(tag) - 2, at + len(tag), b">", b"</" + written + b">"
        else:
            span = at + len(tag), self.parser.CurrentByteIndex, b"", b""
        self.packet.properties.append(Property(name, value, items, *span))

    def _start_tag(self, at: int) -> bytes:
        """Bytes of the XML start tag at byte offset `at`."""
        tag = _TAG.match(self.packet.source, at)
        if tag is None:
            raise MetadataError("XML that cannot be understood")
        return tag[0]
