"""The ablations of H2Rec: what is left when one of its parts is taken away."""

from dataclasses import dataclass

from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.settings import override, parse

FULL = "full"


@dataclass(frozen=True)
class Ablation:
    """A label, and the settings that take the part away as `section.key=value`."""

    label: str
    overrides: tuple[str, ...] = ()

    def of(self, config: ExperimentConfig) -> ExperimentConfig:
        """The settings without the part; a variant says in its name what it is."""
        values = override(config.model_dump(mode="json"), self.overrides)
        if self.overrides:
            values["name"] = f"{self.label}: {config.title}"  # in front, where a narrow column still shows it
        return parse(values)


ABLATIONS = (
    Ablation(FULL),
    Ablation("no gate", ("model.gate=uniform",)),
    Ablation("no HID into SID", ("model.hid_into_sid=false",)),
    Ablation("no SID into HID", ("model.sid_into_hid=false",)),
    Ablation("no L_align", ("alignment.alpha=0",)),
    Ablation("no L_gran", ("alignment.beta=0",)),
    Ablation("HID only", ("model.kind=hid",)),
    Ablation("SID only", ("model.kind=sid",)),
)


def refuse_without_parts(config: ExperimentConfig) -> None:
    """Raises SettingsError when the model is not H2Rec, which alone has parts to take away."""
    if config.model.kind != "h2rec":
        raise SettingsError(
            f"model.kind: the ablations take parts of H2Rec away, and “{config.model.kind}” has none of them. "
            "Choose h2rec, or leave the ablations out."
        )
