"""What makes a shell complete the words of copydesk: made from the parser, so that no flag is forgotten."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

_KINDS = {"CODES": "codes", "CODE": "codes", "X[=FILE]": "formats"}
"""Which words stand for a value, by the name that it has in the help; other values are files."""


class Flag(NamedTuple):
    """A flag with its help; `words` are its values, None where it takes none, empty where a file is meant."""

    names: tuple[str, ...]
    help: str
    words: tuple[str, ...] | None


class Command(NamedTuple):
    """A command with its flags; `words` are those that it takes beside flags, empty where files are meant."""

    name: str
    help: str
    flags: tuple[Flag, ...]
    words: tuple[str, ...]


def completion(parser: argparse.ArgumentParser, shell: str, words: Mapping[str, Sequence[str]]) -> str:
    """The script for a shell; `words` are the codes and the formats that can be completed."""
    write: dict[str, Callable[[Sequence[Command]], Iterator[str]]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    return "\n".join(write[shell](list(_commands(parser, words)))) + "\n"


def _commands(parser: argparse.ArgumentParser, words: Mapping[str, Sequence[str]]) -> Iterator[Command]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {a.dest: a.help or "" for a in action._choices_actions}
            for name, sub in action.choices.items():
                values = [_values(a, words) for a in sub._actions if not a.option_strings]
                flags = tuple(_flag(a, words) for a in sub._actions if a.option_strings and a.help != argparse.SUPPRESS)
                yield Command(name, helps.get(name, ""), flags, values[0] if values else ())


def _flag(action: argparse.Action, words: Mapping[str, Sequence[str]]) -> Flag:
    values = None if action.nargs == 0 else _values(action, words)
    return Flag(tuple(action.option_strings), action.help or "", values)


def _values(action: argparse.Action, words: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    if action.choices is not None:
        return tuple(map(str, action.choices))
    return tuple(words.get(_KINDS.get(str(action.metavar), ""), ()))


def _bash(commands: Sequence[Command]) -> Iterator[str]:
    yield '# copydesk: eval "$(copydesk completion bash)"'
    yield "_copydesk() {"
    yield "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}"
    yield "  COMPREPLY=()"
    first = _bash_words([c.name for c in commands])
    yield f'  if [ "$COMP_CWORD" = 1 ]; then {first}; return; fi'
    yield '  case "$command $before" in'
    for c in commands:
        for flag in c.flags:
            if flag.words is not None:
                cases = "|".join(f'"{c.name} {n}"' for n in flag.names)
                yield f"    {cases}) {_bash_words(flag.words)}; return;;"
    yield "  esac"
    yield '  case "$command" in'
    for c in commands:
        names = [n for flag in c.flags for n in flag.names]
        yield f"    {c.name}) if [[ $word == -* ]]; then {_bash_words(names)}; else {_bash_words(c.words)}; fi;;"
    yield "  esac"
    yield "}"
    yield "complete -o default -o bashdefault -F _copydesk copydesk"


def _bash_words(words: Sequence[str]) -> str:
    return f'COMPREPLY=($(compgen -W {_quoted(words)} -- "$word"))' if words else ":"


def _quoted(words: Sequence[str]) -> str:
    return shlex.quote(" ".join(words))


def _zsh(commands: Sequence[Command]) -> Iterator[str]:
    yield "#compdef copydesk"
    yield '# copydesk: eval "$(copydesk completion zsh)", after compinit'
    yield "_copydesk() {"
    yield "  local -a commands=("
    for c in commands:
        yield f"    {shlex.quote(c.name + ':' + c.help.replace(':', ' '))}"
    yield "  )"
    yield "  if (( CURRENT == 2 )); then _describe command commands; return; fi"
    yield "  local command=$words[2]; shift words; (( CURRENT-- ))"
    yield '  case "$command" in'
    for c in commands:
        specs = [_zsh_flag(flag, name) for flag in c.flags for name in flag.names]
        rest = f"'*:word:({' '.join(c.words)})'" if c.words else "'*:file:_files'"
        yield f"    {c.name}) _arguments {' '.join([*specs, rest])};;"
    yield "  esac"
    yield "}"
    yield "(( $+functions[compdef] )) && compdef _copydesk copydesk"


def _zsh_flag(flag: Flag, name: str) -> str:
    about = "".join(" " if c in "[]:\\" else c for c in flag.help)
    value = ""
    if flag.words is not None:
        value = f":value:({' '.join(flag.words)})" if flag.words else ":file:_files"
    return shlex.quote(f"*{name}[{about}]{value}")


def _fish(commands: Sequence[Command]) -> Iterator[str]:
    yield "# copydesk: copydesk completion fish | source"
    yield "complete -c copydesk -n __fish_use_subcommand -f"
    for c in commands:
        yield f"complete -c copydesk -n __fish_use_subcommand -a {c.name} -d {shlex.quote(c.help)}"
        here = f"complete -c copydesk -n '__fish_seen_subcommand_from {c.name}'"
        if c.words:
            yield f"{here} -f -a {_quoted(c.words)}"
        for flag in c.flags:
            names = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in flag.names)
            value = "" if flag.words is None else f" -x -a {_quoted(flag.words)}" if flag.words else " -r"
            yield f"{here} {names}{value} -d {shlex.quote(flag.help)}"
