"""A small labelled set of blind copies: what each must give away, and the clean ones that only look suspicious."""

from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image

from app.bids.blind.search import Kind, Secrets, short_forms, squeezed
from tests.core.sample_files import MAIN_NAME, make_office

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LEAD, MEMBER = "武汉星野智能科技有限公司", "襄阳澄江数据股份有限公司"
PEOPLE = ("柯北辰", "顾听澜", "Ava Lindqvist")
CODE = "91420100XXX000019H"
SECRETS = Secrets(
    units=frozenset({squeezed(LEAD), squeezed(MEMBER)}),
    shorts=frozenset(short_forms(LEAD) | short_forms(MEMBER)),
    people=frozenset(squeezed(each) for each in PEOPLE),
    codes=frozenset({CODE}),
    domains=frozenset({"xingye.example"}),
)
K = Kind


@dataclass(frozen=True)
class Copy:
    """A document by its parts, and the kinds that must be found in it."""

    name: str
    body: tuple[str, ...]
    expected: frozenset[Kind] = frozenset()
    parts: dict[str, bytes] = field(default_factory=dict)


def paragraph(text: str) -> str:
    """A paragraph whose text is split over two runs, as word processors do."""
    half = len(text) // 2
    return f"<w:p><w:r><w:t>{text[:half]}</w:t></w:r><w:r><w:t>{text[half:]}</w:t></w:r></w:p>"


def part(root: str, inner: str) -> bytes:
    """A part of a DOCX."""
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{root} {W}>{inner}</w:{root}>'.encode()


def core(creator: str = "", modifier: str = "") -> bytes:
    """The core properties."""
    return (
        '<?xml version="1.0"?><cp:coreProperties xmlns:cp="c" xmlns:dc="d">'
        f"<dc:creator>{creator}</dc:creator><cp:lastModifiedBy>{modifier}</cp:lastModifiedBy>"
        "<cp:revision>7</cp:revision></cp:coreProperties>"
    ).encode()


def company(name: str) -> bytes:
    """The extended properties."""
    return (
        f'<?xml version="1.0"?><Properties><Company>{name}</Company><Pages>12</Pages></Properties>'.encode()
    )


def photo(artist: str) -> bytes:
    """A picture that says who took it."""
    exif = Image.Exif()
    exif[0x013B] = artist
    buffer = BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def docx(copy: Copy) -> bytes:
    """The document."""
    body = part("document", f"<w:body>{''.join(paragraph(each) for each in copy.body)}</w:body>")
    return make_office("docx", {MAIN_NAME["docx"]: body, **copy.parts})


def one(name: str, text: str, *kinds: Kind) -> Copy:
    """A document of three paragraphs, the middle one under test."""
    return Copy(name, ("总体方案分三期实施。", text, "验收按榜单指标执行。"), frozenset(kinds))


GUILTY = (
    one("full name", f"由{LEAD}牵头实施。", K.UNIT),
    one("member", f"数据标注由{MEMBER}完成。", K.UNIT),
    one("spaced name", "由武汉 星野 智能科技 有限公司承担。", K.UNIT),
    one("without legal form", "武汉星野智能科技已在三家医院落地。", K.SHORT),
    one("without region", "星野智能科技的自研底座。", K.SHORT),
    one("leader", "项目负责人柯北辰主持设计。", K.PERSON),
    one("spaced leader", "负责人：柯 北 辰", K.PERSON),
    one("team", "算法由顾听澜负责。", K.PERSON),
    one("latin name", "Lead engineer: ava  lindqvist (PhD).", K.PERSON),
    one("mobile", "联系电话13871234567。", K.PHONE),
    one("mobile with blanks", "手机 138 7123 4567", K.PHONE),
    one("full-width mobile", "电话：１３８７１２３４５６７", K.PHONE),
    one("landline", "电话 027-87651234 转 8", K.PHONE),
    one("landline in brackets", "(0710)3456789 或 (0710) 3456789", K.PHONE),
    one("country code", "+86 138-7123-4567", K.PHONE),
    one("e-mail", "来信请至 ke.beichen@xingye.example", K.EMAIL),
    one("disguised e-mail", "ke [at] xingye.example", K.EMAIL),
    one("credit code", f"统一社会信用代码{CODE}", K.USCC),
    one("address", "演示见 https://demo.xingye.example/v2", K.URL),
    Copy("header", ("方案",), frozenset({K.UNIT}), {"word/header1.xml": part("hdr", paragraph(LEAD))}),
    Copy(
        "footer",
        ("方案",),
        frozenset({K.PHONE}),
        {"word/footer2.xml": part("ftr", paragraph("027-87651234"))},
    ),
    Copy(
        "footnote",
        ("方案",),
        frozenset({K.PERSON}),
        {"word/footnotes.xml": part("footnotes", paragraph("柯北辰"))},
    ),
    Copy(
        "comment",
        ("方案",),
        frozenset({K.PROPERTY, K.PERSON}),
        {
            "word/comments.xml": part(
                "comments",
                f'<w:comment w:author="顾听澜" w:initials="GTL">{paragraph("请柯北辰复核")}</w:comment>',
            )
        },
    ),
    Copy(
        "tracked deletion",
        ("方案",),
        frozenset({K.UNIT, K.PROPERTY}),
        {
            "word/document.xml": part(
                "document",
                f'<w:body><w:p><w:del w:author="编辑甲"><w:delText>{LEAD}</w:delText></w:del></w:p></w:body>',
            )
        },
    ),
    Copy("creator", ("方案",), frozenset({K.PROPERTY}), {"docProps/core.xml": core("kebeichen")}),
    Copy("last modified by", ("方案",), frozenset({K.PROPERTY}), {"docProps/core.xml": core("", "顾工")}),
    Copy("company", ("方案",), frozenset({K.PROPERTY}), {"docProps/app.xml": company("星野")}),
    Copy("photo", ("方案",), frozenset({K.PROPERTY}), {"word/media/image1.jpeg": photo("Ke Beichen")}),
)

INNOCENT = (
    one("plain", "采用云边协同架构，边缘完成实时感知。"),
    one("days", "2026-03-16 至 2027-03-15 分三期完成，编号 20260316001。"),
    one("amounts", "预算 1380.71 万元，误差 0.13871234567，样本 138712345 条。"),
    one("identity-like", "设备序列号 420100199001011234567，校验值 3f2a9c。"),
    one("versions", "模型版本 v1.3.8，接口 4.2.1，端口 8080。"),
    one("stars and fields", "夜间星空与田野场景的识别，智能科技服务民生。"),
    one("north and morning", "北辰星方向的定位误差小于 3 米。"),
    one("other firms", "采用国产操作系统和数据库，兼容主流服务器。"),
    one("city", "方案适用于武汉、襄阳等城市的医院。"),
    one("standards", "依据 GB/T 22239-2019 和 GB/T 25000.51-2016 测试。"),
    one("english words", "The lavatory sensor is lindqvistian in style; available soon."),
    one("decimals", "吞吐量 027.87 万次，延迟 0.27 秒，覆盖率 95.5%。"),
    Copy("default author", ("方案",), frozenset(), {"docProps/core.xml": core("Administrator", "user")}),
    Copy(
        "empty properties",
        ("方案",),
        frozenset(),
        {"docProps/core.xml": core(), "docProps/app.xml": company("")},
    ),
)
