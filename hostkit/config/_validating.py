"""Classes of libraries that check values by themselves: pydantic's models and msgspec's structs.

hostkit needs neither library; a module that uses one has imported it.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, get_args

import attrs

from hostkit.codes import Code
from hostkit.config._faults import Fault, StructureErrors, unknown_key
from hostkit.config._plain import unwrap
from hostkit.config._scalars import wrong_type
from hostkit.wording import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cattrs import Converter

_STEP: Final = re.compile(r"\.([^.\[`]+)|\[(\d+)\]")


def register(converter: Converter) -> None:
    """Add the hooks for pydantic's models and msgspec's structs."""
    converter.register_structure_hook_factory(is_validating, _hook)


def is_validating(cls: Any) -> bool:
    """Whether a class checks its values by itself."""
    return is_pydantic(cls) or _is_subclass(cls, "msgspec", "Struct")


def is_pydantic(cls: Any) -> bool:
    """Whether a class is a model of pydantic's."""
    return _is_subclass(cls, "pydantic", "BaseModel")


def _is_subclass(cls: Any, library: str, base: str) -> bool:
    found = getattr(sys.modules.get(library), base, None)
    return isinstance(cls, type) and isinstance(found, type) and issubclass(cls, found)


def _hook(cls: Any) -> Callable[[Any, Any], Any]:
    fill = _fill_model if is_pydantic(cls) else _fill_struct

    def structure_validating(value: Any, _cls: Any) -> Any:
        plain = unwrap(value)
        if not isinstance(plain, Mapping):
            raise wrong_type(value, "a mapping")
        return fill(plain, cls)

    return structure_validating


def _fill_model(value: Mapping[Any, Any], cls: Any) -> Any:
    pydantic = sys.modules["pydantic"]
    if "extra" not in inspect.signature(cls.model_validate).parameters:
        message = f"the model {cls.__qualname__} needs pydantic 2.12 or newer"
        raise StructureErrors((Fault(Code.UNSUPPORTED_TYPE, message),))
    try:
        # A misspelt key is an error, unless the model says what happens to others.
        return cls.model_validate(value, extra="forbid")
    except pydantic.ValidationError as error:
        problems = [each for each in error.errors() if not _is_allowed(each, cls)]
    if problems:
        raise StructureErrors(tuple(_faults_of_model(problems, value, cls)))
    return cls.model_validate(value)


def _is_allowed(problem: Mapping[str, Any], cls: Any) -> bool:
    """Whether it is an unknown key in a model that takes such keys."""
    if problem["type"] != "extra_forbidden":
        return False
    model = _model_at(cls, problem["loc"][:-1])
    return model is not None and model.model_config.get("extra", "forbid") != "forbid"


def _model_at(cls: Any, loc: Sequence[str | int]) -> Any:
    """Find the model at a place within another one; `None` if it may be one of several."""
    models = [cls]
    for step in loc:
        fields = [each.model_fields[step] for each in models if step in each.model_fields]
        if fields:
            models = [model for field in fields for model in _models_in(field.annotation)]
        elif isinstance(step, str):
            # In a union pydantic names the member, by its tag or by its class.
            models = [each for each in models if step in _names_of(each)] or models
    return models[0] if len(models) == 1 else None


def _keys_of(model: Any) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield name if field.alias is None else field.alias


def _names_of(model: Any) -> set[Any]:
    choices = [get_args(field.annotation) for field in model.model_fields.values()]
    return {
        model.__name__,
        *(choice for each in choices for choice in each if isinstance(choice, str)),
    }


def _models_in(annotation: Any) -> Iterator[Any]:
    if is_pydantic(annotation):
        yield annotation
    for each in get_args(annotation):
        yield from _models_in(each)


def _faults_of_model(
    problems: list[Mapping[str, Any]], value: Mapping[Any, Any], cls: Any
) -> Iterator[Fault]:
    for problem in problems:
        loc: tuple[str | int, ...] = problem["loc"]
        if problem["type"] == "extra_forbidden":
            model = _model_at(cls, loc[:-1])
            known = sorted(_keys_of(model)) if model is not None else []
            fault = unknown_key(str(loc[-1]), nearest(str(loc[-1]), known), known)
            fault = attrs.evolve(fault, expected=fault.expected if known else None)
            yield fault.under(*_path_in(value, loc[:-1]))
        elif problem["type"] == "missing":
            message = f"the key {loc[-1]!r} is missing"
            path = _path_in(value, loc[:-1])
            yield Fault(Code.MISSING_KEY, message, path, hint=f"add {loc[-1]!r}")
        else:
            yield Fault(Code.REFUSED_BY_CLASS, problem["msg"], _path_in(value, loc))


def _path_in(value: Any, loc: Sequence[str | int]) -> tuple[str | int, ...]:
    """Leave out what stands in a place of pydantic's but not in the value: members of unions."""
    path: list[str | int] = []
    found: Any = value
    for step in loc:
        keys = found if isinstance(found, Mapping) else range(_length(found))
        if step in keys:
            found = found[step]
            path.append(step)
    return tuple(path)


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


def _fill_struct(value: Mapping[Any, Any], cls: Any) -> Any:
    msgspec = sys.modules["msgspec"]
    known = {field.encode_name for field in msgspec.structs.fields(cls)}
    known |= {cls.__struct_config__.tag_field} - {None}
    names = sorted(known)
    unknown = [key for key in value if key not in known]
    if unknown:
        faults = (unknown_key(str(key), nearest(str(key), names), names) for key in unknown)
        raise StructureErrors(tuple(faults))
    try:
        return msgspec.convert(value, cls)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
    steps = tuple(name or int(index) for name, index in _STEP.findall(place.partition("[...]")[0]))
    raise StructureErrors((Fault(Code.REFUSED_BY_CLASS, message, steps),))
