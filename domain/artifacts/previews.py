"""What is shown of a file besides its bytes."""

from pydantic import BaseModel

from domain.artifacts.figures import FileFigure
from domain.artifacts.kinds import Kind
from domain.artifacts.tables import FileTable


class OnnxTensor(BaseModel):
    """An input, an output or a weight of a model; a dimension without a fixed size is a name or None."""

    name: str
    element_type: str
    shape: list[int | str | None]


class OnnxFacts(BaseModel):
    """A model by its tensors; `weights` are the first of `weights_in_all`."""

    producer: str = ""
    inputs: list[OnnxTensor] = []
    outputs: list[OnnxTensor] = []
    weights: list[OnnxTensor] = []
    weights_in_all: int = 0
    nodes: int = 0


class Preview(BaseModel):
    """How a file is shown; fields that do not apply to its kind are None. `version` changes with the file."""

    kind: Kind
    size_bytes: int
    version: str | None = None
    width: int | None = None
    height: int | None = None
    table: FileTable | None = None
    figure: FileFigure | None = None
    onnx: OnnxFacts | None = None
    text: str | None = None


class FoundLine(BaseModel):
    """A line that contains the searched text, and the byte offset of its beginning."""

    at: int
    line: str


class FoundLines(BaseModel):
    """The matching lines in the order of the search; bytes from `searched_to` on were not searched."""

    lines: list[FoundLine]
    searched_to: int
    size: int
