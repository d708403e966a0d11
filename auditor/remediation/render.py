"""Intents as commands: one template for each intent and platform, with its way back in the same file."""

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.runtime import Context

from auditor import resources
from auditor.capture import Capture
from auditor.errors import DataError
from auditor.intents import Intent
from auditor.platforms import Edit, Platform, WholeChange


@dataclass(frozen=True, slots=True)
class Snippet:
    """What one change is on the command line.

    `reads` show that the device is still as captured, `apply` makes the change, `checks` show that it took,
    `undo` takes it back. Activation (commit, reload) is the plan's, once for each service. `shown` is what a person
    reads of it in a report: the commands, or the patch without what carries it.
    """

    reads: tuple[str, ...]
    apply: tuple[str, ...]
    checks: tuple[str, ...]
    undo: tuple[str, ...]
    shown: tuple[str, ...]


def render(platform: Platform, intent: Intent, edit: Edit) -> Snippet:
    """Render the template of an intent; `ValueError` if a value cannot be pasted safely."""
    whole = platform.whole_change
    return _rendered(platform, template_name(type(intent)) if whole is None else whole.template, edit.context)


def render_whole(platform: Platform, whole: WholeChange, before: Capture, after: Capture) -> Snippet:
    """Render everything that differs between two captures at once; see `WholeChange`."""
    return _rendered(platform, whole.template, whole.context(before, after))


def _rendered(platform: Platform, template_file: str, values: Mapping[str, Any]) -> Snippet:
    name = f"{platform.name}/{template_file}"
    try:
        template = _environment(platform.name, platform.quote, tuple(platform.filters.items())).get_template(name)
        context = template.new_context(dict(values))
        # A block alone does not see what the top level imports, so that runs first; its output is not needed.
        deque(template.root_render_func(context), maxlen=0)
        # By then the context also knows the blocks of the template that this one extends.
        blocks = {block: _lines(context.blocks[block][0], context) for block in ("reads", "apply", "checks", "undo")}
        shown = _lines(context.blocks["shown"][0], context) if "shown" in context.blocks else blocks["apply"]
    except TemplateNotFound as error:
        raise DataError(f"there is no template {name}") from error
    except (TemplateError, KeyError) as error:
        raise DataError(f"template {name} is broken: {error}") from error
    return Snippet(**blocks, shown=shown)


def template_name(intent: type) -> str:
    """Return the file name of an intent's template: `SetLeaseTime` is `set_lease_time.j2`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", intent.__name__).lower() + ".j2"


@cache
def _environment(
    platform: str, quote: Callable[[str], str], filters: tuple[tuple[str, Callable[..., str]], ...]
) -> Environment:
    """Templates see no autoescaping (they write no HTML); each device's value passes the platform's `quote`."""
    environment = Environment(
        loader=FileSystemLoader(resources.templates()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        autoescape=False,  # noqa: S701 (command lines; values pass `quote`)
    )
    environment.filters["quote"] = lambda value: quote(str(value))
    environment.filters.update(filters)
    return environment


def _lines(block: Any, context: Context) -> tuple[str, ...]:
    text = "".join(block(context))
    # A line of a diff may be one blank and nothing else.
    return tuple(line for line in text.split("\n") if line)
