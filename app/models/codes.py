"""The code lists of the programme: what is stored is the code, what is read is the wording."""

from app.core.i18n import _l
from app.models.base import Coded


class Field(Coded):
    """The sixteen key fields of Hubei's 2020 plan for AI scenarios."""

    F01 = "F01", _l("Intelligent manufacturing")
    F02 = "F02", _l("Intelligent connected vehicles")
    F03 = "F03", _l("Intelligent BeiDou")
    F04 = "F04", _l("Intelligent construction")
    F05 = "F05", _l("Smart agriculture")
    F06 = "F06", _l("Smart home")
    F07 = "F07", _l("Smart education")
    F08 = "F08", _l("Smart healthcare")
    F09 = "F09", _l("Smart health and elder care")
    F10 = "F10", _l("Smart city")
    F11 = "F11", _l("Smart Two Rivers (Yangtze and Han)")
    F12 = "F12", _l("Smart transport")
    F13 = "F13", _l("Smart culture and tourism")
    F14 = "F14", _l("Blockchain")
    F15 = "F15", _l("Intelligent cybersecurity")
    F16 = "F16", _l("Smart public security")


class Category(Coded):
    """The "AI plus" headings of Hubei's 2025 opinions, section 4."""

    A1 = "A1", _l("AI + research")
    A2 = "A2", _l("AI + industry")
    A3 = "A3", _l("AI + agriculture")
    A4 = "A4", _l("AI + modern services")
    A5 = "A5", _l("AI + construction")
    B1 = "B1", _l("AI + government affairs")
    B2 = "B2", _l("AI + safety governance")
    B3 = "B3", _l("AI + ecological governance")
    B9 = "B9", _l("Other governance")
    C1 = "C1", _l("AI + education")
    C2 = "C2", _l("AI + healthcare")
    C3 = "C3", _l("AI + transport")
    C4 = "C4", _l("AI + consumption")
    C9 = "C9", _l("Other livelihood")


class Region(Coded):
    """Hubei's seventeen regions by GB/T 2260, the province, and the other provinces for bidders from outside."""

    HUBEI = "420000", _l("Hubei Province")
    WUHAN = "420100", _l("Wuhan")
    HUANGSHI = "420200", _l("Huangshi")
    SHIYAN = "420300", _l("Shiyan")
    YICHANG = "420500", _l("Yichang")
    XIANGYANG = "420600", _l("Xiangyang")
    EZHOU = "420700", _l("Ezhou")
    JINGMEN = "420800", _l("Jingmen")
    XIAOGAN = "420900", _l("Xiaogan")
    JINGZHOU = "421000", _l("Jingzhou")
    HUANGGANG = "421100", _l("Huanggang")
    XIANNING = "421200", _l("Xianning")
    SUIZHOU = "421300", _l("Suizhou")
    ENSHI = "422800", _l("Enshi")
    XIANTAO = "429004", _l("Xiantao")
    QIANJIANG = "429005", _l("Qianjiang")
    TIANMEN = "429006", _l("Tianmen")
    SHENNONGJIA = "429021", _l("Shennongjia")
    BEIJING = "110000", _l("Beijing")
    TIANJIN = "120000", _l("Tianjin")
    HEBEI = "130000", _l("Hebei")
    SHANXI = "140000", _l("Shanxi")
    INNER_MONGOLIA = "150000", _l("Inner Mongolia")
    LIAONING = "210000", _l("Liaoning")
    JILIN = "220000", _l("Jilin")
    HEILONGJIANG = "230000", _l("Heilongjiang")
    SHANGHAI = "310000", _l("Shanghai")
    JIANGSU = "320000", _l("Jiangsu")
    ZHEJIANG = "330000", _l("Zhejiang")
    ANHUI = "340000", _l("Anhui")
    FUJIAN = "350000", _l("Fujian")
    JIANGXI = "360000", _l("Jiangxi")
    SHANDONG = "370000", _l("Shandong")
    HENAN = "410000", _l("Henan")
    HUNAN = "430000", _l("Hunan")
    GUANGDONG = "440000", _l("Guangdong")
    GUANGXI = "450000", _l("Guangxi")
    HAINAN = "460000", _l("Hainan")
    CHONGQING = "500000", _l("Chongqing")
    SICHUAN = "510000", _l("Sichuan")
    GUIZHOU = "520000", _l("Guizhou")
    YUNNAN = "530000", _l("Yunnan")
    TIBET = "540000", _l("Tibet")
    SHAANXI = "610000", _l("Shaanxi")
    GANSU = "620000", _l("Gansu")
    QINGHAI = "630000", _l("Qinghai")
    NINGXIA = "640000", _l("Ningxia")
    XINJIANG = "650000", _l("Xinjiang")
    TAIWAN = "710000", _l("Taiwan")
    HONG_KONG = "810000", _l("Hong Kong")
    MACAO = "820000", _l("Macao")


HUBEI_REGIONS = tuple(
    region for region in Region if region.value.startswith("42") and region is not Region.HUBEI
)


class OrganisationType(Coded):
    """Kinds of organisation."""

    ENTERPRISE_SOE = "enterprise_soe", _l("State-owned enterprise")
    ENTERPRISE_PRIVATE = "enterprise_private", _l("Private enterprise")
    ENTERPRISE_FOREIGN = "enterprise_foreign", _l("Foreign-invested enterprise")
    INSTITUTION_HOSPITAL = "institution_hospital", _l("Hospital")
    INSTITUTION_SCHOOL = "institution_school", _l("School or university")
    INSTITUTION_RESEARCH = "institution_research", _l("Research institute")
    INSTITUTION_OTHER = "institution_other", _l("Other public institution")
    GOV_AGENCY = "gov_agency", _l("Government body")
    SUBDISTRICT_COMMUNITY = "subdistrict_community", _l("Sub-district or community")
    INDUSTRIAL_PARK = "industrial_park", _l("Industrial park")
    SOCIAL_ORG = "social_org", _l("Social organisation")


class DemandType(Coded):
    """Kinds of demand."""

    TECH_RD = "tech_rd", _l("Technology research")
    SCENARIO_BUILD = "scenario_build", _l("Scenario construction")
    RESULT_TRANSFER = "result_transfer", _l("Transfer of results")
    OPEN_TEST = "open_test", _l("Open test or pilot")


class FundingSource(Coded):
    """Where a demand's money comes from."""

    OWNER_PAID = "owner_paid", _l("Paid by the demand owner")
    FISCAL_PRE = "fiscal_pre", _l("Fiscal pre-subsidy")
    FISCAL_POST_PLANNED = "fiscal_post_planned", _l("Planned fiscal post-subsidy")
    FISCAL_AWARD = "fiscal_award", _l("Fiscal award after success")
    SUBSIDY_TO_USER = "subsidy_to_user", _l("Subsidy to the user")
    SUBSIDY_TO_PROVIDER = "subsidy_to_provider", _l("Subsidy to the provider")
    LOAN_DISCOUNT = "loan_discount", _l("Loan discount")
    EQUITY = "equity", _l("Equity investment")
    COMPUTE_VOUCHER = "compute_voucher", _l("Compute voucher")
    IN_KIND = "in_kind", _l("Contribution in kind")


class BudgetSource(Coded):
    """Where a bid's and a contract's money comes from."""

    OWNER = "owner", _l("Demand owner")
    PROVINCE = "province", _l("Provincial funds")
    CITY = "city", _l("City funds")
    SELF = "self", _l("Self-raised funds")
    OTHER = "other", _l("Other source")


class CostItem(Coded):
    """What a bid's money is spent on."""

    EQUIPMENT = "equipment", _l("Equipment")
    MATERIAL = "material", _l("Materials")
    TESTING = "testing", _l("Testing")
    OUTSOURCING = "outsourcing", _l("Outsourcing")
    TRAVEL = "travel", _l("Travel and meetings")
    IP = "ip", _l("Intellectual property")
    STAFF = "staff", _l("Staff")
    INDIRECT = "indirect", _l("Indirect costs")


class IpOwnership(Coded):
    """Who owns what is made."""

    OWNER = "owner", _l("Demand owner owns")
    BIDDER = "bidder", _l("Bidder owns")
    JOINT = "joint", _l("Joint ownership")
    BIDDER_WITH_OWNER_FREE_USE = "bidder_with_owner_free_use", _l("Bidder owns, owner uses free of charge")
    NEGOTIATE = "negotiate", _l("To be negotiated")


class ProcurementRoute(Coded):
    """How a demand paid with public money is bought in law."""

    PRIVATE_CONTRACT = "private_contract", _l("Private contract, no public money")
    PUBLIC_TENDER = "public_tender", _l("Public tender to follow")
    COOPERATIVE_INNOVATION = "cooperative_innovation", _l("Cooperative innovation procurement")
    FIRST_PURCHASE = "first_purchase", _l("First purchase order")


class Process(Coded):
    """Kinds of process."""

    BID_FIRST = "bid_first", _l("Bid first, contract after")
    MATCH_FIRST = "match_first", _l("Match first, review after")


class AwardMode(Coded):
    """How many take a demand on."""

    SINGLE = "single", _l("One winner")
    RANKED_POOL = "ranked_pool", _l("Several winners by rank")
    HORSE_RACE = "horse_race", _l("Parallel lanes (horse race)")


class LaneStatus(Coded):
    """Where a winner stands in a pool or a horse race."""

    LEAD = "lead", _l("Selected unit")
    POTENTIAL = "potential", _l("Potential unit")
    OUT = "out", _l("Out of the race")


class IndicatorCategory(Coded):
    """Kinds of assessment indicator."""

    TECHNICAL = "technical", _l("Technical")
    FUNCTION = "function", _l("Function")
    PERFORMANCE = "performance", _l("Performance")
    APPLICATION = "application", _l("Application")
    ECONOMIC = "economic", _l("Economic")
    SOCIAL = "social", _l("Social")
    SAFETY = "safety", _l("Safety")
    COMPLIANCE = "compliance", _l("Compliance")


class Operator(Coded):
    """How a measured value is compared with the target."""

    GE = "ge", "≥"
    LE = "le", "≤"
    EQ = "eq", "="
    APPROX = "approx", "≈"
    RANGE = "range", _l("Range")


class Deviation(Coded):
    """How a bid answers an indicator."""

    NONE = "none", _l("No deviation")
    BETTER = "better", _l("Better")
    WORSE = "worse", _l("Worse")


class Deliverable(Coded):
    """Kinds of deliverable."""

    SYSTEM = "system", _l("System")
    MODEL = "model", _l("Model")
    DATASET = "dataset", _l("Data set")
    EQUIPMENT = "equipment", _l("Device")
    REPORT = "report", _l("Report")
    STANDARD = "standard", _l("Standard")
    PATENT = "patent", _l("Patent")
    PAPER = "paper", _l("Paper")


class AcceptanceMethod(Coded):
    """How results are accepted."""

    THIRD_PARTY_TEST = "third_party_test", _l("Third-party test")
    LIVE_TRIAL = "live_trial", _l("Live trial")
    USER_REVIEW = "user_review", _l("User review")
    AUDIT = "audit", _l("Financial audit")


class Sensitivity(Coded):
    """How sensitive provided data is."""

    PUBLIC = "public", _l("Public data")
    INTERNAL = "internal", _l("Internal data")
    SENSITIVE = "sensitive", _l("Sensitive data")
    PERSONAL = "personal", _l("Personal information")
    IMPORTANT = "important", _l("Important data")


class DataAccess(Coded):
    """How provided data is reached."""

    DOWNLOAD = "download", _l("Download")
    ON_SITE = "on_site", _l("On site")
    SANDBOX = "sandbox", _l("Sandbox")
    API = "api", _l("API")
    PRIVACY_COMPUTING = "privacy_computing", _l("Usable but not visible")


class SafetyRequirement(Coded):
    """Safety and compliance that a scenario asks for."""

    MLPS = "mlps", _l("Classified protection (MLPS)")
    GEN_AI_FILING = "gen_ai_filing", _l("Generative AI filing")
    ALGORITHM_FILING = "algorithm_filing", _l("Algorithm filing")
    MEDICAL_DEVICE = "medical_device", _l("Medical device registration")
    PIA = "pia", _l("Personal information impact assessment")
    ETHICS = "ethics", _l("Ethics review")
    NONE = "none", _l("No special requirement")


class ConditionKind(Coded):
    """Kinds of condition on bidders."""

    QUALIFICATION = "qualification", _l("Qualification")
    EXPERIENCE = "experience", _l("Experience")
    TEAM = "team", _l("Team")
    REGION = "region", _l("Place of business")


class Replicability(Coded):
    """How far a result can spread."""

    UNIT = "unit", _l("Own unit")
    INDUSTRY = "industry", _l("Industry")
    CITY = "city", _l("City")
    PROVINCE = "province", _l("Province")
    NATION = "nation", _l("Nation")
