"""The used fields of TensorBoard's Event message, with TensorFlow's field numbers, but without its package.

From tensorflow/core/util/event.proto, framework/summary.proto and tensor.proto, and from the HParams plugin's
plugin_data.proto.
"""

from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, struct_pb2

_PACKAGE: Final = "clew.tensorboard"
_SCALAR: Final = {"double": 1, "float": 2, "int64": 3, "uint64": 4, "int32": 5, "bool": 8, "string": 9, "bytes": 12}
# message: field: (number, type); a type with [] is repeated, one in braces the value of a map from strings.
_MESSAGES: Final[dict[str, dict[str, tuple[int, str]]]] = {
    "Event": {
        "wall_time": (1, "double"),
        "step": (2, "int64"),
        "file_version": (3, "string"),
        "summary": (5, "Summary"),
        "session_log": (7, "SessionLog"),
    },
    "SessionLog": {"status": (1, "int32")},
    "Summary": {"value": (1, "Value[]")},
    "Value": {
        "tag": (1, "string"),
        "simple_value": (2, "float"),
        "image": (4, "Image"),
        "histo": (5, "Unread"),
        "audio": (6, "Unread"),
        "node_name": (7, "string"),
        "tensor": (8, "Tensor"),
        "metadata": (9, "Metadata"),
    },
    "Unread": {},
    "Image": {"height": (1, "int32"), "width": (2, "int32"), "encoded_image_string": (4, "bytes")},
    "Metadata": {"plugin_data": (1, "PluginData"), "data_class": (4, "int32")},
    "PluginData": {"plugin_name": (1, "string"), "content": (2, "bytes")},
    "Tensor": {
        "dtype": (1, "int32"),
        "tensor_shape": (2, "Shape"),
        "tensor_content": (4, "bytes"),
        "float_val": (5, "float[]"),
        "double_val": (6, "double[]"),
        "int_val": (7, "int32[]"),
        "string_val": (8, "bytes[]"),
        "int64_val": (10, "int64[]"),
        "bool_val": (11, "bool[]"),
        "half_val": (13, "int32[]"),
        "uint32_val": (16, "int64[]"),
        "uint64_val": (17, "uint64[]"),
    },
    "Shape": {"dim": (2, "Dim[]")},
    "Dim": {"size": (1, "int64")},
    "HParams": {"session_start_info": (3, "SessionStart")},
    "SessionStart": {"hparams": (1, "{google.protobuf.Value}")},
}


def _field(name: str, number: int, kind: str, owner: str) -> descriptor_pb2.FieldDescriptorProto:
    field = descriptor_pb2.FieldDescriptorProto(name=name, number=number, label=1)
    if kind.endswith("[]") or kind.startswith("{"):
        field.label, kind = 3, f"{owner}.{name.title()}Entry" if kind.startswith("{") else kind.removesuffix("[]")
    if kind in _SCALAR:
        field.type = _SCALAR[kind]
    else:
        field.type, field.type_name = 11, kind if kind.startswith(".") else f".{_PACKAGE}.{kind}"
    # As in a oneof: the presence of a 0 is known, too.
    field.proto3_optional = field.label == 1 and field.type != 11
    return field


def _message(name: str, fields: dict[str, tuple[int, str]]) -> descriptor_pb2.DescriptorProto:
    made = descriptor_pb2.DescriptorProto(name=name)
    for field_name, (number, kind) in fields.items():
        field = made.field.add()
        field.CopyFrom(_field(field_name, number, kind, name))
        if field.proto3_optional:
            field.oneof_index = len(made.oneof_decl)
            made.oneof_decl.add(name=f"_{field_name}")
        if kind.startswith("{"):
            entry = made.nested_type.add(name=f"{field_name.title()}Entry")
            entry.options.map_entry = True
            entry.field.add(name="key", number=1, label=1, type=9)
            entry.field.add(name="value", number=2, label=1, type=11, type_name="." + kind.strip("{}"))
    return made


def _classes() -> dict[str, type[Any]]:
    file = descriptor_pb2.FileDescriptorProto(name="clew/tensorboard.proto", package=_PACKAGE, syntax="proto3")
    file.dependency.append(struct_pb2.DESCRIPTOR.name)
    file.message_type.extend(_message(name, fields) for name, fields in _MESSAGES.items())
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    found: dict[str, type[Any]] = message_factory.GetMessageClassesForFiles([file.name], pool)
    return found


_CLASSES: Final = _classes()
# The classes are generated at runtime, invisible to type checkers.
Event: Final[Any] = _CLASSES[f"{_PACKAGE}.Event"]
HParams: Final[Any] = _CLASSES[f"{_PACKAGE}.HParams"]
