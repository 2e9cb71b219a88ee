"""Why an environment's description is refused or finds none: reasons of EnvironmentRefused and EnvironmentMissing."""

from domain.messages import Message, Reason, template


class NoEnvironmentNamed(Message):
    """The model has neither an id nor an EnvSpec."""

    text = template("The model does not state which environment it was trained for.")


class IdNotPlain(Message):
    """The id is malformed, or has a module to import in front."""

    text = template("This is not the id of an environment, such as CartPole-v1 or ALE/Pong-v5.")


class SpecTooLong(Message):
    """The EnvSpec is too long."""

    text = template("Its EnvSpec is longer than {kib} KiB.")
    kib: int


class SpecUnreadable(Message):
    """The EnvSpec is not Gymnasium's JSON; `field` is the invalid field."""

    text = template("Its EnvSpec is not as Gymnasium writes it ({field}).")
    field: str


class EntryPointUnknown(Message):
    """The EnvSpec names other code than is registered under its id."""

    text = template(
        "Its EnvSpec names the code {entry_point}, which differs from what is installed here under this id; nothing"
        " is imported only because a model names it."
    )
    entry_point: str


class WrapperUnknown(Message):
    """The EnvSpec names a wrapper that is not allowed."""

    text = template(
        "Its EnvSpec names the wrapper {wrapper}, which is neither one of Gymnasium's nor one that"
        " ENVIRONMENTS_FILE allows."
    )
    wrapper: str


class WrapperArgumentsMissing(Message):
    """The EnvSpec lacks the arguments of a wrapper that needs some."""

    text = template(
        "Its EnvSpec does not contain the arguments of the wrapper {wrapper}: describe the environment in"
        " ENVIRONMENTS_FILE."
    )
    wrapper: str


class StatisticsMissing(Message):
    """A wrapper normalises by statistics of the training that were not saved."""

    text = template(
        "Its wrapper {wrapper} normalises by statistics from the training, which are missing; store them in the tag"
        " normalization."
    )
    wrapper: str


class StatisticsUnreadable(Message):
    """The statistics of the training are malformed, or fit another space."""

    text = template("The statistics that normalise its observations are invalid ({field}).")
    field: str


class ArgumentNamesCode(Message):
    """An argument in an EnvSpec could make the environment open or import something."""

    text = template(
        "Its EnvSpec's argument {argument} names a file or code ({value}): set such an argument in ENVIRONMENTS_FILE."
    )
    argument: str
    value: str


class VariantUnknown(Message):
    """The operator's file has no variant of that name."""

    text = template("ENVIRONMENTS_FILE has no variant {variant} of it.")
    variant: str


class NotRegistered(Message):
    """No installed package registers the id."""

    text = template("No installed package registers it; name the package that does in ENVIRONMENTS_FILE.")


class PackageMissing(Message):
    """A package that it needs, also for drawing, is not installed."""

    text = template("It needs the package {package}, which is not installed here.")
    package: str


class DependencyMissing(Message):
    """The environment itself reports a missing dependency."""

    text = template("A dependency of it is not installed here: {reason}")
    reason: Reason


class SpaceUnknown(Message):
    """A space of a kind that no policy supports."""

    text = template("Its space of the kind {kind} is not supported here.")
    kind: str


class ObservationTooLarge(Message):
    """One observation is larger than the limit."""

    text = template("One of its observations has {mib} MiB; at most {most} are taken.")
    mib: int
    most: int
