"""A drawing as an SVG file: what maps and illustrations have, without text, whose look depends on the fonts at hand."""

import numpy as np

WIDTH, HEIGHT = 1600, 1200


def svg() -> str:
    rng = np.random.default_rng(9)
    shapes = []
    for index in range(2000):
        x, y = rng.random(2) * (WIDTH, HEIGHT)
        size = 8 + 60 * rng.random() ** 3
        fill = f"rgb({', '.join(str(value) for value in rng.integers(20, 240, 3))})"
        opacity = f"{rng.uniform(0.4, 1):.2f}"
        if index % 3 == 0:
            shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="{fill}" fill-opacity="{opacity}"/>')
        elif index % 3 == 1:
            shapes.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{2 * size:.1f}" height="{size:.1f}" rx="4" fill="url(#shade)"'
                f' stroke="{fill}" stroke-width="2" transform="rotate({rng.integers(360)} {x:.1f} {y:.1f})"/>'
            )
        else:
            dx = rng.normal(0, 2 * size, 6)
            curve = f"M{x:.1f} {y:.1f}c" + " ".join(f"{value:.1f}" for value in dx)
            shapes.append(f'<path d="{curve}" fill="none" stroke="{fill}" stroke-width="3" stroke-linecap="round"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">\n'
        '<defs><linearGradient id="shade"><stop stop-color="#fed"/><stop offset="1" stop-color="#357"/></linearGradient>'
        '</defs>\n<rect width="100%" height="100%" fill="#f8f8f4"/>\n' + "\n".join(shapes) + "\n</svg>\n"
    )
