"""What is shown of a file, beside its bytes."""

from pydantic import BaseModel

from domain.artifacts.figures import FileFigure
from domain.artifacts.kinds import Kind
from domain.artifacts.tables import FileTable


class OnnxTensor(BaseModel):
    """An input, an output or a stored tensor of a model; a size that the model leaves open is a name, or None."""

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
    """How a file is shown; what its kind does not have is None. `version` is another one once the file is."""

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
    """A line that has what was looked for, and the byte at which it begins."""

    at: int
    line: str


class FoundLines(BaseModel):
    """In the order of the search; what lies beyond byte `searched_to` was not searched."""

    lines: list[FoundLine]
    searched_to: int
    size: int
