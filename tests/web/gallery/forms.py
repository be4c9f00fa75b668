"""Forms of the gallery: one of every kind of field, and rows."""

from enum import Enum

from wtforms import BooleanField, HiddenField, PasswordField

from app.core.i18n import _l
from app.web import fields, forms, rows, slots
from app.web.validators import Email, Phone, Required, RequiredIf, SameAs


class Kind(Enum):
    """A code list as the models have them."""

    RESEARCH = "tech_rd"
    SCENARIO = "scenario_build"
    PILOT = "open_test"

    @property
    def label(self) -> str:
        """What is read."""
        labels = {"tech_rd": "技术攻关类", "scenario_build": "场景建设类", "open_test": "开放测试/试点类"}
        return labels[self.value]


class Region(Enum):
    """Regions, enough for a list to wrap."""

    WUHAN = "420100"
    ENSHI = "422800"
    SHENNONGJIA = "429021"

    @property
    def label(self) -> str:
        """What is read."""
        return {"420100": "武汉市", "422800": "恩施土家族苗族自治州", "429021": "神农架林区"}[self.value]


class IndicatorRow(forms.Row):
    """One indicator."""

    name = fields.ShortText("指标名称", 60, [Required()])
    category = fields.CodeField("类别", Kind, [Required()])
    baseline = fields.ExactField("现状值")
    target = fields.ExactField("目标值", [Required()])
    unit = fields.ShortText("单位", 10)
    condition = fields.LongText("测试条件", 300, lines=2)
    is_hard = BooleanField("一票否决")
    position = HiddenField()


class EverythingForm(forms.Form):
    """One field of every kind."""

    title = fields.ShortText(
        "需求名称", 60, [Required()], description="不超过 60 字，写明场景与要解决的问题。"
    )
    uscc = fields.UsccField("统一社会信用代码", [Required()])
    email = fields.ShortText("电子邮箱", 120, [Email()])
    phone = fields.ShortText("手机号码", 20, [Phone()])
    pain_point = fields.LongText("现状与痛点", 500, [Required()], description="请写出当前的实际数值。")
    kind = fields.CodeField("需求类型", Kind, [Required()], radio=True)
    region = fields.CodeField("所在市州", Region, [Required()])
    kinds = fields.CodesField("验收方式", Kind, [Required()])
    budget = fields.MoneyField("榜单金额", [Required()], minimum=1_000_000)
    weight = fields.HundredthsField("权重")
    months = fields.CountField("完成期限（月）", minimum=1, maximum=36)
    start_on = fields.DayField("开始日期")
    closes_at = fields.MomentField("揭榜截止时间", [Required()])
    is_hidden = BooleanField("不公开榜单金额")
    band = fields.ShortText("金额区间", 40, [RequiredIf("is_hidden", True)])
    plan = slots.FileSlot("技术方案", [Required()], types=("pdf", "docx"))
    photos = slots.FileSlot("现场照片", types=("png", "jpg"), multiple=True, max_files=3)
    pledge = BooleanField("本单位承诺所填内容真实、准确、完整，并对其真实性承担责任。", [Required()])
    indicators = rows.RowsField(IndicatorRow, "考核指标", min_rows=2, max_rows=4, add_label="增加一项指标")
    secret = HiddenField()


class PasswordForm(forms.Form):
    """A password twice."""

    password = PasswordField("密码", [Required()])
    again = PasswordField("再次输入密码", [SameAs("password", _l("The two passwords are not the same"))])


class ListFilter(forms.FilterForm):
    """Filters of a list."""

    q = fields.ShortText("关键词", 60)
    region = fields.CodeField("所在市州", Region)
    kind = fields.CodeField("需求类型", Kind)
    year = fields.CountField("年度", minimum=2020, maximum=2100)
