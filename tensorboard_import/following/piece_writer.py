"""Writes a piece of an event file into a run: parameters, texts and pictures, then points with the file's progress."""

from tensorboard_import.folders.event_file import Piece
from tensorboard_import.folders.folder_files import OpenedFile
from tensorboard_import.reading.events import Content
from tensorboard_import.reading.param_tables import params_in
from tensorboard_import.writing.batches import batches
from tensorboard_import.writing.imported_run import ImportedRun
from tensorboard_import.writing.run_tags import FileProgress


class PieceWriter:
    """Writes pieces, and counts the points; raises the errors of MLflow's calls, OSError and Stopped."""

    def __init__(self) -> None:
        self.points = 0

    def add_texts(self, run: ImportedRun, file: OpenedFile, content: Content) -> None:
        """Writes everything except points."""
        run.add_params(content.params)
        for text in content.texts:
            found = params_in(text.text)
            run.add_text(text) if found is None else run.add_params(found)
        for picture in content.pictures:
            run.add_picture(picture, file.id)
        run.others.update(content.others)

    def log_points(self, run: ImportedRun, file: OpenedFile, piece: Piece, content: Content) -> None:
        """Logs the points, each batch with the file's progress, and moves the position in the file."""
        top, last_ms = file.top, file.last_ms
        before = piece.begins
        for batch in batches(content.points, run.names):
            top = batch.top if top is None else max(top, batch.top)
            last_ms = max(last_ms or 0, batch.last_ms)
            # Up to the record in which the next batch begins, which may contain points of this one, too.
            before = piece.ends if batch.place is None else piece.begins + batch.place - 12
            run.log(batch, file.id, _progress(file, before, top, last_ms))
            self.points += len(batch.metrics)
        file.top, file.last_ms = top, last_ms
        file.move(piece)
        if before != piece.ends or content.others:
            run.note_progress(file.id, _progress(file, piece.ends, top, last_ms))


def _progress(file: OpenedFile, offset: int, top: int | None, last_ms: int | None) -> FileProgress:
    return FileProgress(name=file.path.name, offset=offset, head=file.head, top=top, last_ms=last_ms)
