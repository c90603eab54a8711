"""Writes all-MiniLM-L6-v2 as an ONNX graph, straight from its safetensors and without torch."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

Array = npt.NDArray[Any]

WIDTH, HEADS, LAYERS = 384, 12, 6
FILE_NAME = "minilm-1.onnx"
"""Carries the number of this writer's version: a changed graph gets a new file."""


def ensure(weights: Path, folder: Path) -> Path:
    """The graph's file in `folder`, written first if it is not there.

    Written beside and renamed, so that two servers may start at once and none reads half a file.
    """
    path = folder / FILE_NAME
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}")
        onnx.save(build(load_file(str(weights))), str(beside))
        beside.replace(path)
    return path


def build(weights: Mapping[str, Array]) -> onnx.ModelProto:
    """The model with inputs `ids` and `mask` [batch, length], int64.

    Outputs: `embedding` [batch, 384], the normalised mean of the tokens that `mask` keeps, and `tokens`
    [batch, length, 384], not normalised.
    """
    graph = Graph(weights)
    tokens = graph.embeddings()
    bias = graph.attention_bias()
    for layer in range(LAYERS):
        tokens = graph.layer(tokens, bias, f"encoder.layer.{layer}.")
    graph.finish(tokens)
    return graph.model()


class Graph:
    """A graph under construction: every method adds nodes and returns the name of what they give."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def tensor(self, value: Array) -> str:
        name = f"w{len(self.tensors)}"
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def ints(self, *values: int) -> str:
        return self.tensor(np.array(values, dtype=np.int64))

    def number(self, value: float) -> str:
        return self.tensor(np.array(value, dtype=np.float32))

    def node(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        name = output or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def linear(self, x: str, name: str) -> str:
        product = self.node("MatMul", x, self.tensor(self.weights[f"{name}.weight"].T))
        return self.node("Add", product, self.tensor(self.weights[f"{name}.bias"]))

    def norm(self, x: str, name: str) -> str:
        scale, shift = (self.tensor(self.weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.node("LayerNormalization", x, scale, shift, axis=-1, epsilon=1e-12)

    def embeddings(self) -> str:
        """Word, position and segment, added and normalised."""
        table = {
            part: self.weights[f"embeddings.{part}_embeddings.weight"]
            for part in ("word", "position", "token_type")
        }
        shape = self.node("Shape", "ids")
        length = self.node("Slice", shape, self.ints(1), self.ints(2))
        places = self.node("Slice", self.tensor(table["position"]), self.ints(0), length, self.ints(0))
        x = self.node("Gather", self.tensor(table["word"]), "ids")
        x = self.node("Add", x, places)
        x = self.node("Add", x, self.tensor(table["token_type"][0]))
        return self.norm(x, "embeddings.LayerNorm")

    def attention_bias(self) -> str:
        """0 where a token counts and a very low number where it is padding, [batch, 1, 1, length]."""
        kept = self.node("Cast", "mask", output="kept", to=TensorProto.FLOAT)
        hidden = self.node("Sub", self.number(1.0), self.node("Unsqueeze", kept, self.ints(1, 2)))
        return self.node("Mul", hidden, self.number(-1e9))

    def layer(self, x: str, bias: str, name: str) -> str:
        attended = self.linear(self.attention(x, bias, name), f"{name}attention.output.dense")
        x = self.norm(self.node("Add", attended, x), f"{name}attention.output.LayerNorm")
        grown = self.gelu(self.linear(x, f"{name}intermediate.dense"))
        shrunk = self.linear(grown, f"{name}output.dense")
        return self.norm(self.node("Add", shrunk, x), f"{name}output.LayerNorm")

    def attention(self, x: str, bias: str, name: str) -> str:
        depth = WIDTH // HEADS
        query, key, value = (
            self.heads(self.linear(x, f"{name}attention.self.{part}"), depth)
            for part in ("query", "key", "value")
        )
        scores = self.node("MatMul", query, self.node("Transpose", key, perm=[0, 1, 3, 2]))
        scaled = self.node("Mul", scores, self.number(depth**-0.5))
        weights = self.node("Softmax", self.node("Add", scaled, bias), axis=-1)
        mixed = self.node("Transpose", self.node("MatMul", weights, value), perm=[0, 2, 1, 3])
        return self.node("Reshape", mixed, self.ints(0, 0, WIDTH))

    def heads(self, x: str, depth: int) -> str:
        split = self.node("Reshape", x, self.ints(0, 0, HEADS, depth))
        return self.node("Transpose", split, perm=[0, 2, 1, 3])

    def gelu(self, x: str) -> str:
        curve = self.node("Erf", self.node("Mul", x, self.number(2**-0.5)))
        half = self.node("Mul", x, self.number(0.5))
        return self.node("Mul", half, self.node("Add", curve, self.number(1.0)))

    def finish(self, tokens: str) -> None:
        """Names the outputs: the tokens themselves and their normalised mean."""
        self.node("Identity", tokens, output="tokens")
        kept = self.node("Unsqueeze", "kept", self.ints(2))
        total = self.node("ReduceSum", self.node("Mul", tokens, kept), self.ints(1), keepdims=0)
        mean = self.node("Div", total, self.node("ReduceSum", kept, self.ints(1), keepdims=0))
        squares = self.node("ReduceSum", self.node("Mul", mean, mean), self.ints(1), keepdims=1)
        self.node("Div", mean, self.node("Sqrt", squares), output="embedding")

    def model(self) -> onnx.ModelProto:
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
            for name in ("ids", "mask")
        ]
        outputs = [
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", WIDTH]),
            helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["batch", "length", WIDTH]),
        ]
        graph = helper.make_graph(self.nodes, "minilm", inputs, outputs, self.tensors)
        # Versions that onnxruntime 1.20, the oldest we accept, can read.
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        onnx.checker.check_model(model)
        return model
