"""The rivals that stand beside H2Rec: what a gain has to be shown against, on the same data and in the same protocol."""

from dataclasses import dataclass

from engine.config import MODEL_NAMES, ExperimentConfig
from engine.settings import override, parse, settings_of


@dataclass(frozen=True)
class Baseline:
    """A label, and what makes the rival of H2Rec's settings as `section.key=value`."""

    label: str
    overrides: tuple[str, ...]

    def of(self, config: ExperimentConfig) -> ExperimentConfig:
        """The rival with all else as it is, under a name that says what it is."""
        values = override(config.model_dump(mode="json"), self.overrides)
        return parse({**values, "name": f"{self.label} on {config.data.dataset}"})


def _with_each_backbone() -> list[Baseline]:
    backbone = next(info for info in settings_of(ExperimentConfig) if info.key == "model.backbone")
    return [
        Baseline(f"{MODEL_NAMES['hid']}, {label}", ("model.kind=hid", f"model.backbone={name}"))
        for name, label in backbone.labels.items()
    ]


BASELINES = (
    Baseline(MODEL_NAMES["popularity"], ("model.kind=popularity",)),
    *_with_each_backbone(),
    *(
        Baseline(MODEL_NAMES[kind], (f"model.kind={kind}",))
        for kind in ("sid", "hid_sid_sum", "hid_sid_concat", "hid_text", "text", "llm_esr")
    ),
)
