"""How a run begins: with weights of its own, or where a model file left off."""

from pathlib import Path

from rnn_tui.config import RunConfig
from rnn_tui.data.prepared import Prepared
from rnn_tui.training.checkpoint import SavedModel, fill_parameters
from rnn_tui.training.model import Model, random_streams
from rnn_tui.training.trainer import Trainer


def start_trainer(
    config: RunConfig, prepared: Prepared, path: Path | None, saved: SavedModel | None
) -> tuple[Trainer, tuple[str, ...]]:
    """Return a trainer at step 0, and what has to be said about it.

    Parameters
    ----------
    config
        What to run.
    prepared
        What it trains on.
    path, saved
        A model file and what it holds; None: begin with random weights.

    Raises
    ------
    ModelFileError
        The file holds another network.
    UsageError
        The settings are not fit for the run.
    """
    weights, order = random_streams(config.training.seed)
    model = Model.create(
        config.model,
        weights,
        input_size=prepared.inputs.shape[1],
        output_size=prepared.targets.shape[1],
        quantiles=config.training.forecast_quantiles,
    )
    if saved is None or path is None:
        return Trainer(config, prepared, model, order), ()
    named = model.named_parameters()
    fill_parameters(path, saved, config, named)
    model.set_parameters(named)
    trainer = Trainer(config, prepared, model, order)
    if config.training.steps == 0 and not config.follow.enabled:
        return trainer, ()
    if saved.moments is None:
        return trainer, ("the optimizer begins anew: the model file has no state of it.",)
    reason = trainer.restore_moments(saved.moments)
    return trainer, (f"the optimizer begins anew: {reason}.",) if reason else ()
