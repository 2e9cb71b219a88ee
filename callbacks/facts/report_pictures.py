"""The pictures and videos in a report, one at a time in memory."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from dash import html

from components.links import href
from components.report import sections
from components.report.html_text import html_text
from components.texts import words
from components.texts.language import _
from components.texts.translate import translate
from domain.tracking.runs import Run
from services.connect import Services
from services.report.pictures import MAX_BYTES, Picture, Pictures


def pictures(services: Services, runs: Sequence[Run], base: str) -> Iterator[str]:
    """Yields the pictures and videos of these runs as HTML; `base` is the address of the page with the comparison."""
    found, is_begun = Pictures(services.artifacts, runs), False
    for picture in found.all():
        if not is_begun:
            yield html_text(html.H2(_("Pictures and videos")), "") + '<div class="pictures">\n'
            is_begun = True
        yield from _shown(picture, base)
    if is_begun:
        yield "</div>\n"
    yield sections.notes(_about_pictures(found))


def _shown(picture: Picture, base: str) -> Iterator[str]:
    file, run = picture.file, picture.run
    step = _("without a step") if file.step is None else _("Step %(n)s", n=words.count(file.step))
    caption = f"{file.key} · {run.name or run.run_id[:8]} · {step}"
    if picture.content is not None:
        yield from sections.picture(picture.content, picture.media_type, caption)
        return
    page = href(f"/api/runs/{quote(run.run_id)}/artifacts/file")
    place = f"{page}{'&' if '?' in page else '?'}path={quote(file.path, safe='')}"
    yield sections.caption_only(caption, place, base)


def _about_pictures(found: Pictures) -> list[str]:
    parts = []
    if found.left_out:
        most = words.count(MAX_BYTES >> 20)
        text = _(
            "Left out: %(n)s, because they are not pictures or would make the file larger than %(most)s MiB of"
            " pictures."
        )
        parts.append(text % {"n": words.count(found.left_out), "most": most})
    if found.is_cut:
        parts.append(_("Not all pictures were read in time."))
    return parts + list(dict.fromkeys(translate(error) for error in found.failures))
