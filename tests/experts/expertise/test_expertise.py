"""The expertise score on a small made-up set, and the figures of its evaluation."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.experts.expertise.evaluation import evaluate, main
from app.experts.expertise.scoring import Profile, Subject, Weights, scores
from app.experts.expertise.text import features, similarities

SUBJECTS = {
    "castings": "铸件表面缺陷的机器视觉检测，要求识别砂眼、气孔和裂纹",
    "harvest": "丘陵柑橘采摘机器人的末端执行器与路径规划",
    "grid": "Forecasting the load of a regional power grid with weather data",
}
PROFILES = {
    "vision": ["基于深度学习的铸件表面裂纹检测方法", "机器视觉在砂眼识别中的应用"],
    "robots": ["果园采摘机器人路径规划研究", "柔性末端执行器设计"],
    "energy": ["Load forecasting for power grids", "Weather data in demand forecasts", "区域电网负荷预测"],
}
BEST = {"vision": "castings", "robots": "harvest", "energy": "grid"}


def subjects() -> list[Subject]:
    return [Subject(key, text, ("F01", "F02")) for key, text in SUBJECTS.items()]


def profile(key: str, **changes: object) -> Profile:
    found: dict[str, object] = {"items": tuple(PROFILES[key]), "fields": frozenset(), "ratings": {}}
    return Profile(key, **(found | changes))  # type: ignore[arg-type]


def write(folder: Path, ratings: str) -> Path:
    (folder / "subjects").mkdir()
    for key, text in SUBJECTS.items():
        (folder / "subjects" / f"{key}.txt").write_text(text, encoding="utf-8")
    for key, items in PROFILES.items():
        (folder / "experts" / key).mkdir(parents=True)
        for number, text in enumerate(items):
            (folder / "experts" / key / f"{number}.txt").write_text(text, encoding="utf-8")
    (folder / "ratings.csv").write_text(ratings, encoding="utf-8")
    return folder


def rated(best: int, other: int) -> str:
    lines = [
        f"{expert},{subject},{best if BEST[expert] == subject else other}"
        for expert in PROFILES
        for subject in SUBJECTS
    ]
    return "expert,subject,rating\n" + "\n".join(lines)


def test_finds_whose_work_fits_in_both_languages() -> None:
    found = scores(subjects(), [profile(key) for key in PROFILES])
    for expert, subject in BEST.items():
        mine = found[subject, expert]
        assert all(mine.value > found[subject, other].value for other in PROFILES if other != expert)


def test_takes_words_characters_and_neighbours() -> None:
    found = features("铸件的裂纹检测 Power Grids C++ ＡＩ")
    assert {"铸件", "裂纹检测", "铸件 裂纹检测", "power", "grid", "power grid", "c++", "ai"} <= set(found)
    assert found["\u4e8c:裂纹"] == 1
    assert "the" not in features("the grid")


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4), st.lists(st.text(max_size=30), max_size=4))
def test_a_similarity_is_a_share(left: list[str], right: list[str]) -> None:
    found = similarities(left, right)
    assert found.shape == (len(left), len(right))
    assert ((found >= 0) & (found <= 1)).all()


def test_a_text_is_most_like_itself() -> None:
    texts = list(SUBJECTS.values())
    found = similarities(texts, texts)
    assert found.diagonal() == pytest.approx(1)
    assert (found.argmax(axis=1) == range(len(texts))).all()


def test_a_missing_part_gives_its_weight_to_the_others() -> None:
    bare = profile("vision", items=(), fields=frozenset({"F01"}))
    assert scores(subjects(), [bare])["castings", "vision"].value == 1000
    half = profile("vision", items=(), fields=frozenset({"F02"}), ratings={"castings": 900})
    found = scores(subjects(), [half], Weights(text=60, fields=30, own=10))["castings", "vision"]
    assert (found.text, found.fields, found.own) == (None, 500, 900)
    assert found.value == (30 * 500 + 10 * 900) // 40


def test_the_parts_make_the_score_by_their_weights() -> None:
    one = profile("robots", fields=frozenset({"F01"}), ratings={"harvest": 200})
    found = scores(subjects(), [one], Weights(50, 30, 20))["harvest", "robots"]
    assert found.text is not None
    assert found.value == round((50 * found.text + 30 * 1000 + 20 * 200) / 100)


def test_the_loss_is_nothing_for_the_experts_own_order_and_all_for_the_reverse(tmp_path: Path) -> None:
    for name, text, loss in (("good", rated(5, 1), 0.0), ("bad", rated(1, 5), 1.0)):
        folder = tmp_path / name
        folder.mkdir()
        found = evaluate(write(folder, text))
        assert found.loss == loss
        assert (found.experts, found.subjects, found.pairs) == (3, 3, 6)
        assert found.low == found.high == loss


def test_a_pair_counts_by_how_far_its_ratings_lie_apart(tmp_path: Path) -> None:
    text = "expert,subject,rating\nvision,castings,5\nvision,harvest,1\nrobots,harvest,2\nrobots,castings,3"
    found = evaluate(write(tmp_path, text))
    # 4 of 5 are in order, the one of weight 1 is not.
    assert found.loss == pytest.approx(0.2)


def test_a_tie_counts_half(tmp_path: Path) -> None:
    folder = write(tmp_path, "expert,subject,rating\nvision,grid,2\nvision,other,5")
    (folder / "subjects" / "other.txt").write_text("zebra quilt", encoding="utf-8")
    assert evaluate(folder).loss == 0.5


def test_prints_the_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(write(tmp_path, rated(5, 1)))]) == 0
    assert "weighted Kendall loss 0.0000" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("ratings", "sentence"),
    [
        ("expert,subject\nvision,grid", "line 2: expert, subject and a number"),
        ("expert,subject,rating\nvision,grid,much", "line 2: expert, subject and a number"),
        ("expert,subject,rating\nnobody,grid,3", "nobody or grid has no texts"),
        ("expert,subject,rating\nvision,grid,3", "nothing to order"),
    ],
)
def test_says_what_is_wrong_with_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ratings: str, sentence: str
) -> None:
    assert main([str(write(tmp_path, ratings))]) == 2
    assert sentence in capsys.readouterr().err


def test_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main([str(tmp_path)]) == 2
    assert "holds no .txt files" in capsys.readouterr().err
