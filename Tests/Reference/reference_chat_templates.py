"""Renders chat templates with Jinja2, in an environment like that of transformers.

usage: reference_chat_templates.py CASES.json RESULTS.json

CASES:   {"now": seconds, "templates": [source, ...], "chats": [{"messages", "tools", "add_generation_prompt",
          "variables"}, ...], "pairs": [[template, chat], ...]}; without "pairs" each template with each chat
RESULTS: one value per pair: the text, or {"error": message, "type": name of the exception}
"""

import copy
import datetime
import json
import sys

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(jinja2.ext.Extension):
    """The tag {% generation %}, which renders as its content."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_content"), [], [], body).set_lineno(line)

    def _content(self, caller):
        return caller()


class Namespace(jinja2.utils.Namespace):
    """A namespace that refuses names with an underscore in front, as that of transformers does."""

    def __init__(*args, **kwargs):
        self, args = args[0], args[1:]
        attributes = dict(*args, **kwargs)
        for name in attributes:
            Namespace._check(name)
        jinja2.utils.Namespace.__init__(self, attributes)

    def __setitem__(self, name, value):
        Namespace._check(name)
        jinja2.utils.Namespace.__setitem__(self, name, value)

    @staticmethod
    def _check(name):
        if isinstance(name, str) and name.startswith("_"):
            raise jinja2.exceptions.SecurityError(f"namespace attribute {name!r}")


class Raised(jinja2.exceptions.TemplateError):
    """What raise_exception raises."""


def raise_exception(message):
    raise Raised(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment(now):
    result = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    result.filters["tojson"] = tojson
    result.globals["raise_exception"] = raise_exception
    result.globals["strftime_now"] = lambda format: now.strftime(format)
    result.globals["dict"] = lambda *args, **kwargs: dict(*args, **kwargs)
    result.globals["namespace"] = Namespace
    return result


def failure(error):
    return {"error": str(error), "type": type(error).__name__}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)
    jinja = environment(datetime.datetime.fromtimestamp(cases["now"]))
    templates = []
    for source in cases["templates"]:
        try:
            templates.append(jinja.from_string(source))
        except Exception as error:
            templates.append(error)
    chats = cases["chats"]
    pairs = cases.get("pairs") or [(t, c) for t in range(len(templates)) for c in range(len(chats))]
    results = []
    for template, chat in pairs:
        template, chat = templates[template], chats[chat]
        if isinstance(template, Exception):
            results.append(failure(template))
            continue
        try:
            text = template.render(
                messages=chat["messages"],
                tools=chat.get("tools"),
                documents=None,
                add_generation_prompt=chat.get("add_generation_prompt", False),
                # A copy, since `list | indent` changes the list.
                **copy.deepcopy(chat.get("variables", {})),
            )
            text.encode("utf-8")
            results.append(text)
        except Exception as error:
            results.append(failure(error))
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(results, file)


main()
