"""Every setting of an experiment: the only place with its default, range, unit and help text.

Forms, TOML files, the command line, validation messages and help are all made from these models; see
`engine.settings` for the reading and writing.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError


def setting(
    default: Any,
    title: str,
    help: str,
    *,
    ge: float | None = None,
    le: float | None = None,
    unit: str = "",
    advanced: bool = False,
    labels: dict[str, str] | None = None,
    step: float | None = None,
    nothing: str = "",
) -> Any:
    """A field with everything that a form needs to show it.

    `labels` names the choices of a Literal; `step` is how far one click of a spin box goes; `nothing` says what it means
    that a setting which may be empty is empty.
    """
    extra: dict[str, Any] = {
        "unit": unit,
        "advanced": advanced,
        "labels": labels or {},
        "step": step,
        "nothing": nothing,
    }
    return Field(default, title=title, description=help, ge=ge, le=le, json_schema_extra=extra)


class Settings(BaseModel):
    """Base of all settings: unknown names are refused, values never change in place."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _iso_date(value: Any) -> Any:
    """Dates are written out: a bare number would be taken for seconds since 1970."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value.strip()):
        return value.strip()
    if value is None or isinstance(value, date):
        return value
    raise PydanticCustomError("not_a_date", "not a date")


Date = Annotated[date, BeforeValidator(_iso_date)]


class PreparationSettings(Settings):
    """How raw interactions become a dataset; chosen once, at import. They work in the order in which they stand here."""

    first_date: Date | None = setting(
        None, "From", "Interactions before this day (UTC) are left out.", nothing="the beginning"
    )
    last_date: Date | None = setting(None, "To", "Interactions after this day (UTC) are left out.", nothing="the end")
    least_rating: float | None = setting(
        None,
        "Least rating",
        "Interactions with a lower rating, or with none, are left out.",
        step=0.5,
        nothing="any rating",
    )
    duplicates: Literal["keep", "drop", "last", "moment"] = setting(
        "keep",
        "Repeated items",
        "What stays of a user's several interactions with the same item.",
        labels={
            "keep": "Keep every interaction",
            "drop": "Keep only the first",
            "last": "Keep only the last",
            "moment": "Keep one of every moment",
        },
    )
    k_core: int = setting(
        5,
        "k-core",
        "Users and items with fewer interactions than this are removed, again and again until "
        "none is left. 1 keeps everything.",
        ge=1,
        le=1000,
    )
    item_k_core: int | None = setting(
        None,
        "k-core of items",
        "Where items need more or fewer interactions than users do.",
        ge=1,
        le=1000,
        nothing="as users",
    )
    max_users: int | None = setting(
        None,
        "Users at most",
        "So many users are drawn at random from those in the k-core, which is then taken again.",
        ge=1,
        le=1_000_000_000,
        nothing="all users",
    )
    sample_seed: int = setting(
        0, "Seed of the draw", "Another number draws other users; more users include fewer ones.", ge=0, le=2**31 - 1
    )
    order: Literal["auto", "timestamp", "position"] = setting(
        "auto",
        "Order",
        "What puts a user's interactions in order. Equal timestamps keep the order of the file.",
        labels={
            "auto": "Timestamp, else position",
            "timestamp": "Timestamp",
            "position": "Position column, or order in the file",
        },
    )

    @property
    def item_core(self) -> int:
        """How many interactions an item needs."""
        return self.k_core if self.item_k_core is None else self.item_k_core

    @model_validator(mode="after")
    def _dates_are_in_order(self) -> "PreparationSettings":
        if self.first_date and self.last_date and self.last_date < self.first_date:
            raise ValueError(f"last_date: {self.last_date} is before the first day, {self.first_date}")
        return self


class DataSettings(Settings):
    dataset: str = setting("sample", "Dataset", "A dataset from the Datasets page. “sample” is synthetic.")
    max_length: int = setting(
        50,
        "Longest sequence",
        "A user's latest items that the model sees; older ones are cut off.",
        ge=2,
        le=1000,
        unit="items",
    )
    head_rule: Literal["share", "count"] = setting(
        "share",
        "Head items are",
        "What makes an item head: its place among all items, or its own training interactions. All others are tail.",
        labels={"share": "The most popular share of items", "count": "Items with enough interactions"},
        advanced=True,
    )
    head_share: float = setting(
        0.2,
        "Head share",
        "The most popular items, counted on training interactions only, that are called head. All others are tail.",
        ge=0.01,
        le=0.99,
        step=0.05,
    )
    head_count: int = setting(
        20,
        "Head from",
        "Items with at least this many training interactions are called head. All others are tail.",
        ge=1,
        le=1_000_000,
        advanced=True,
    )


class TextSettings(Settings):
    encoder: Literal["bundled", "named", "folder", "vectors"] = setting(
        "bundled",
        "Text encoder",
        "What turns an item's text into a vector.",
        labels={
            "bundled": "all-MiniLM-L6-v2 (included, offline)",
            "named": "A sentence-transformers model by name",
            "folder": "A model in a local folder",
            "vectors": "Ready-made vectors from a file",
        },
    )
    source: str = setting(
        "",
        "Source",
        "Name of the model, its folder, or a .npy / .parquet file with one vector per item id. "
        "Not needed for the included encoder.",
    )
    batch_size: int = setting(
        64,
        "Texts at once",
        "How many texts are encoded together.",
        ge=1,
        le=4096,
        advanced=True,
    )

    @model_validator(mode="after")
    def _source_is_given(self) -> "TextSettings":
        if self.encoder != "bundled" and not self.source.strip():
            wanted = {
                "named": "the name of a model",
                "folder": "a folder",
                "vectors": "a .npy or .parquet file",
            }
            raise ValueError(f"source: needs {wanted[self.encoder]} when encoder is “{self.encoder}”")
        return self


RQ_VAE_SETTINGS = ("latent_dim", "hidden_dim", "commitment", "codebook_update", "steps", "batch_size", "learning_rate")


class SemanticIdSettings(Settings):
    """`RQ_VAE_SETTINGS` names those that play no part with the other quantisers."""

    quantiser: Literal["rq-vae", "rq-kmeans", "pq", "opq"] = setting(
        "rq-vae",
        "Quantiser",
        "How text vectors become codes. Residual: each level codes what the levels before it left over, in the latent "
        "space of an autoencoder (RQ-VAE) or directly (k-means). Product: each level codes its own part of the vector, "
        "as it is (PQ) or after a learned rotation (OPQ).",
        labels={
            "rq-vae": "RQ-VAE",
            "rq-kmeans": "Residual k-means",
            "pq": "Product quantisation (PQ)",
            "opq": "Optimised PQ (OPQ)",
        },
    )
    depth: int = setting(
        4,
        "SID depth",
        "Levels L of a semantic ID. With a residual quantiser the first code is coarse and each next one finer.",
        ge=1,
        le=8,
        unit="levels",
    )
    codebook_size: int = setting(
        128,
        "Codebook size",
        "Codes K per level. K to the power of L tuples are possible; more codes mean fewer "
        "collisions and less sharing between items.",
        ge=2,
        le=4096,
        unit="codes",
    )
    unique_level: bool = setting(
        False,
        "Unique level",
        "Adds one more code that tells apart the items whose other codes are all equal: 0 for the first of them, 1 for "
        "the next. It has as many codes as that needs, means nothing by itself and starts empty. Alignment then finds "
        "no two items with the identical semantic ID; a shared prefix as long as the depth brings them back.",
    )
    latent_dim: int = setting(
        128,
        "Latent width",
        "Width of the vectors that are quantised.",
        ge=2,
        le=1024,
        advanced=True,
    )
    hidden_dim: int = setting(
        512,
        "Hidden width",
        "Width of the autoencoder's hidden layer.",
        ge=4,
        le=4096,
        advanced=True,
    )
    commitment: float = setting(
        0.25,
        "Commitment weight",
        "How strongly latents are pulled to their codes (RQ-VAE loss).",
        ge=0,
        le=10,
        step=0.05,
        advanced=True,
    )
    codebook_update: Literal["gradient", "ema"] = setting(
        "gradient",
        "Codebook learning",
        "What moves the codes of the RQ-VAE: the loss, or a moving average of the latents that choose them.",
        labels={"gradient": "By gradient", "ema": "Moving average (EMA)"},
        advanced=True,
    )
    steps: int = setting(
        2000,
        "Quantiser steps",
        "Batches that the autoencoder learns from, however large the catalogue is.",
        ge=1,
        le=1_000_000,
        step=500,
        advanced=True,
    )
    batch_size: int = setting(
        256,
        "Quantiser batch",
        "Items per step of the autoencoder.",
        ge=2,
        le=65536,
        unit="items",
        advanced=True,
    )
    learning_rate: float = setting(
        3e-3,
        "Quantiser learning rate",
        "Step size of AdamW for the autoencoder; it falls to 0 over the last fifth of the steps.",
        ge=1e-6,
        le=1,
        step=1e-4,
        advanced=True,
    )
    seed: int = setting(
        0,
        "Quantiser seed",
        "Seed of the semantic IDs, apart from the run's seed: runs with the same codes and "
        "different seeds can be compared.",
        ge=0,
        le=2**31 - 1,
        advanced=True,
    )


class ModelSettings(Settings):
    kind: Literal[
        "h2rec", "hid", "sid", "hid_text", "text", "hid_sid_sum", "hid_sid_concat", "llm_esr", "popularity"
    ] = setting(
        "h2rec",
        "Model",
        "H2Rec joins both ways to name an item; the next two use one of them alone. The others are the rivals that a "
        "gain has to be shown against. Popularity learns nothing: it is the yardstick.",
        labels={
            "h2rec": "H2Rec (hash IDs and semantic IDs)",
            "hid": "Hash IDs only",
            "sid": "Semantic IDs only",
            "hid_text": "Hash IDs that start at the text vectors",
            "text": "Frozen text vectors with an adapter",
            "hid_sid_sum": "Hash ID + semantic ID, summed",
            "hid_sid_concat": "Hash ID + semantic ID, concatenated",
            "llm_esr": "LLM-ESR (hash IDs and text, similar users)",
            "popularity": "Popularity ranking",
        },
    )
    backbone: Literal["sasrec", "gru4rec", "bert4rec", "hstu"] = setting(
        "sasrec",
        "Backbone",
        "The sequence encoder: self-attention (SASRec), a recurrent network (GRU4Rec), self-attention to both sides "
        "that learns by guessing masked items (BERT4Rec), or gated pointwise attention (HSTU).",
        labels={"sasrec": "SASRec", "gru4rec": "GRU4Rec", "bert4rec": "BERT4Rec", "hstu": "HSTU"},
    )
    dim: int = setting(64, "Width", "Hidden size d of item vectors and encoder.", ge=4, le=1024, step=16)
    blocks: int = setting(
        2, "Blocks", "Blocks of the encoder, one on top of the other; layers of a GRU.", ge=1, le=12, advanced=True
    )
    heads: int = setting(
        1, "Heads", "Attention heads of the encoder; must divide the width.", ge=1, le=32, advanced=True
    )
    mask_share: float = setting(
        0.2,
        "Masked items",
        "Share of a training sequence's items that BERT4Rec has to guess. Its authors used 0.2 on dense MovieLens data "
        "and 0.6 on sparse Amazon Beauty.",
        ge=0.01,
        le=0.9,
        step=0.05,
        advanced=True,
    )
    cross_heads: int = setting(
        4,
        "Cross-attention heads",
        "Heads of the cross-attention between the branches; must divide the width.",
        ge=1,
        le=32,
        advanced=True,
    )
    dropout: float = setting(
        0.5,
        "Dropout",
        "Share of activations dropped while training. Sparse data such as Amazon Beauty do best near 0.5, dense "
        "data such as MovieLens 100K near 0.2.",
        ge=0,
        le=0.9,
        step=0.05,
    )
    hid_start: Literal["text", "random"] = setting(
        "text",
        "Hash ID start",
        "Where H2Rec's hash-ID embeddings begin: at the text vectors reduced by PCA, or at random. Hash IDs alone start "
        "at random; the model “Hash IDs that start at the text vectors” is there to compare with.",
        labels={"text": "Text vectors (warm start)", "random": "Random"},
        advanced=True,
    )
    shared_encoder: bool = setting(
        True,
        "One encoder for both branches",
        "Whether hash-ID and semantic-ID branch share the encoder's weights.",
        advanced=True,
    )
    cross_residual: bool = setting(
        True,
        "Residual around cross-attention",
        "Keeps an item's own vector beside what cross-attention adds.",
        advanced=True,
    )
    gate: Literal["learned", "uniform"] = setting(
        "learned",
        "Granularity gate",
        "Whether H2Rec learns how much each level of the semantic ID counts at each step, or all count the same.",
        labels={"learned": "Learned", "uniform": "All levels the same"},
        advanced=True,
    )
    sid_into_hid: bool = setting(
        True,
        "SID into the HID branch",
        "Whether the levels of the semantic ID look into the hash-ID sequence by cross-attention.",
        advanced=True,
    )
    hid_into_sid: bool = setting(
        True,
        "HID into the SID branch",
        "Whether the hash IDs look into the semantic-ID sequence by cross-attention.",
        advanced=True,
    )
    fusion: Literal["mean", "sum", "concat"] = setting(
        "mean",
        "Fusion of the levels",
        "How the vectors of an item's codes become one.",
        labels={"mean": "Mean", "sum": "Sum", "concat": "Side by side, then projected"},
        advanced=True,
    )
    scoring: Literal["dot", "cosine"] = setting(
        "dot",
        "Score",
        "How a state and an item's vector make a score. With the inner product a vector's length can say how popular "
        "its item is; the cosine takes that away, and learns small data in fewer epochs.",
        labels={"dot": "Inner product", "cosine": "Cosine, divided by a temperature"},
        advanced=True,
    )
    score_temperature: float = setting(
        0.07,
        "Score temperature",
        "What the cosine is divided by: lower values tell the best items apart more sharply.",
        ge=0.005,
        le=2,
        step=0.01,
        advanced=True,
    )

    @model_validator(mode="after")
    def _heads_divide_the_width(self) -> "ModelSettings":
        for name in ("heads", "cross_heads"):
            if self.dim % getattr(self, name):
                raise ValueError(f"{name}: {getattr(self, name)} does not divide the width {self.dim}")
        return self


class AlignmentSettings(Settings):
    alpha: float = setting(
        1.0,
        "α code-guided alignment",
        "Weight of the item-level loss that pulls an item's hash-ID and semantic-ID vectors together, with items of "
        "equal codes and co-occurring items as further positives. "
        "0 switches it off.",
        ge=0,
        le=10,
        step=0.05,
    )
    beta: float = setting(
        0.1,
        "β masked granularity",
        "Weight of the user-level loss between the full sequence and the same sequence "
        "with half of the semantic-ID levels masked. 0 switches it off.",
        ge=0,
        le=10,
        step=0.05,
    )
    temperature: float = setting(
        0.5,
        "Temperature",
        "Temperature of both contrastive losses.",
        ge=0.05,
        le=10,
        step=0.05,
        advanced=True,
    )
    shared_prefix: int = setting(
        0,
        "Shared prefix",
        "Items that share at least this many leading codes also count as positives. "
        "0: only items with the identical semantic ID.",
        ge=0,
        le=8,
        unit="codes",
        advanced=True,
    )
    cooccurrence_window: int = setting(
        3,
        "Co-occurrence window",
        "How many places apart two items of a training sequence count as co-occurring. 0 switches these positives off.",
        ge=0,
        le=50,
        unit="items",
        advanced=True,
    )
    min_cooccurrences: int = setting(
        2,
        "Least co-occurrences",
        "Pairs seen less often are ignored.",
        ge=1,
        le=1000,
        advanced=True,
    )
    max_neighbours: int = setting(
        50,
        "Most co-occurring items",
        "Strongest co-occurring items kept per item.",
        ge=1,
        le=1000,
        advanced=True,
    )
    granularity_loss: Literal["contrastive", "soft", "info_nce"] = setting(
        "contrastive",
        "Granularity loss",
        "How the masked and the full view of a user are pulled together: in both directions, one way, or with the "
        "full views' own similarities as soft targets.",
        labels={
            "contrastive": "Contrastive, both directions",
            "soft": "Soft targets",
            "info_nce": "InfoNCE, masked to full",
        },
        advanced=True,
    )
    distillation: float = setting(
        0.1,
        "Self-distillation",
        "Weight of LLM-ESR's loss that pulls a user towards the users with the most similar texts. Concerns LLM-ESR "
        "alone. 0 switches it off.",
        ge=0,
        le=10,
        step=0.05,
        advanced=True,
    )
    similar_users: int = setting(
        10,
        "Similar users",
        "How many users a user is pulled to, for LLM-ESR.",
        ge=1,
        le=1000,
        unit="users",
        advanced=True,
    )
    masking: Literal["lowest", "random", "highest"] = setting(
        "lowest",
        "Masked levels",
        "Which half of the levels is masked, by gate weight.",
        advanced=True,
        labels={"lowest": "Lowest gate weights", "random": "At random", "highest": "Highest gate weights"},
    )


class TrainingSettings(Settings):
    loss: Literal["sampled_softmax", "cross_entropy", "bce", "gbce"] = setting(
        "sampled_softmax",
        "Loss",
        "What makes the next item score above others: all others, a sample of them that stands for all, or a few "
        "negatives one by one. Sampled softmax costs the same for every catalogue. On Amazon Beauty full "
        "cross-entropy ranks popular items better and rare ones worse, on Yelp neither is clearly ahead, and one by one "
        "came far behind (see Results in the help).",
        labels={
            "sampled_softmax": "Sampled softmax, log-Q corrected",
            "cross_entropy": "Cross-entropy over the catalogue",
            "bce": "Binary cross-entropy",
            "gbce": "Generalised binary cross-entropy (gBCE)",
        },
    )
    softmax_sample: int = setting(
        2048,
        "Softmax sample",
        "Items drawn per batch as rivals of all its targets, for sampled softmax: half of them by popularity, half "
        "uniformly.",
        ge=1,
        le=1_000_000,
        unit="items",
        advanced=True,
    )
    negatives: int = setting(
        1,
        "Negatives per position",
        "Items that the sequence does not hold, drawn for every target, for BCE and gBCE. The reference has 1; gBCE "
        "wants many.",
        ge=1,
        le=10_000,
        unit="items",
        advanced=True,
    )
    calibration: float = setting(
        0.75,
        "gBCE calibration",
        "0 is plain binary cross-entropy, 1 fully calibrated probabilities.",
        ge=0,
        le=1,
        step=0.05,
        advanced=True,
    )
    epochs: int = setting(200, "Most epochs", "Training ends here at the latest.", ge=1, le=10000)
    patience: int = setting(
        20,
        "Patience",
        "Epochs without a better validation NDCG@10 before training stops.",
        ge=1,
        le=10000,
        unit="epochs",
    )
    refit: bool = setting(
        False,
        "Learn from the validation items, too",
        "When the best number of epochs is known, train a fresh model for as many on training and validation items "
        "together, and test that one. Takes up to twice the time.",
    )
    batch_size: int = setting(
        128,
        "Batch size",
        "Sequences per step on average: fewer long ones, more short ones, so that every step learns from about as many "
        "items.",
        ge=2,
        le=65536,
        unit="sequences",
        step=32,
    )
    learning_rate: float = setting(1e-3, "Learning rate", "Step size of Adam.", ge=1e-6, le=1, step=1e-4)
    weight_decay: float = setting(
        0.0,
        "Weight decay",
        "L2 penalty of Adam on all weights.",
        ge=0,
        le=1,
        step=1e-4,
        advanced=True,
    )
    averaging: float = setting(
        0.995,
        "Weight averaging",
        "The model that is validated, tested and kept is a moving average of the weights over about 1 / (1 − value) "
        "steps. 0 takes the weights themselves.",
        ge=0,
        le=0.9999,
        step=0.001,
        advanced=True,
    )
    device: Literal["auto", "cpu", "cuda"] = setting(
        "auto",
        "Device",
        "Where the model trains.",
        labels={"auto": "GPU if there is one", "cpu": "CPU", "cuda": "GPU"},
        advanced=True,
    )
    precision: Literal["float32", "bfloat16"] = setting(
        "float32",
        "Precision of the encoder",
        "bfloat16 keeps the encoder's values in half the space; it is meant for recent GPUs. Losses, scores and ranking "
        "are always computed in float32.",
        labels={"float32": "float32", "bfloat16": "bfloat16, mixed"},
        advanced=True,
    )
    threads: int = setting(
        0,
        "CPU threads",
        "Threads for the computation; 0 leaves one core to the window.",
        ge=0,
        le=256,
        advanced=True,
    )


class EvaluationSettings(Settings):
    remove_seen: bool = setting(
        True,
        "Leave out the history",
        "In full ranking, items that the user already has are not ranked. A target "
        "that is already in the history then counts as a miss.",
    )
    negatives: int = setting(
        100,
        "Sampled negatives",
        "Items the user never had, against which the target is ranked in the sampled protocol.",
        ge=1,
        le=10000,
        unit="items",
        advanced=True,
    )
    negatives_seed: int = setting(
        20251210,
        "Seed of the negatives",
        "The same for all runs that shall be compared.",
        ge=0,
        le=2**31 - 1,
        advanced=True,
    )
    batch_size: int = setting(
        512,
        "Users at once",
        "Users that are ranked together.",
        ge=1,
        le=65536,
        unit="users",
        advanced=True,
    )


WITH_SEMANTIC_IDS = frozenset({"h2rec", "sid", "hid_sid_sum", "hid_sid_concat"})
WITH_TEXTS = frozenset({"hid_text", "text", "llm_esr"})

# Short names of the models, for titles and tables.
MODEL_NAMES = {
    "h2rec": "H2Rec",
    "hid": "HID",
    "sid": "SID",
    "hid_text": "HID from text",
    "text": "Text adapter",
    "hid_sid_sum": "HID + SID sum",
    "hid_sid_concat": "HID + SID concat",
    "llm_esr": "LLM-ESR",
    "popularity": "Popularity",
}


class ExperimentConfig(Settings):
    """Everything that determines a run, apart from the data itself."""

    name: str = setting("", "Name", "A name for the run; made from the model and the dataset when left empty.")
    seed: int = setting(0, "Seed", "Same seed, settings and data: same numbers (on CPU).", ge=0, le=2**31 - 1)
    data: DataSettings = Field(DataSettings(), title="Data")
    text: TextSettings = Field(TextSettings(), title="Item texts")
    semantic_ids: SemanticIdSettings = Field(SemanticIdSettings(), title="Semantic IDs")
    model: ModelSettings = Field(ModelSettings(), title="Model")
    alignment: AlignmentSettings = Field(AlignmentSettings(), title="Alignment")
    training: TrainingSettings = Field(TrainingSettings(), title="Training")
    evaluation: EvaluationSettings = Field(EvaluationSettings(), title="Evaluation")

    @model_validator(mode="after")
    def _prefix_fits_the_depth(self) -> "ExperimentConfig":
        if self.alignment.shared_prefix > self.semantic_ids.depth:
            raise ValueError(
                f"alignment.shared_prefix: {self.alignment.shared_prefix} is more than the SID depth "
                f"{self.semantic_ids.depth}"
            )
        return self

    @property
    def uses_semantic_ids(self) -> bool:
        return self.model.kind in WITH_SEMANTIC_IDS

    @property
    def uses_texts(self) -> bool:
        """Whether text vectors are needed, be it only to make semantic IDs."""
        return self.model.kind in WITH_SEMANTIC_IDS | WITH_TEXTS

    @property
    def title(self) -> str:
        """The run's name as shown: the given one, or model and dataset."""
        return self.name.strip() or f"{MODEL_NAMES[self.model.kind]} on {self.data.dataset}"
