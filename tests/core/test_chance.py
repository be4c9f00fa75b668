"""A seed's numbers never change: records rest on them."""

from app.core.chance import generator

INTEGERS = [440, 68, 359, 890, 614]
NORMALS = [1.116938946808, 0.481814365043, 0.526154859776]


def test_a_seed_stands_for_the_same_numbers_everywhere() -> None:
    drawn = generator("2026-榜单")
    assert drawn.integers(0, 1000, size=5).tolist() == INTEGERS
    assert drawn.standard_normal(3).round(12).tolist() == NORMALS
    assert generator("2026-榜单 ").integers(0, 1000, size=5).tolist() != INTEGERS
