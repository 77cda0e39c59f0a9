"""What the figures rest on: `python -m unittest driver.test_driver`."""

import unittest

import numpy as np

from . import acceptance, chart, colour, metrics
from .inputs import Input
from .quality import EDGES, LIBJPEG, Quality, encoded, shrunk, worst_patch
from .reference import lanczos
from .results import Results


class Arithmetic(unittest.TestCase):
    def test_colour_differences_are_those_of_the_paper(self):
        # Pairs 1, 4, 7, 16, 17, 20, 25 and 34 of Sharma, Wu and Dalal, 2005.
        pairs = [
            ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
            ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
            ((50, 0, 0), (50, -1, 2), 2.3669),
            ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
            ((50, 2.5, 0), (73, 25, -18), 27.1492),
            ((50, 2.5, 0), (58, 24, 15), 19.4535),
            ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
            ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
        ]
        for first, second, expected in pairs:
            found = colour.delta_e_2000(np.array([first], float), np.array([second], float))
            self.assertAlmostEqual(found[0], expected, places=4)

    def test_lab_and_xyz_are_inverse(self):
        lab = np.array([[50.0, 20.0, -30.0], [5.0, 1.0, 2.0], [100.0, 0.0, 0.0]])
        np.testing.assert_allclose(colour.xyz_to_lab(colour.lab_to_xyz(lab)), lab, atol=1e-9)

    def test_resizing_keeps_what_is_flat_and_what_is_even(self):
        np.testing.assert_allclose(lanczos(np.full((50, 2), 7.0), 13), 7)
        ramp = lanczos(np.arange(400.0), 100)
        np.testing.assert_allclose(ramp[10:-10], (np.arange(100)[10:-10] + 0.5) * 4 - 0.5, atol=0.02)

    def test_metrics_of_known_differences(self):
        flat = np.full((32, 32, 3), 100.0)
        self.assertAlmostEqual(metrics.luma_psnr(flat, flat + 1), 48.13, places=2)
        self.assertAlmostEqual(metrics.ssim(flat, flat), 1)
        self.assertGreater(metrics.chroma_psnr(flat, flat + 1), 90)

    def test_the_middles_of_a_chart_are_its_colours(self):
        np.testing.assert_allclose(chart.middles(chart.painted(chart.rgb())), chart.rgb(), atol=1e-12)

    def test_quantisation_is_gone_from_the_means_of_a_chart(self):
        wanted = colour.srgb_to_lab(chart.rgb())
        saved = encoded(shrunk(chart.painted(chart.rgb()), EDGES[0]) * 255, EDGES[0], "jpg")
        self.assertLess(worst_patch(saved, wanted), 0.25)


class Acceptance(unittest.TestCase):
    def results(self, luma_psnr: float, cpu_ms: float) -> Results:
        picture = Input("a.jpg", "", lambda path: None)
        quality = lambda value: Quality(10, 10, value, 1.0, 40.0, 1)
        found = {("a.jpg", name, edge): quality(value) for name, value in (("tintype", luma_psnr), (LIBJPEG, 39.0)) for edge in acceptance.EDGES}
        samples = {("a.jpg", "tintype"): [cpu_ms], ("a.jpg", "limit"): [10.0]}
        return Results([picture], [], {}, None, 1, samples, {}, {}, found, {}, "")

    def outcome(self, results: Results, begin: str) -> bool | None:
        return next(check.met for check in acceptance.checks(results) if check.target.startswith(begin))

    def test_a_target_is_met_missed_or_not_measured(self):
        good, bad = self.results(38.86, 8.9), self.results(38.84, 9.1)
        for begin in ("a.jpg: CPU", "a.jpg: Y-PSNR"):
            self.assertIs(self.outcome(good, begin), True)
            self.assertIs(self.outcome(bad, begin), False)
        self.assertIsNone(self.outcome(good, "b.jpg: CPU"))
        self.assertIsNone(self.outcome(good, "a.jpg: sharp ≥ 6"))


if __name__ == "__main__":
    unittest.main()
