"""The pledge that an expert signs before anything opens. A new wording is a new version; old ones are never changed."""

from app.core.digests import digest

VERSION = "2026-1"
TEXT_ZH = """本人参加本次评审（验收）工作，郑重承诺：
一、如实申报利害关系，依规回避，发现新的利害关系立即报告并停止评审；
二、以自身专业知识独立判断，不受任何单位和个人影响，不超出专业能力发表意见；
三、廉洁自律，不接受申报单位、发榜单位及其利害关系人的财物、宴请或其他利益；
四、严格保密，不复制、不留存、不对外透露申报材料、评审意见、评分情况和专家名单；
五、遵守评审纪律，评审期间不与申报单位私下接触，不表明倾向，不串通打分；
六、发现弄虚作假、违法违规行为，如实报告；
七、遇有干预评审的情形，及时向监督人员报告；
八、对本人的评分和意见负责，接受监督、询问和事后评估；
九、身体和时间条件能够保证按要求完成评审工作。
以上承诺如有违反，本人自愿承担相应责任。"""
TEXT_EN = """For my part in this review or acceptance I pledge:
1. to declare every conflict of interest and to withdraw; should a new one come to light, to report it and stop at once;
2. to judge independently by what I know, under nobody's influence, and not beyond my field;
3. to accept no money, meal or other benefit from bidders, owners or those connected with them;
4. to keep secret the bids, opinions, scores and names of experts, and to copy and keep nothing;
5. to keep the discipline of the review: no private contact with bidders, no leaning shown, no scores agreed upon;
6. to report fraud and breaches of the law as I find them;
7. to report any attempt to interfere with the review to the supervisor;
8. to answer for my scores and opinions, and to be open to supervision, questions and later evaluation;
9. that my health and time allow me to do this work as required.
Should I break this pledge, I bear the consequences."""


def text_digest() -> str:
    """The SHA-256 of version and wording: what a signature refers to."""
    return digest({"version": VERSION, "zh": TEXT_ZH, "en": TEXT_EN})
