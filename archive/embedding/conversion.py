"""all-MiniLM-L6-v2 from its safetensors weights to an ONNX graph that pools and normalises, without torch.

The graph is BERT as published (Devlin et al. 2019; six layers of twelve heads), then the mean over the
tokens that the mask lets through, then length 1: what Sentence Transformers computes for this model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

__all__ = ["convert"]

_OPSET = 17
_IR_VERSION = 8
_MASKED = np.float32(-10000)  # BERT's own constant for scores of padding


def convert(weights: Path, config: Path) -> bytes:
    """The serialised ONNX model.

    Inputs `input_ids`, `attention_mask`, `token_type_ids`: (batch, tokens) int64; output `embedding`: (batch, 384).
    """
    settings = json.loads(config.read_text())
    tensors = {name.removeprefix("bert."): w for name, w in load_file(weights).items()}
    graph = _Graph(tensors, float(settings["layer_norm_eps"]))
    graph.encoder(settings["num_hidden_layers"], settings["hidden_size"], settings["num_attention_heads"])
    return graph.serialise(settings["hidden_size"])


class _Graph:
    """Collects the nodes and constants of one ONNX graph; every method returns the name of a value."""

    def __init__(self, tensors: Mapping[str, NDArray[np.float32]], epsilon: float) -> None:
        self.tensors = tensors
        self.epsilon = epsilon
        self.constants: list[TensorProto] = []
        self.nodes: list[onnx.NodeProto] = []

    def constant(self, value: NDArray[np.generic] | np.generic) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def integers(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def weight(self, name: str) -> str:
        return self.constant(self.tensors[name].astype(np.float32))

    def op(self, kind: str, *inputs: str, output: str = "", **attributes: int | float | Sequence[int]) -> str:
        output = output or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], None, None, None, None, **attributes))
        return output

    def layer_norm(self, x: str, name: str) -> str:
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=self.epsilon)

    def linear(self, x: str, name: str) -> str:
        kernel = self.constant(self.tensors[f"{name}.weight"].T.astype(np.float32))
        return self.op("Add", self.op("MatMul", x, kernel), self.weight(f"{name}.bias"))

    def encoder(self, layers: int, size: int, heads: int) -> None:
        mask = self.op("Cast", "attention_mask", to=TensorProto.FLOAT)
        absent = self.op("Sub", self.constant(np.float32(1)), self.op("Unsqueeze", mask, self.integers(1, 2)))
        penalty = self.op("Mul", absent, self.constant(_MASKED))
        x = self.embeddings()
        for layer in range(layers):
            x = self.layer(x, f"encoder.layer.{layer}.", penalty, size // heads, heads)
        self.pool(x, mask)

    def embeddings(self) -> str:
        length = self.op("Gather", self.op("Shape", "input_ids"), self.integers(1))
        table = self.weight("embeddings.position_embeddings.weight")
        positions = self.op("Slice", table, self.integers(0), length, self.integers(0))
        words = self.op("Gather", self.weight("embeddings.word_embeddings.weight"), "input_ids")
        kinds = self.op("Gather", self.weight("embeddings.token_type_embeddings.weight"), "token_type_ids")
        return self.layer_norm(self.op("Add", self.op("Add", words, kinds), positions), "embeddings.LayerNorm")

    def layer(self, x: str, name: str, penalty: str, width: int, heads: int) -> str:
        def split(projection: str) -> str:
            projected = self.linear(x, f"{name}attention.self.{projection}")
            return self.op(
                "Transpose", self.op("Reshape", projected, self.integers(0, 0, heads, width)), perm=[0, 2, 1, 3]
            )

        query, key, value = split("query"), split("key"), split("value")
        scores = self.op("MatMul", query, self.op("Transpose", key, perm=[0, 1, 3, 2]))
        scores = self.op("Div", scores, self.constant(np.float32(np.sqrt(width))))
        weights = self.op("Softmax", self.op("Add", scores, penalty), axis=-1)
        mixed = self.op("Transpose", self.op("MatMul", weights, value), perm=[0, 2, 1, 3])
        mixed = self.op("Reshape", mixed, self.integers(0, 0, heads * width))
        attended = self.op("Add", self.linear(mixed, f"{name}attention.output.dense"), x)
        x = self.layer_norm(attended, f"{name}attention.output.LayerNorm")
        inner = self.gelu(self.linear(x, f"{name}intermediate.dense"))
        out = self.op("Add", self.linear(inner, f"{name}output.dense"), x)
        return self.layer_norm(out, f"{name}output.LayerNorm")

    def gelu(self, x: str) -> str:
        erf = self.op("Erf", self.op("Div", x, self.constant(np.float32(np.sqrt(2)))))
        half = self.constant(np.float32(0.5))
        return self.op("Mul", self.op("Mul", x, self.op("Add", erf, self.constant(np.float32(1)))), half)

    def pool(self, x: str, mask: str) -> None:
        present = self.op("Unsqueeze", mask, self.integers(2))
        total = self.op("ReduceSum", self.op("Mul", x, present), self.integers(1), keepdims=0)
        mean = self.op("Div", total, self.op("ReduceSum", present, self.integers(1), keepdims=0))
        squares = self.op("ReduceSum", self.op("Mul", mean, mean), self.integers(1), keepdims=1)
        self.op("Div", mean, self.op("Sqrt", squares), output="embedding")

    def serialise(self, size: int) -> bytes:
        names = ("input_ids", "attention_mask", "token_type_ids")
        inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"]) for n in names]
        outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", size])]
        graph = helper.make_graph(self.nodes, "all-MiniLM-L6-v2", inputs, outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
        onnx.checker.check_model(model)
        serialised: bytes = model.SerializeToString()
        return serialised
