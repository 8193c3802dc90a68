"""Reading XMP metadata written by real programs, and changing the rating in it."""

import time
from xml.etree import ElementTree

import pytest

from photorank.errors import MetadataError
from photorank.photos.metadata.xmp import XmpTags, read_xmp, with_rating
from photorank.photos.metadata.xmp_syntax import MAX_PACKET_BYTES
from tests.photos.exiftool import run_exiftool, tags_of

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

DARKTABLE = """<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:darktable="http://darktable.sf.net/"
   exif:DateTimeOriginal="2024:07:31 18:05:09.120"
   xmp:Rating="-1"
   xmpMM:DerivedFrom="IMG_1234.CR3"
   darktable:import_timestamp="63857702700000000"
   darktable:xmp_version="5"
   darktable:raw_params="0"
   darktable:auto_presets_applied="1"
   darktable:history_end="2"
   darktable:iop_order_version="4">
   <darktable:masks_history>
    <rdf:Seq/>
   </darktable:masks_history>
   <darktable:history>
    <rdf:Seq>
     <rdf:li
      darktable:num="0"
      darktable:operation="exposure"
      darktable:enabled="1"
      darktable:modversion="6"
      darktable:params="00000000000080b90000003f00004842000080c0010000000"
      darktable:multi_name=""
      darktable:multi_priority="0"
      darktable:blendop_version="13"
      darktable:blendop_params="gz11eJxjYIAACQYYOOHEgAYY0QVwggZ7CB6pfOygYtaVAyCMi48L/AcCEA0AN9gd8g=="/>
    </rdf:Seq>
   </darktable:history>
   <darktable:colorlabels>
    <rdf:Seq>
     <rdf:li>1</rdf:li>
     <rdf:li>3</rdf:li>
    </rdf:Seq>
   </darktable:colorlabels>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""

DIGIKAM = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"
    xmlns:acdsee="http://ns.acdsee.com/iptc/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
   digiKam:PickLabel="3"
   digiKam:ColorLabel="4"
   xmp:Rating="3"
   MicrosoftPhoto:Rating="50"
   acdsee:rating="3">
   <digiKam:TagsList>
    <rdf:Seq>
     <rdf:li>People/Zoë</rdf:li>
     <rdf:li>Places/Paris</rdf:li>
    </rdf:Seq>
   </digiKam:TagsList>
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Zoë</rdf:li>
    </rdf:Bag>
   </dc:subject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""

LIGHTROOM = """<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000 1.000000">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
    xmlns:xmpDM="http://ns.adobe.com/xmp/1.0/DynamicMedia/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
   xmp:CreatorTool="Adobe Photoshop Lightroom Classic 13.4"
   xmp:Rating="4"
   xmp:Label="Rot"
   photoshop:LabelColor="red"
   xmpDM:pick="-1"
   xmpDM:good="false"
   crs:Exposure2012="+0.35">
   <xmpMM:History>
    <rdf:Seq>
     <rdf:li stEvt:action="saved" stEvt:changed="/metadata" xmp:Rating="1"/>
    </rdf:Seq>
   </xmpMM:History>
   <crs:Look>
    <rdf:Description crs:Name="Adobe Color" xmp:Rating="2">
     <crs:Parameters><rdf:Description xmp:Label="Blue"/></crs:Parameters>
    </rdf:Description>
   </crs:Look>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""

CAPTURE_ONE = """<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 5.5.0">
  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
      <xmp:Rating>5</xmp:Rating>
      <xmp:Label>Green</xmp:Label>
    </rdf:Description>
    <rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/">
      <photoshop:Urgency>4</photoshop:Urgency>
    </rdf:Description>
  </rdf:RDF>
</x:xmpmeta>"""

WINDOWS = (
    "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>\r\n"
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="uuid:faf5bdd5-ba3d-11da-ad31-d33d75182f1b"'
    ' xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/">'
    "<MicrosoftPhoto:Rating>75</MicrosoftPhoto:Rating></rdf:Description>"
    "</rdf:RDF></x:xmpmeta>\r\n" + " " * 2048 + "<?xpacket end='w'?>\0\0"
)

PROGRAMS = {
    "darktable": (DARKTABLE, XmpTags(-1, "Yellow, Blue", None)),
    "digikam": (DIGIKAM, XmpTags(3, "Green", 1)),
    "lightroom": (LIGHTROOM, XmpTags(4, "Rot", -1)),
    "capture-one": (CAPTURE_ONE, XmpTags(5, "Green", None)),
    "windows": (WINDOWS, XmpTags(4, None, None)),
}


def packet(inside, *, description='xmlns:xmp="http://ns.adobe.com/xap/1.0/"'):
    """XMP packet whose RDF description has the given attributes and content."""
    return (
        f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description {description}>{inside}'
        "</rdf:Description></rdf:RDF>"
    ).encode()


def rated(value):
    """XMP packet whose rating is the given text."""
    return packet(f"<xmp:Rating>{value}</xmp:Rating>")


def refusal(data):
    """Reason for which the given bytes are refused as XMP metadata."""
    with pytest.raises(MetadataError) as caught:
        read_xmp(data)
    assert caught.value.reason.isprintable()
    return caught.value.reason


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16", "utf-32-be", "utf-32"]
)
def test_sidecars_of_real_programs_are_read(program, encoding):
    """XMP is read from attributes or elements, in any Unicode encoding."""
    text, tags = PROGRAMS[program]
    if "16" in encoding or "32" in encoding:
        text = text.replace(' encoding="UTF-8"', "")

    assert read_xmp(text.encode(encoding)) == tags


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("rating", [-1, 0, 2])
def test_a_new_rating_changes_nothing_else(program, encoding, rating):
    """Rewriting a rating in a sidecar leaves all its other bytes unchanged."""
    text, tags = PROGRAMS[program]
    if "16" in encoding:
        text = text.replace(' encoding="UTF-8"', "")

    written = with_rating(text.encode(encoding), rating)

    assert read_xmp(written) == tags._replace(rating=rating)
    before, after = text, written.decode(encoding)
    percent = {-1: 0, 0: 0, 2: 25}[rating]
    for old, new in {
        'xmp:Rating="-1"\n': f'xmp:Rating="{rating}"\n',  # darktable
        'xmp:Rating="3"': f'xmp:Rating="{rating}"',  # digiKam
        'Photo:Rating="50"': f'Photo:Rating="{percent}"',
        'acdsee:rating="3"': f'acdsee:rating="{max(rating, 0)}"',
        'xmp:Rating="4"': f'xmp:Rating="{rating}"',  # Lightroom
        "<xmp:Rating>5<": f"<xmp:Rating>{rating}<",  # Capture One
        ">75<": f">{percent}<",  # Windows
        'xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"><': (
            'xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"'
            f' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="{rating}"><'
        ),
    }.items():
        before = before.replace(old, new)
    assert after == before


@pytest.mark.slow
def test_the_percent_of_exiftool_is_that_of_windows(tmp_path):
    """RatingPercent is read in exiftool's namespace and in Windows', which differ by a slash."""
    file = tmp_path / "photo.xmp"
    run_exiftool("-XMP-microsoft:RatingPercent=99", file)
    assert read_xmp(file.read_bytes()).rating == 5
    file.write_bytes(with_rating(file.read_bytes(), 2))
    assert tags_of(file)["XMP-microsoft:RatingPercent"] == 25


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_exiftool_reads_our_ratings_and_loses_no_tag(program, tmp_path):
    """Writing a rating into a sidecar changes no tag but ratings, according to exiftool."""
    file = tmp_path / "photo.xmp"
    file.write_text(PROGRAMS[program][0], newline="")
    before = tags_of(file)

    file.write_bytes(with_rating(file.read_bytes(), 2))

    after = tags_of(file)
    assert after.pop("XMP-xmp:Rating") == 2
    if "XMP-microsoft:RatingPercent" in after:
        assert after.pop("XMP-microsoft:RatingPercent") == 25
    if "XMP-acdsee:Rating" in after:
        assert after.pop("XMP-acdsee:Rating") == 2
    changed = {"XMP-xmp:Rating", "XMP-microsoft:RatingPercent", "XMP-acdsee:Rating"}
    assert after == {name: value for name, value in before.items() if name not in changed}


@pytest.mark.slow
def test_a_new_sidecar_is_one_for_exiftool(tmp_path):
    """A new sidecar holds only the rating, and passes exiftool's validation."""
    file = tmp_path / "photo.xmp"

    file.write_bytes(with_rating(None, -1))

    tags = {name: value for name, value in tags_of(file).items() if name != "XMP-x:XMPToolkit"}
    assert tags == {"XMP-xmp:Rating": -1}
    assert run_exiftool("-validate", "-warning", "-s3", file).strip() == b"OK"


@pytest.mark.slow
@pytest.mark.parametrize("rating", [-1, 0, 3, 5])
def test_sidecars_that_exiftool_writes_are_read(rating, tmp_path):
    """Ratings, labels and flags that exiftool wrote into a sidecar are read correctly."""
    file = tmp_path / "photo.xmp"
    run_exiftool(f"-XMP:Rating={rating}", "-XMP:Label=Grün", "-XMP-xmpDM:Good=True", file)

    assert read_xmp(file.read_bytes()) == XmpTags(rating, "Grün", 1)

    file.write_bytes(with_rating(file.read_bytes(), 1))
    run_exiftool("-overwrite_original", "-XMP-dc:Subject=holiday", file)
    assert read_xmp(with_rating(file.read_bytes(), 4)) == XmpTags(4, "Grün", 1)


def test_prefixes_are_only_names():
    """XMP properties are recognised by their namespace, whatever the prefix is."""
    spaces = 'xmlns:a="http://ns.adobe.com/xap/1.0/" xmlns:xmp="urn:other" xmp:Rating="1"'
    named = packet("<!-- --><a:Rating a:by='>'>4</a:Rating><xmp:Label>x</xmp:Label>",
                   description=spaces)  # fmt: skip
    assert read_xmp(named) == XmpTags(4)
    assert read_xmp(with_rating(named, 2)) == XmpTags(2)
    assert b'xmp:Rating="1"' in with_rating(named, 2)

    other = packet("", description='xmlns:xmp="urn:other" xmp:Rating="1"')
    assert read_xmp(other) == XmpTags()
    assert read_xmp(with_rating(other, 5)) == XmpTags(5)


@pytest.mark.parametrize(
    ("inside", "rating"),
    [
        ("<xmp:Rating>\n 3\n</xmp:Rating>", 3),
        ("<xmp:Rating>&#51;</xmp:Rating>", 3),
        ("<xmp:Rating><![CDATA[3]]></xmp:Rating>", 3),
        ("<xmp:Rating><!-- 5 -->3<?note 4?></xmp:Rating>", 3),
        ("<xmp:Rating>2.5</xmp:Rating>", 2.5),
        ("<xmp:Rating/>", None),
        ("<xmp:Rating></xmp:Rating>", None),
    ],
)
def test_a_rating_may_be_written_in_many_ways(inside, rating):
    """An XMP rating with line breaks, character references or comments can be read and changed."""
    assert read_xmp(packet(inside)).rating == rating
    assert read_xmp(with_rating(packet(inside), 1)).rating == 1
    assert ElementTree.fromstring(with_rating(packet(inside), 1))[0][0].text == "1"  # noqa: S314


@pytest.mark.parametrize("text", ['>Label="2"', '>>>x="2">', '>:xmp="http://2/" ns="3">'])
def test_text_that_looks_like_an_attribute_is_text(text):
    """Text after a tag's end is not read as an attribute of the tag (inputs found by fuzzing)."""
    start = f'<r:RDF xmlns:r="{RDF}" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
    told = f'<r:Description xmp:Rating="4" {text}</r:Description></r:RDF>'
    data = (start + told).encode()
    assert read_xmp(data).rating == 4
    assert with_rating(data, 2) == data.replace(b'"4"', b'"2"')


@pytest.mark.parametrize(
    ("flags", "pick"),
    [
        ('d:good="True"', 1),
        ('d:good="False"', -1),
        ('d:pick="0" d:good="maybe"', None),
        ('d:pick="1"', 1),
        ('k:PickLabel="0"', None),
        ('k:PickLabel="1"', -1),
        ('k:PickLabel="2"', 0),
        ('k:PickLabel="3"', 1),
    ],
)
def test_flags_of_lightroom_and_digikam(flags, pick):
    """Flags by Lightroom and digiKam are read as picked, rejected, undecided or missing."""
    spaces = 'xmlns:d="http://ns.adobe.com/xmp/1.0/DynamicMedia/" '
    spaces += 'xmlns:k="http://www.digikam.org/ns/1.0/" '
    assert read_xmp(packet("", description=spaces + flags)).pick == pick


@pytest.mark.parametrize("value", ["abc", "7", "-2", "nan", "inf", "5.01", "0_4", "9" * 5000])
def test_ratings_that_do_not_exist_are_refused(value):
    """An invalid rating in a file is quoted in the error and not overwritten."""
    assert f"rating '{value[:40]}' is not a number from -1 to 5" in refusal(rated(value))
    with pytest.raises(MetadataError, match="is not a number"):
        with_rating(rated(value), 3)


QUALIFIED = {
    "resource": '<xmp:Rating rdf:parseType="Resource"><rdf:value>4</rdf:value>'
    "<xmp:by>ann</xmp:by></xmp:Rating>",
    "description": "<xmp:Rating><rdf:Description><xmp:by>ann</xmp:by><rdf:value> 4 </rdf:value>"
    "</rdf:Description></xmp:Rating>",
    "attribute": '<xmp:Rating rdf:value="4" xmp:by="ann"/>',
    "attribute of a description": '<xmp:Rating><rdf:Description rdf:value="4" xmp:by="ann"/>'
    "</xmp:Rating>",
    "language": '<xmp:Rating xml:lang="x-default">4</xmp:Rating>',
    "list": "<xmp:Rating><rdf:Seq><rdf:li>4</rdf:li></rdf:Seq></xmp:Rating>",
}


def test_a_typed_node_is_a_description():
    """An RDF element of any type, like `xmp:Photo`, may hold the photo's rating."""
    typed = packet("<xmp:Rating>4</xmp:Rating>").replace(b"rdf:Description", b"xmp:Photo")
    assert read_xmp(typed).rating == 4
    assert read_xmp(with_rating(typed, 2)).rating == 2


@pytest.mark.slow
@pytest.mark.parametrize("form", QUALIFIED.values(), ids=QUALIFIED)
def test_a_rating_with_qualifiers_is_read_and_written(form, tmp_path):
    """Ratings with RDF qualifiers are read and rewritten without loss of the qualifiers."""
    written = with_rating(packet(form), 2)
    assert read_xmp(packet(form)).rating == 4
    assert read_xmp(written).rating == 2
    assert (b"ann" in written) == ("ann" in form)
    (tmp_path / "photo.xmp").write_bytes(written)
    assert tags_of(tmp_path / "photo.xmp")["XMP-xmp:Rating"] in (2, "2", [2])


@pytest.mark.parametrize(
    "form",
    [
        '<xmp:Rating rdf:parseType="Resource"><xmp:stars>4</xmp:stars></xmp:Rating>',
        "<xmp:Rating><rdf:Description><xmp:stars>4</xmp:stars></rdf:Description></xmp:Rating>",
        '<xmp:Rating rdf:resource="four"/>',
        "<xmp:Rating><stars>4</stars></xmp:Rating>",
    ],
)
def test_a_rating_in_an_unknown_form_is_never_replaced(form):
    """If a rating has an unknown form, reading or overwriting it raises an error."""
    assert "in a form that is not known" in refusal(packet(form))
    with pytest.raises(MetadataError, match="in a form that is not known"):
        with_rating(packet(form), 2)


@pytest.mark.parametrize(
    ("tags", "rating"),
    [
        ('a:rating="3"', 3),
        ('xmp:Rating="0" a:rating="3"', 3),
        ('xmp:Rating="2" a:rating="3"', 2),
        ('p:Prefs="1:3:4:008771"', 4),
        ('p:Prefs="1:3:0:008771"', None),
        ('xmp:Rating="0" m:Rating="75"', 4),
        ('xmp:Rating="0" m:Rating="0"', 0),
        ('xmp:Rating="" m:Rating="99"', 5),
        ('xmp:Rating="-1" m:Rating="75"', -1),
    ],
)
def test_ratings_of_other_schemas(tags, rating):
    """If several XMP schemas give a rating, the first one that is not 0 (unrated) is read."""
    assert read_xmp(packet("", description=f"{SPACES} {tags}")).rating == rating


SPACES = (
    'xmlns:a="http://ns.acdsee.com/iptc/1.0/" xmlns:m="http://ns.microsoft.com/photo/1.0/"'
    ' xmlns:p="http://ns.camerabits.com/photomechanic/1.0/"'
    ' xmlns:d="http://darktable.sf.net/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
)


def test_classes_of_photo_mechanic_are_labels():
    """A Photo Mechanic colour class is read as its label name, and class 0 as no label."""
    labels = [
        read_xmp(packet("", description=f'{SPACES} p:ColorClass="{number}"')).label
        for number in range(9)
    ]
    assert labels[:3] == [None, "Winner", "Winner alt"]
    assert labels[8] == "Trash"


@pytest.mark.parametrize(
    ("history", "rating"),
    [
        ('d:history_end="0"', None),
        ('d:history_end="0" d:change_timestamp="-1"', None),
        ('d:history_end="9" d:history_auto_hash="ab" d:history_current_hash="ab"', None),
        ('d:history_end="9" d:history_basic_hash="ab" d:history_current_hash="ab"', None),
        ('d:history_end="9" d:history_auto_hash="ab" d:history_current_hash="cd"', 1),
        ('d:history_end="0" d:change_timestamp="63847569909000000"', 1),
        ('d:history_end="3"', 1),
        ("", 1),
    ],
)
def test_the_star_of_an_import_into_darktable_is_none(history, rating):
    """A rating of one star counts as none if darktable's history shows an import without edits."""
    file = packet("", description=f'{SPACES} xmp:Rating="1" {history}')
    assert read_xmp(file).rating == rating
    assert b'xmp:Rating="1"' in with_rating(file, 1)
    empty, full = "<d:history><rdf:Seq/></d:history>", "<d:history><rdf:Seq><rdf:li/></rdf:Seq>"
    older = packet(empty, description=f'{SPACES} xmp:Rating="1"')
    assert read_xmp(older).rating is None
    assert read_xmp(older.replace(empty.encode(), f"{full}</d:history>".encode())).rating == 1
    assert read_xmp(file.replace(b'Rating="1"', b'Rating="2"')).rating == 2


BOMB = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {new} "{f"&{old};" * 10}">'
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\0" * 5, "empty"),
        (b"rating: 5", "not XML"),
        (b'{"rating": 5}', "not XML"),
        (rated(4)[:-20], "not XML"),
        (b"<html></html>", "not XMP"),
        (LIGHTROOM.replace("Rot", "Grün").encode("latin-1"), "UTF-8"),
        (b'<?xml version="1.0" encoding="EBCDIC"?><a/>', "EBCDIC"),
        (b'<?xml version="1.0" encoding="zlib"?><a/>', "zlib"),
        (b"\xff\xfe<\0a", "UTF-16"),
        ("<\ud800".encode("utf-16-le", "surrogatepass") + b"\0", "UTF-16"),
        (BOMB.encode() + rated("&i;"), "document type"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + rated(4), "document type"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + rated("&e;"), "document"),
        (rated("&undefined;"), "not XML"),
        (b"<a>" * 1000 + b"</a>" * 1000, "nested"),
        (rated("3").replace(b"xmp:", b"xmp2:"), "not XML"),
        (b"\0" * (MAX_PACKET_BYTES + 1), "64 MB"),
    ],
)  # fmt: skip
def test_what_is_no_xmp_is_refused_in_words(data, said):
    """Non-XMP data, truncated XMP and XMP with hostile entities are refused with a clear error."""
    assert said in refusal(data)
    with pytest.raises(MetadataError):
        with_rating(data, 3)


def test_latin_1_is_read_where_it_is_declared():
    """A sidecar that declares ISO-8859-1 is read, and keeps that encoding when rewritten."""
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>'
        + packet("<xmp:Label>Grün</xmp:Label>").decode()
    )
    written = with_rating(text.encode("latin-1"), 4)
    assert read_xmp(text.encode("latin-1")).label == "Grün"
    assert read_xmp(written) == XmpTags(4, "Grün")
    assert b"ISO-8859-1" in written


@pytest.mark.slow  # packets of full size
@pytest.mark.parametrize(
    "inside", ["<a/>", "<rdf:li>1</rdf:li>", " ", "&#32;"], ids=["empty", "items", "blanks", "refs"]
)
def test_a_hostile_packet_of_full_size_ends_in_time(inside):
    """A hostile XMP packet of the greatest size is read or refused within 30 seconds."""
    data = packet(f"<xmp:x>{inside * ((MAX_PACKET_BYTES - 1000) // len(inside))}</xmp:x>")
    start = time.perf_counter()
    if "<" in inside:
        assert "larger" in refusal(data)
    else:
        assert read_xmp(data) == XmpTags()
    assert time.perf_counter() - start < 30


@pytest.mark.parametrize("rating", [-2, 6, 2.5])
def test_only_ratings_that_exist_are_written(rating):
    """Writing a rating that is not a whole number from -1 to 5 raises ValueError."""
    with pytest.raises(ValueError, match="whole number"):
        with_rating(None, rating)
