"""Base of the commands that act for a person in an office, on the same services as the API.

Exit codes: 0 done, 1 refused (nothing was written), 2 a file cannot be read or an option is wrong.
Source: issue 2, point 7.
"""

from argparse import SUPPRESS, ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cerdas.audit import command_context
from cerdas.errors import CerdasError, Invalid, NotFound
from cerdas.tenancy import tenant_scope
from satker.models import Satker, User

REFUSED, UNREADABLE = 1, 2


class CannotRead(CerdasError):
    """A file given to a command cannot be read; details: file."""

    code = "file_unreadable"
    status = 400

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}", details={"file": str(path)})


class CerdasCommand(BaseCommand):
    """Acts as --actor in --satker: with that person's rights, in that office's scope.

    A subclass declares its options in `add_arguments` (calling `add_actor_arguments`) and does its
    work in `run`, whose result is printed: as text, or with --json as one JSON value. A refusal
    rolls everything back.
    """

    # False for work that opens its own transactions.
    opens_scope = True

    def add_actor_arguments(
        self,
        parser: ArgumentParser,
        *,
        satker: bool = True,
        actor_required: bool = True,
        again: bool = False,
    ) -> None:
        """Add --actor, --satker (unless told otherwise) and --json.

        again: the parser is that of a subcommand whose command has these options already, so that
        they may stand before or after its name; what is left out there says nothing.
        """
        unsaid: dict[str, Any] = {"default": SUPPRESS} if again else {}
        parser.add_argument(
            "--actor",
            metavar="EMAIL",
            required=actor_required and not again,
            help=_("The person in whose name and with whose rights this is done."),
            **unsaid,
        )
        if satker:
            parser.add_argument(
                "--satker",
                metavar="CODE",
                help=_("Code of the office; default: the actor's own."),
                **unsaid,
            )
        parser.add_argument(
            "--json",
            action="store_true",
            dest="as_json",
            help=_("Print one JSON value."),
            **unsaid,
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the work of the subclass and print what came of it."""
        as_json = options["as_json"]
        with self._refusals(as_json):
            email, code = options.get("actor"), options.get("satker")
            self._actor = _actor(email) if email else None
            one_office = isinstance(code, str) or code is None
            self._satker = _office(self._actor, code) if one_office and self._actor else None
            with command_context(self._actor, self.__module__.rpartition(".")[2]):
                result = self._run_in_scope(options)
            self._print(result, as_json)

    def _run_in_scope(self, options: dict[str, Any]) -> Any:
        if self._satker is None or not self.opens_scope:
            return self.run(**options)
        with tenant_scope(self._satker):
            return self.run(**options)

    def run(self, **options: Any) -> Any:
        """Do the work; return what to print: a mapping, a list of mappings, or None."""
        raise NotImplementedError

    def describe(self, result: Any) -> Iterator[str]:
        """Give the lines of a result for people."""
        if isinstance(result, Mapping):
            for key, value in result.items():
                yield f"{key}: {_shown(value)}"
        elif isinstance(result, Sequence) and not isinstance(result, str):
            for row in result:
                yield "  ".join(_shown(value) for value in _values(row))
        elif result is not None:
            yield str(result)

    @property
    def actor(self) -> User:
        """The acting person. Raises Invalid when the option was left out."""
        if self._actor is None:
            raise Invalid(_("Say who acts: --actor EMAIL."))
        return self._actor

    @property
    def actor_or_none(self) -> User | None:
        """The acting person, or None where a command allows it."""
        return self._actor

    @property
    def satker(self) -> Satker:
        """The office. Raises Invalid when super_admin named none."""
        if self._satker is None:
            raise Invalid(_("Say in which office: --satker CODE."))
        return self._satker

    @property
    def satker_or_none(self) -> Satker | None:
        """The office, or None when super_admin named none."""
        return self._satker

    def _print(self, result: Any, as_json: bool) -> None:
        if as_json:
            self.stdout.write(_json(result))
            return
        for line in self.describe(result):
            self.stdout.write(line)

    @contextmanager
    def _refusals(self, as_json: bool) -> Iterator[None]:
        try:
            yield
        except CerdasError as error:
            code = UNREADABLE if error.code == CannotRead.code else REFUSED
            raise self._refusal(error, as_json, code) from error
        except OSError as error:
            unreadable = CannotRead(Path(str(error.filename or "")), error.strerror or str(error))
            raise self._refusal(unreadable, as_json, UNREADABLE) from error

    def _refusal(self, error: CerdasError, as_json: bool, returncode: int) -> CommandError:
        if as_json:
            self.stdout.write(_json(error.envelope()))
        lines = [f"{error.message} [{error.code}]", *_detail_lines(error.details)]
        return CommandError("\n".join(lines), returncode=returncode)


def read_json_file(path: Path) -> Any:
    """Return the JSON value in a file. Raises CannotRead."""
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise CannotRead(path, error.strerror or str(error)) from error
    except orjson.JSONDecodeError as error:
        why = _("this is not valid JSON: %(what)s") % {"what": str(error)[:200]}
        raise CannotRead(path, why) from error


def _actor(email: str) -> User:
    found = User.objects.select_related("satker").filter(email=email.strip().lower()).first()
    if found is None or not found.is_active:
        raise NotFound(_("There is no active person %(email)s.") % {"email": email})
    return found


def _office(actor: User, code: str | None) -> Satker | None:
    """Return the office named, when it is the actor's; else the actor's own. Raises NotFound."""
    if code is None:
        return actor.satker
    if actor.is_superuser:
        found = Satker.objects.filter(code=code.strip()).first()
    else:
        found = actor.satker if actor.satker is not None and actor.satker.code == code else None
    if found is None:
        raise NotFound(_("There is no office %(code)s for you.") % {"code": code})
    return found


def _detail_lines(details: Mapping[str, Any]) -> Iterator[str]:
    """Give one line per field or fault that a refusal names."""
    fields = details.get("fields")
    if isinstance(fields, Mapping):
        for name, messages in fields.items():
            yield f"  {name}: {' '.join(map(str, messages))}"
    for fault in details.get("faults", ()):
        yield f"  {fault['path']}: {fault['message']} {fault.get('remedy', '')}".rstrip()


def _values(row: Any) -> Iterator[Any]:
    yield from row.values() if isinstance(row, Mapping) else (row,)


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list, tuple)):
        return _json(value)
    return "" if value is None else str(value)


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z).decode()
