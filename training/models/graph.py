"""Builds an ONNX graph node by node: torch's old exporter is deprecated, its new one needs a further package."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from stable_baselines3.common.torch_layers import NatureCNN

from domain.errors.records import InvalidArgument
from domain.messages import Text

OPSET: Final = 17
IR_VERSION: Final = 9  # the oldest that opset 17 allows, so that older runtimes (the Go server's) load it too
_ACTIVATIONS: Final = {torch.nn.Tanh: "Tanh", torch.nn.ReLU: "Relu"}
_DTYPES: Final = {"uint8": TensorProto.UINT8, "int64": TensorProto.INT64, "float32": TensorProto.FLOAT}


class Graph:
    """A policy's graph; tensors are referred to by name."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, shape: tuple[int, ...], dtype: str) -> str:
        """Adds an input with a batch dimension, and returns its name."""
        self._inputs.append(helper.make_tensor_value_info(name, _DTYPES[dtype], ["batch", *shape]))
        return name

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Adds a node and returns its result."""
        result = f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [result], **attributes))
        return result

    def constant(self, value: NDArray[Any] | torch.Tensor | float) -> str:
        """Adds a constant; floats as float32."""
        array = value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
        array = array.astype(np.float32) if array.dtype.kind == "f" else array
        name = f"weight_{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(array, name))
        return name

    def through(self, layers: Iterable[torch.nn.Module], tensor: str) -> str:
        """Adds layers one after the other."""
        for layer in layers:
            tensor = self._layer(layer, tensor)
        return tensor

    def output(self, name: str, tensor: str, width: int) -> None:
        """Declares a tensor [batch, width] an output of this name."""
        self._nodes.append(helper.make_node("Identity", [tensor], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", width]))

    def model(self) -> onnx.ModelProto:
        """Returns the checked model."""
        graph = helper.make_graph(self._nodes, "policy", self._inputs, self._outputs, self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        onnx.checker.check_model(model, full_check=True)
        return model

    def _layer(self, layer: torch.nn.Module, tensor: str) -> str:
        if isinstance(layer, torch.nn.Sequential | NatureCNN):
            return self.through(layer.children(), tensor)
        if isinstance(layer, torch.nn.Linear):
            return self.node("Gemm", tensor, self.constant(layer.weight), self.constant(layer.bias), transB=1)
        if isinstance(layer, torch.nn.Conv2d):
            return self._convolution(layer, tensor)
        if isinstance(layer, torch.nn.Flatten):
            return self.node("Flatten", tensor, axis=1)
        if type(layer) in _ACTIVATIONS:
            return self.node(_ACTIVATIONS[type(layer)], tensor)
        raise InvalidArgument(Text(f"There is no export for a layer of type {type(layer).__name__}."))

    def _convolution(self, layer: torch.nn.Conv2d, tensor: str) -> str:
        weights = [self.constant(each) for each in (layer.weight, layer.bias) if each is not None]
        pads = [*layer.padding, *layer.padding] if not isinstance(layer.padding, str) else [0, 0, 0, 0]
        return self.node("Conv", tensor, *weights, strides=list(layer.stride), pads=list(map(int, pads)))
